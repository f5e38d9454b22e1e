"""Talking to a learning record store (xAPI 1.0.3, part three)."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from services.training.statement.service import Way
from shared.kit.egress import EgressClient, EgressFailed, EgressRefused, EgressResponse

_VERSION = "1.0.3"


class NotTold(Exception):
    """The store did not take the statements; the text says why and holds nothing of what it answered."""


class Teller:
    """Sends statements; one store after another."""

    def __init__(self, egress: EgressClient) -> None:
        self._egress = egress

    async def tell(self, way: Way, statements: Sequence[dict[str, Any]]) -> None:
        """All of them at once; one by one where the store knows one of them already. Raises NotTold."""
        answer = await self._call(way, "POST", "/statements", orjson.dumps(statements))
        if answer.status == 409:
            for one in statements:
                await self._put(way, one)
        elif answer.status not in (200, 204):
            raise NotTold(f"the store answered {answer.status}")

    async def _put(self, way: Way, one: dict[str, Any]) -> None:
        """409 means that the store has a statement of this id: ours, since nobody else could make it."""
        query = urlencode({"statementId": one["id"]})
        answer = await self._call(way, "PUT", f"/statements?{query}", orjson.dumps(one))
        if answer.status not in (204, 200, 409):
            raise NotTold(f"the store answered {answer.status}")

    async def _call(self, way: Way, method: str, path: str, content: bytes | None) -> EgressResponse:
        login = b64encode(f"{way.username}:{way.password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "X-Experience-API-Version": _VERSION}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            url = f"{way.url.rstrip('/')}{path}"
            return await self._egress.request(method, url, headers, content, truncate=True)
        except (EgressRefused, EgressFailed) as failed:
            raise NotTold(f"{failed.code}: {failed}") from None
