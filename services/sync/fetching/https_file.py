"""Fetches one file over HTTPS."""

import re
from collections.abc import AsyncIterator
from typing import Any

from services.sync.fetching.answers import basic, refusal_by
from services.sync.fetching.connector import Fetch, Fetched, Probed
from services.sync.fetching.errors import ContentDiffers, SourceAnswered
from services.sync.reading.canonical import ENTITIES
from services.sync.source.connectors import Credentials, HttpsFile
from shared.kit.egress import EgressStream

_SHA256 = re.compile(rb"\b[0-9a-fA-F]{64}\b")
_STEP = 8 * 1024 * 1024
_PAGES = (b"<!doctype html", b"<html")


class HttpsFileConnector:
    """The file at an address, as it is; nothing where the server says that it has not changed since the last time."""

    async def fetch(self, fetch: Fetch) -> Fetched:
        settings = _settings(fetch)
        expected = await self._expected(fetch, settings)
        headers = _headers(settings, fetch.credentials) | _since(fetch.memory, settings.url)
        async with fetch.egress.stream(settings.url, headers, max_bytes=fetch.sink.max_bytes) as answer:
            if answer.status == 304:
                return Fetched(memory=fetch.memory, is_unchanged=True)
            _check(answer)
            await fetch.sink.whole(_watched(answer.pieces, fetch, _length(answer)))
        sha256, size = fetch.sink.sha256, fetch.sink.size
        if size == 0:
            raise SourceAnswered(reason="empty")
        if expected is not None and expected != sha256:
            raise ContentDiffers(expected=expected, received=sha256)
        # A body that ends when the connection does may end anywhere.
        is_framed = _length(answer) is not None or "chunked" in answer.headers.get("transfer-encoding", "")
        proof = {"bytes": size, "sha256": sha256, "checksum": expected is not None, "lengthTold": is_framed}
        memory = {
            "url": settings.url,
            "etag": answer.headers.get("etag"),
            "lastModified": answer.headers.get("last-modified"),
        }
        return Fetched(
            proof=proof,
            incomplete=frozenset() if is_framed or expected is not None else frozenset(ENTITIES),
            memory=memory,
        )

    async def probe(self, fetch: Fetch) -> Probed:
        settings = _settings(fetch)
        headers = _headers(settings, fetch.credentials)
        async with fetch.egress.stream(settings.url, headers, max_bytes=fetch.sink.max_bytes, idle=20) as answer:
            _check(answer)
        return Probed({"bytes": _length(answer), "etag": "etag" in answer.headers})

    async def _expected(self, fetch: Fetch, settings: HttpsFile) -> str | None:
        """The checksum that the source publishes, before the file is read: one that changes meanwhile does not fit."""
        if settings.checksum_url is None:
            return None
        answer = await fetch.egress.request("GET", settings.checksum_url, _headers(settings, fetch.credentials))
        if problem := refusal_by(answer.status):
            raise problem
        found = _SHA256.search(answer.content[:4096])
        if found is None:
            raise SourceAnswered(reason="no-checksum")
        return found[0].decode().lower()


def _settings(fetch: Fetch) -> HttpsFile:
    if not isinstance(fetch.settings, HttpsFile):
        raise TypeError("not an https_file source")
    return fetch.settings


def _headers(settings: HttpsFile, credentials: Credentials) -> dict[str, str]:
    said = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if settings.auth == "basic":
        said["Authorization"] = basic(settings.username or "", credentials.secret("password"))
    if settings.auth == "bearer":
        said["Authorization"] = f"Bearer {credentials.secret('token')}"
    if settings.auth == "header" and settings.header is not None:
        said[settings.header] = credentials.secret("token")
    return said


def _since(memory: Any, url: str) -> dict[str, str]:
    """Ask for what is newer than what is held of the same address."""
    if memory.get("url") != url:
        return {}
    asked = {"If-None-Match": memory.get("etag"), "If-Modified-Since": memory.get("lastModified")}
    return {name: value for name, value in asked.items() if value}


def _check(answer: EgressStream) -> None:
    if problem := refusal_by(answer.status):
        raise problem
    if answer.headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml")):
        raise SourceAnswered(reason="web-page")  # a login page, most often
    if answer.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise SourceAnswered(reason="content-encoding")


def _length(answer: EgressStream) -> int | None:
    told = answer.headers.get("content-length", "")
    return int(told) if told.isdigit() else None


async def _watched(pieces: AsyncIterator[bytes], fetch: Fetch, total: int | None) -> AsyncIterator[bytes]:
    done, told = 0, 0
    async for piece in pieces:
        if done == 0 and piece.lstrip()[:20].lower().startswith(_PAGES):
            raise SourceAnswered(reason="web-page")
        done += len(piece)
        if done - told >= _STEP:
            told = done
            await fetch.progress(done, total, f"fetching, {done >> 20} MB so far")
        yield piece
