"""However much has changed at once, changes are pulled in bounded memory, or everything is pulled instead."""

import tracemalloc
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.sync.fetching.errors import DeliveryTooLarge
from services.sync.fetching.package import Package, PackageSink
from services.sync.fetching.ss12000_client import RegisterClient, TooMuch
from services.sync.source.connectors import Credentials
from shared.kit.clock import now
from shared.kit.egress import EgressClient
from tests.sync.fetching.harness import answering, bring, declared
from tests.sync.fetching.test_ss12000 import pulling

_OBJECTS, _PAGE = 15_000, 250
_PAD = "x" * 2000
_MB = 1024 * 1024


def _row(number: int, given: str) -> dict[str, Any]:
    at = {"created": "2026-11-01T00:00:00Z", "modified": "2026-11-20T00:00:00Z"}
    return {"id": str(UUID(int=number)), "meta": at, "givenName": given, "familyName": _PAD}


async def _register(request: Request) -> Response:
    """Thirty megabytes that have all changed, made while they are asked for."""
    if request.url.path.endswith("/deletedEntities"):
        return JSONResponse({"data": {}, "pageToken": None})
    start = int(request.query_params.get("pageToken", 0))
    rows = [_row(number, "Ny") for number in range(start, min(start + _PAGE, _OBJECTS))]
    following = start + _PAGE
    return JSONResponse({"data": rows, "pageToken": str(following) if following < _OBJECTS else None})


async def _before() -> Package:
    async def content() -> AsyncIterator[bytes]:
        for start in range(0, _OBJECTS, _PAGE):
            yield b"".join(orjson.dumps(_row(number, "Gammal")) + b"\n" for number in range(start, start + _PAGE))

    sink = PackageSink(1 << 30)
    await sink.add("persons.ndjson", content())
    sink.finish()
    return await Package.read(sink.pieces())


async def test_a_delta_of_all_that_there_is_does_not_stand_in_memory() -> None:
    previous = await _before()
    memory = {
        "watermarks": {"persons": "2026-11-19T00:00:00+00:00"},
        "deletedAfter": "2026-11-19T00:00:00+00:00",
        "wholeAt": now().isoformat(),
    }
    async with answering(_register) as url:
        tracemalloc.start()
        try:
            brought = await bring(
                {"kind": "ss12000", "baseUrl": url, "pageSize": _PAGE}, {"token": "t"}, memory=memory, previous=previous
            )
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    previous.close()
    assert brought.fetched.proof["changed"] == {"persons": _OBJECTS}
    assert brought.file("persons.ndjson").count(b'"Ny"') == _OBJECTS
    assert peak < 22 * _MB, f"{peak / _MB:.0f} MB"


async def test_more_changes_than_are_told_apart_lead_to_a_whole_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pulling() as puller:
        await puller.fetch()
        for row in list(puller.register.objects["persons"].values())[:20]:
            puller.register.put("persons", row | {"givenName": "Ny"})
        monkeypatch.setattr("services.sync.fetching.ss12000_changes._MOST_CHANGED", 19)
        fetched = await puller.fetch()
        assert (fetched.proof["whole"], fetched.proof["why"]) == (True, "more has changed than is told apart")
        assert puller.agrees()
        monkeypatch.setattr("services.sync.fetching.ss12000_client._MOST_DELETED", 1)
        for group in list(puller.register.objects["groups"])[:2]:
            puller.register.remove("groups", group)
        assert "deletions" in (await puller.fetch()).proof["why"]
        assert puller.agrees()


async def test_changes_larger_than_a_delivery_are_cut_off_while_they_are_listed() -> None:
    async with pulling() as puller:
        await puller.fetch()
        for row in list(puller.register.objects["persons"].values()):
            puller.register.put("persons", row | {"givenName": "Ny"})
        puller.most, before = 20_000, len(puller.register.calls)
        with pytest.raises(DeliveryTooLarge) as large:
            await puller.fetch()
        assert large.value.extensions == {"maxBytes": 20_000}
        assert not any("/groups?" in call for call in puller.register.calls[before:])


async def test_deletions_without_an_end_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sync.fetching.ss12000_client._MOST_DELETED", 5000)

    async def more(request: Request) -> Response:
        start = int(request.query_params.get("pageToken", 0))
        ids = [str(UUID(int=number)) for number in range(start, start + 1000)]
        return JSONResponse({"data": {"persons": ids}, "pageToken": str(start + 1000)})

    async with answering(more) as url:
        settings = declared({"kind": "ss12000", "baseUrl": url})
        client = RegisterClient(EgressClient(True), settings, Credentials.model_validate({"token": "t"}))  # type: ignore[arg-type]
        with pytest.raises(TooMuch):
            await client.deletions("2026-11-22T00:00:00Z")
