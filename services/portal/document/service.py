"""The API documents of all services, as the running services give them.

What runs is what is described: nothing is packaged here that could be older. A service that does not answer is shown
as it last was, or named as missing; its absence is never silent.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.portal.document.merge import Document, merge
from shared.kit import clock
from shared.kit.egress import EgressClient, EgressError

FRESH_FOR = timedelta(seconds=60)
# A service that was missing is asked again soon: it may only have been slower to start.
RETRY_AFTER = timedelta(seconds=5)
# A service writes its document once, on the first request; on a busy machine that takes seconds.
_TIMEOUT = 20.0


class DocumentService:
    """`urls`: internal base URL of each service; `own` is portal's own document; `public_url` is the gateway."""

    def __init__(self, client: EgressClient, urls: Mapping[str, str], public_url: str, own: Document) -> None:
        self._client = client
        self._urls = {name: url for name, url in sorted(urls.items()) if name != "portal"}
        self._public_url = public_url.rstrip("/")
        self._own = own
        self._known: dict[str, Document] = {}
        self._merged: tuple[datetime, bytes] | None = None
        self._lock = asyncio.Lock()

    async def merged(self) -> bytes:
        """The merged document as JSON, at most a minute old."""
        async with self._lock:
            if self._merged is None or clock.now() >= self._merged[0]:
                missing = await self._read_all()
                fresh_for = RETRY_AFTER if missing else FRESH_FOR
                self._merged = (clock.now() + fresh_for, orjson.dumps(self._merge(missing)))
            return self._merged[1]

    async def _read_all(self) -> list[str]:
        """Read every service's documents; the names of those of which nothing is known."""
        found = await asyncio.gather(*(self._read(name, url) for name, url in self._urls.items()))
        for name, documents in zip(self._urls, found, strict=True):
            if documents is not None:
                stale = [key for key in self._known if key in (name, f"{name}-protocols")]
                for key in stale:
                    del self._known[key]
                self._known |= documents
        return [name for name in self._urls if name not in self._known]

    async def _read(self, name: str, url: str) -> dict[str, Document] | None:
        path = f"{url.rstrip('/')}/{name}/v1/openapi.json"
        try:
            api = await self._client.request("GET", path, timeout=_TIMEOUT)
            protocols = await self._client.request("GET", f"{path}?part=protocols", timeout=_TIMEOUT)
        except EgressError:
            return None
        if api.status != 200:
            return None
        documents: dict[str, Document] = {name: orjson.loads(api.content)}
        if protocols.status == 200:
            documents[f"{name}-protocols"] = orjson.loads(protocols.content)
        return documents

    def _merge(self, missing: list[str]) -> Document:
        description = (
            "Alla tjänsters API:er som de körs nu. Kända begränsningar står i varje tjänsts dokument.\n\n"
            "The APIs of all services as they run now. Known limitations are in the document of each service."
        )
        info: dict[str, Any] = {**self._own["info"], "title": "Startklar", "description": description}
        if missing:
            info["description"] += f"\n\n**Svarar inte / does not answer: {', '.join(missing)}**"
        merged = merge({**dict(sorted(self._known.items())), "portal": self._own}, info, self._public_url)
        merged["x-missing-services"] = missing
        return merged
