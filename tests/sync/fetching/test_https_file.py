"""Fetching a file over HTTP: real servers, whole deliveries, and everything that a server can do wrong."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from services.sync.fetching.errors import (
    ContentDiffers,
    FetchFailed,
    NothingThere,
    SourceAnswered,
    SourceAway,
    SourceRefused,
)
from services.sync.fetching.showing import words_for
from shared.kit.egress import EgressClient, EgressFailed
from shared.kit.text import LANGUAGES
from tests.support.services import ServiceUnderTest, Start
from tests.sync.fetching.harness import Answer, answering, ask, bring, declare, fetch, probe, rows, touch
from tests.sync.town import member, oneroster_zip, repacked, town
from tests.sync.work import LOADER, load, read

CONTENT = oneroster_zip(town(30))
ZIP: dict[str, Any] = {"media_type": "application/zip"}


def source(url: str, **more: Any) -> dict[str, Any]:
    return {"kind": "https_file", "url": url} | more


async def whole(_: Request) -> Response:
    return Response(CONTENT, **ZIP)


async def test_a_delivery_is_fetched_stored_and_planned(committed_service: Start) -> None:
    sync = await committed_service("sync")
    async with answering(whole) as url:
        source_id = await declare(sync, source(url + "/export.zip"))
        fetched = await fetch(sync, source_id)
    assert (fetched["state"], fetched["problem"], fetched["incomplete"]) == ("stored", None, [])
    assert fetched["proof"]["bytes"] == len(CONTENT)
    run = await read(sync, f"/sync/v1/runs/{fetched['runId']}")
    assert (run["state"], run["source"]) == ("planned", "elevregister")
    assert run["counts"]["person"]["created"] > 0
    upload = await read(sync, f"/sync/v1/uploads/{fetched['uploadId']}")
    assert (upload["state"], upload["sourceId"]) == ("stored", source_id)
    shown = await read(sync, f"/sync/v1/sources/{source_id}")
    assert (shown["lastFetch"]["state"], shown["failures"]) == ("stored", 0)


@pytest.mark.parametrize(
    ("auth", "secret", "header", "value"),
    [
        ({"auth": "basic", "username": "åsa"}, {"password": "hemlig"}, "authorization", "Basic w6VzYTpoZW1saWc="),
        ({"auth": "bearer"}, {"token": "abc"}, "authorization", "Bearer abc"),
        ({"auth": "header", "header": "X-Api-Key"}, {"token": "abc"}, "x-api-key", "abc"),
    ],
)
async def test_each_way_of_logging_in_sends_what_the_source_asks_for(
    auth: dict[str, str], secret: dict[str, str], header: str, value: str
) -> None:
    async def guarded(request: Request) -> Response:
        return await whole(request) if request.headers.get(header) == value else Response(status_code=401)

    async with answering(guarded) as url:
        assert (await touch(source(url, **auth), secret))["bytes"] == len(CONTENT)
        assert (await bring(source(url, **auth), secret)).content == CONTENT


async def test_what_has_not_changed_is_not_fetched_again(committed_service: Start) -> None:
    sync = await committed_service("sync")
    seen: list[str | None] = []

    async def tagged(request: Request) -> Response:
        seen.append(request.headers.get("if-none-match"))
        if seen[-1] == '"a"':
            return Response(status_code=304)
        return Response(CONTENT, headers={"ETag": '"a"'}, **ZIP)

    async with answering(tagged) as url:
        source_id = await declare(sync, source(url))
        first = await fetch(sync, source_id)
        second = await fetch(sync, source_id)
    assert seen == [None, '"a"']
    assert (second["state"], second["uploadId"]) == ("unchanged", first["uploadId"])
    assert len(await rows(sync, "SELECT id FROM upload")) == 1


async def test_an_unchanged_delivery_is_planned_again_where_nothing_came_of_it(committed_service: Start) -> None:
    sync = await committed_service("sync")

    async def tagged(request: Request) -> Response:
        if request.headers.get("if-none-match"):
            return Response(status_code=304)
        return Response(CONTENT, headers={"ETag": '"a"'}, **ZIP)

    async with answering(tagged) as url:
        source_id = await declare(sync, source(url))
        first = await fetch(sync, source_id)
        assert (await fetch(sync, source_id))["runId"] is None
        async with sync.database.transaction(sync.tenant) as session:
            await session.execute(text("UPDATE run SET state = 'stale'"))
        again = await fetch(sync, source_id)
    assert again["state"] == "unchanged"
    assert again["runId"] not in (None, first["runId"])


async def test_a_delivery_that_was_erased_is_fetched_whole_again(committed_service: Start) -> None:
    sync = await committed_service("sync")

    async def tagged(request: Request) -> Response:
        if request.headers.get("if-none-match"):
            return Response(status_code=304)
        return Response(CONTENT, headers={"ETag": '"a"'}, **ZIP)

    async with answering(tagged) as url:
        source_id = await declare(sync, source(url), autoRun=False)
        await fetch(sync, source_id)
        async with sync.database.transaction(sync.tenant) as session:
            await session.execute(text("UPDATE upload SET state = 'erased', file_id = NULL"))
        assert (await fetch(sync, source_id))["state"] == "stored"


async def page(_: Request) -> Response:
    return Response("<!DOCTYPE html><html><body>Logga in</body></html>", media_type="text/html")


async def hidden_page(_: Request) -> Response:
    return Response("\n<HTML><body>Logga in</body></html>", media_type="application/octet-stream")


async def elsewhere(_: Request) -> Response:
    return RedirectResponse("http://127.0.0.1:1/other")


async def refused(_: Request) -> Response:
    return Response(status_code=403)


async def nothing(_: Request) -> Response:
    return Response(b"", **ZIP)


async def gone(_: Request) -> Response:
    return Response(status_code=404)


async def busy(_: Request) -> Response:
    return Response(status_code=503)


async def packed(_: Request) -> Response:
    return Response(CONTENT, headers={"Content-Encoding": "br"}, **ZIP)


async def broken_off(_: Request) -> Response:
    async def half() -> AsyncIterator[bytes]:
        yield CONTENT[:1000]
        raise ConnectionResetError

    return StreamingResponse(half(), headers={"Content-Length": str(len(CONTENT))}, **ZIP)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (page, SourceAnswered),
        (hidden_page, SourceAnswered),
        (elsewhere, SourceAnswered),
        (nothing, SourceAnswered),
        (packed, SourceAnswered),
        (refused, SourceRefused),
        (gone, NothingThere),
        (busy, SourceAway),
        (broken_off, EgressFailed),
    ],
)
async def test_what_is_no_delivery_is_refused(answer: Answer, problem: type[Exception]) -> None:
    async with answering(answer) as url:
        with pytest.raises(problem):
            await bring(source(url), {})


async def test_what_is_no_delivery_is_said_in_words_and_kept_out(committed_service: Start) -> None:
    sync = await committed_service("sync")
    async with answering(page) as url:
        source_id = await declare(sync, source(url))
        fetched = await fetch(sync, source_id)
    assert (fetched["state"], fetched["problem"]) == ("failed", "fetch-unexpected")
    assert fetched["message"].startswith("The source did not answer with a delivery. Check the address")
    assert fetched["detail"] == "reason=web-page"
    assert await rows(sync, "SELECT id FROM upload") == []
    assert await rows(sync, "SELECT id FROM stored_file") == []


@pytest.mark.parametrize("kind", FetchFailed.__subclasses__())
def test_why_a_fetch_failed_is_told_with_what_to_do(kind: type[FetchFailed]) -> None:
    assert kind.mend is not None
    for lang in LANGUAGES:
        assert words_for(kind.slug, lang) == f"{kind.title.pick(lang)}. {kind.mend.pick(lang)}"


async def test_a_delivery_that_is_too_large_is_cut_off() -> None:
    async with answering(whole) as url:
        with pytest.raises(EgressFailed, match="more than 2000 bytes"):
            await bring(source(url), {}, 2000)


async def test_a_checksum_that_differs_keeps_the_delivery_out() -> None:
    told = hashlib.sha256(CONTENT).hexdigest()

    async def summed(request: Request) -> Response:
        if request.url.path.endswith(".sha256"):
            return PlainTextResponse(f"{told}  export.zip\n")
        return await whole(request)

    async with answering(summed) as url:
        settings = source(url + "/a.zip", checksumUrl=url + "/a.zip.sha256")
        assert (await bring(settings, {})).fetched.proof["checksum"] is True
        told = "0" * 64
        with pytest.raises(ContentDiffers):
            await bring(settings, {})
        told = "none"
        with pytest.raises(SourceAnswered):
            await bring(settings, {})


@asynccontextmanager
async def close_delimited(content: bytes) -> AsyncIterator[str]:
    """A server that tells no length and just closes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/zip\r\n\r\n" + content)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.zip"


async def test_a_body_without_an_end_of_its_own_ends_nobody(committed_service: Start) -> None:
    """It may have been cut off, however whole it looks."""
    sync = await committed_service("sync")
    whole_package = oneroster_zip(town(30))
    await load(sync, whole_package, source="elevregister")
    lines = member(whole_package, "enrollments.csv").splitlines(keepends=True)
    fewer = repacked(whole_package, enrollments_csv=b"".join(lines[: len(lines) - 5]))

    async def framed(_: Request) -> Response:
        return Response(fewer, **ZIP)

    async with answering(framed) as url, close_delimited(fewer) as unframed:
        source_id = await declare(sync, source(url))
        told = await fetch(sync, source_id)
        path = f"/sync/v1/sources/{source_id}"
        headers = sync.as_(LOADER) | {"If-Match": '"1"'}
        moved = await sync.client.patch(path, json={"connector": source(unframed)}, headers=headers)
        assert moved.status_code == 200, moved.text
        second = sync.as_("approver@*") | {"If-Match": moved.headers["etag"]}
        assert (await sync.client.post(f"{path}/confirmations", headers=second)).status_code in (200, 201)
        untold = await fetch(sync, source_id)
    assert (told["incomplete"], await ended(sync, told)) == ([], 5)
    assert {"person", "unit", "membership"} <= set(untold["incomplete"])
    assert await ended(sync, untold) == 0
    run = await read(sync, f"/sync/v1/runs/{untold['runId']}")
    assert run["findingCounts"]["incomplete_fetch"] == 1


async def ended(service: ServiceUnderTest, fetched: dict[str, Any]) -> int:
    """How many memberships the run of a fetch would end."""
    run = await read(service, f"/sync/v1/runs/{fetched['runId']}")
    return int(run["counts"]["membership"]["ended"])


async def test_a_server_that_falls_silent_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = EgressClient.stream
    monkeypatch.setattr(EgressClient, "stream", lambda *args, **more: stream(*args, **(more | {"idle": 0.3})))

    async def silent(_: Request) -> Response:
        async def slow() -> AsyncIterator[bytes]:
            yield CONTENT[:1000]
            await asyncio.sleep(30)

        return StreamingResponse(slow(), **ZIP)

    async with answering(silent) as url:
        with pytest.raises(EgressFailed, match="did not answer in time"):
            await asyncio.wait_for(bring(source(url), {}), 20)


async def test_a_fetch_checks_the_address_again(committed_service: Start) -> None:
    """What was declared in better days may resolve to somewhere inside now."""
    sync = await committed_service("sync")
    async with answering(whole) as url:
        source_id = await declare(sync, source(url))
        fetched = await fetch(sync, source_id, allow_private_sources=False)
    assert (fetched["state"], fetched["problem"]) == ("failed", "fetch-address-refused")


async def test_a_test_of_the_connection_fetches_nothing_and_says_what_is_wrong(committed_service: Start) -> None:
    sync = await committed_service("sync")
    async with answering(refused) as url:
        source_id = await declare(sync, source(url))
        tested = await probe(sync, source_id)
    assert (tested["ok"], tested["problem"]) == (False, "fetch-refused")
    assert tested["message"]
    assert await rows(sync, "SELECT id FROM source_fetch") == []


async def test_one_fetch_at_a_time(committed_service: Start) -> None:
    sync = await committed_service("sync")
    async with answering(whole) as url:
        source_id = await declare(sync, source(url))
        assert (await ask(sync, source_id)).status_code == 202
        second = await ask(sync, source_id)
    assert (second.status_code, second.json()["type"].rsplit("/")[-1]) == (409, "fetch-going-on")


async def test_a_cancelled_fetch_makes_room_for_the_next(committed_service: Start) -> None:
    sync = await committed_service("sync")
    async with answering(whole) as url:
        source_id = await declare(sync, source(url))
        first = (await ask(sync, source_id)).json()
        async with sync.database.transaction(sync.tenant) as session:
            await session.execute(text("UPDATE job SET state = 'cancelled'"))
        fetched = await fetch(sync, source_id)
    assert fetched["state"] == "stored"
    given_up = await read(sync, f"/sync/v1/sources/{source_id}/fetches/{first['id']}")
    assert (given_up["state"], given_up["problem"]) == ("failed", "fetch-given-up")


async def test_nothing_is_fetched_from_a_source_that_is_sent_to_us(committed_service: Start) -> None:
    sync = await committed_service("sync")
    source_id = await declare(sync, {"kind": "upload"})
    asked = await ask(sync, source_id)
    assert (asked.status_code, asked.json()["type"].rsplit("/")[-1]) == (409, "nothing-to-fetch")


async def test_a_platform_is_handed_on_to_be_compared(committed_service: Start) -> None:
    sync = await committed_service("sync")
    async with answering(whole) as url:
        source_id = await declare(sync, source(url), role="platform")
        fetched = await fetch(sync, source_id)
    assert (fetched["state"], fetched["runId"]) == ("stored", None)
    assert await rows(sync, "SELECT kind FROM job WHERE kind IN ('platform-read', 'roster-plan')") == [
        ("platform-read",)
    ]
