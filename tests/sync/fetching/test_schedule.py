"""Fetches by themselves: when they are due, with longer and longer pauses after a failure, and an alarm in the end."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from services.sync.fetching.service import ALARM_AFTER, RETRY_AFTER, FetchService
from services.sync.fetching.tasks import SWEEP, handlers
from services.sync.settings import Settings
from services.sync.source.service import sealer
from shared.kit import clock
from shared.queue.jobs import start_job
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start
from tests.sync.fetching.harness import answering, declare, fetch, rows, work
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, make_due, read

CONTENT = oneroster_zip(town(10))
NIGHTLY = {"at": "03:15", "zone": "UTC"}


async def gone(_: Request) -> Response:
    return Response(status_code=404)


async def refused(_: Request) -> Response:
    return Response(status_code=401)


async def whole(_: Request) -> Response:
    return Response(CONTENT, media_type="application/zip")


async def sweep(service: ServiceUnderTest) -> int:
    """What the worker does once a minute."""
    assert isinstance(service.settings, Settings)
    result = await handlers(service.settings)[SWEEP](Context(service))
    assert result is not None
    return int(result["asked"])


async def events(service: ServiceUnderTest, kind: str) -> list[dict[str, Any]]:
    async with service.relay.transaction(None) as session:
        found = await session.execute(text("SELECT data FROM outbox WHERE type = :kind"), {"kind": kind})
        return [dict(row.data) for row in found]


def https(url: str = "http://127.0.0.1:9") -> dict[str, Any]:
    return {"kind": "https_file", "url": url + "/a.zip"}


async def test_a_source_is_fetched_when_its_time_has_come_and_once(service: Start) -> None:
    sync = await service("sync")
    before = datetime(2026, 11, 22, 3, 14, tzinfo=UTC)
    with clock.frozen(before):
        source_id = await declare(sync, https(), schedule=NIGHTLY)
        assert await sweep(sync) == 0
    with clock.frozen(before + timedelta(minutes=2)):
        assert await sweep(sync) == 1
        assert await sweep(sync) == 0
    shown = await read(sync, f"/sync/v1/sources/{source_id}")
    assert shown["nextFetchAt"] == "2026-11-23T03:15:00Z"
    [asked] = (await read(sync, f"/sync/v1/sources/{source_id}/fetches"))["items"]
    assert (asked["origin"], asked["state"]) == ("schedule", "queued")
    [job] = await rows(sync, "SELECT id FROM job WHERE kind = 'source-fetch'")
    assert str(job.id) == asked["jobId"]


async def test_one_that_is_still_going_on_is_left_to_its_end(service: Start) -> None:
    sync = await service("sync")
    before = datetime(2026, 11, 22, 3, 14, tzinfo=UTC)
    with clock.frozen(before):
        source_id = await declare(sync, https(), schedule=NIGHTLY)
        asked = await sync.client.post(f"/sync/v1/sources/{source_id}/fetches", headers=sync.as_(LOADER))
        assert asked.status_code == 202
    with clock.frozen(before + timedelta(minutes=2)):
        assert await sweep(sync) == 0
    assert (await read(sync, f"/sync/v1/sources/{source_id}"))["nextFetchAt"] == "2026-11-23T03:15:00Z"


@pytest.mark.parametrize("change", [{"isActive": False}, {"schedule": None}])
async def test_a_source_that_is_stopped_is_not_fetched(service: Start, change: dict[str, Any]) -> None:
    sync = await service("sync")
    before = datetime(2026, 11, 22, 3, 14, tzinfo=UTC)
    with clock.frozen(before):
        source_id = await declare(sync, https(), schedule=NIGHTLY)
        path = f"/sync/v1/sources/{source_id}"
        headers = sync.as_(LOADER) | {"If-Match": '"1"'}
        assert (await sync.client.patch(path, json=change, headers=headers)).status_code == 200
    with clock.frozen(before + timedelta(days=2)):
        assert await sweep(sync) == 0


async def test_the_worker_fetches_what_the_sweep_asks_for(committed_service: Start) -> None:
    sync = await committed_service("sync")
    async with answering(whole) as url:
        source_id = await declare(sync, https(url), schedule=NIGHTLY)
        async with sync.database.transaction(sync.tenant) as session:
            await session.execute(text("UPDATE source SET next_fetch_at = now() - interval '1 minute'"))
        async with sync.relay.transaction(None) as session:
            await start_job(session, SWEEP, {})
        await work(sync)
    [fetched] = (await read(sync, f"/sync/v1/sources/{source_id}/fetches"))["items"]
    assert (fetched["state"], fetched["origin"]) == ("stored", "schedule")
    assert (await read(sync, f"/sync/v1/runs/{fetched['runId']}"))["state"] == "planned"
    [told] = await events(sync, "sync.source.fetched.v1")
    assert (told["uploadId"], told["isUnchanged"]) == (fetched["uploadId"], False)


async def test_a_source_that_is_away_is_tried_again_with_longer_pauses(committed_service: Start) -> None:
    sync = await committed_service("sync")
    async with answering(gone) as url:
        source_id = await declare(sync, https(url))
        fetched = await fetch(sync, source_id)
        pauses = []
        for _ in RETRY_AFTER:
            assert fetched["state"] == "waiting"
            due = datetime.fromisoformat(fetched["nextAttemptAt"])
            pauses.append(round((due - datetime.now(UTC)).total_seconds() / 60))
            await make_due(sync, "source-fetch")
            await work(sync)
            fetched = await read(sync, f"/sync/v1/sources/{source_id}/fetches/{fetched['id']}")
    assert pauses == [5, 20, 80]
    assert (fetched["state"], fetched["attempts"], fetched["problem"]) == ("failed", 4, "fetch-nothing-there")
    assert (await read(sync, f"/sync/v1/sources/{source_id}"))["failures"] == 1


async def test_whoever_has_mended_the_source_does_not_wait_for_the_next_try(committed_service: Start) -> None:
    sync = await committed_service("sync")
    answers = [gone, whole]

    async def in_turn(request: Request) -> Response:
        return await answers.pop(0)(request)

    async with answering(in_turn) as url:
        source_id = await declare(sync, https(url))
        waiting = await fetch(sync, source_id)
        assert waiting["state"] == "waiting"
        mended = await fetch(sync, source_id)
        assert (mended["id"], mended["state"], mended["nextAttemptAt"]) == (waiting["id"], "stored", None)


async def test_failures_in_a_row_raise_an_alarm_and_a_success_ends_it(committed_service: Start) -> None:
    sync = await committed_service("sync")
    answer = refused

    async def changing(request: Request) -> Response:
        return await answer(request)

    async with answering(changing) as url:
        source_id = await declare(sync, https(url))
        for _ in range(ALARM_AFTER):
            assert (await fetch(sync, source_id))["state"] == "failed"
        failing = await read(sync, f"/sync/v1/sources/{source_id}")
        answer = whole
        assert (await fetch(sync, source_id))["state"] == "stored"
    assert (failing["failures"], failing["lastFetch"]["problem"]) == (ALARM_AFTER, "fetch-refused")
    told = await events(sync, "sync.source.fetch_failed.v1")
    assert sorted((one["failures"], one["isAlarm"]) for one in told) == [(1, False), (2, False), (3, True)]
    assert (await read(sync, f"/sync/v1/sources/{source_id}"))["failures"] == 0
    journal = await rows(sync, "SELECT action FROM journal_entry WHERE action LIKE 'source.fetch.%'")
    assert [row[0] for row in journal].count("source.fetch.failed") == ALARM_AFTER


async def test_a_fetch_whose_source_was_deactivated_meanwhile_sends_nothing(service: Start) -> None:
    sync = await service("sync")
    source_id = await declare(sync, https())
    asked = await sync.client.post(f"/sync/v1/sources/{source_id}/fetches", headers=sync.as_(LOADER))
    headers = sync.as_(LOADER) | {"If-Match": '"1"'}
    assert (await sync.client.delete(f"/sync/v1/sources/{source_id}", headers=headers)).status_code == 204
    async with sync.database.transaction(sync.tenant) as session:
        fetches = FetchService(session, sealer(sync.settings.file_key_bytes()))
        assert await fetches.begin(UUID(asked.json()["id"])) is None
    shown = await read(sync, f"/sync/v1/sources/{source_id}/fetches/{asked.json()['id']}")
    assert (shown["state"], shown["problem"]) == ("failed", "source-inactive")


@pytest.mark.parametrize("is_moved", [True, False])
async def test_what_comes_from_where_the_source_no_longer_is_is_not_kept(
    committed_service: Start, is_moved: bool
) -> None:
    sync = await committed_service("sync")

    async def while_it_is_set_up_anew(_: Request) -> Response:
        path, headers = f"/sync/v1/sources/{source_id}", sync.as_(LOADER) | {"If-Match": '"1"'}
        if is_moved:
            change = {"connector": https("http://127.0.0.1:8")}
            assert (await sync.client.patch(path, json=change, headers=headers)).status_code == 200
        else:
            assert (await sync.client.delete(path, headers=headers)).status_code == 204
        return Response(CONTENT, media_type="application/zip", headers={"ETag": '"of-another"'})

    async with answering(while_it_is_set_up_anew) as url:
        source_id = await declare(sync, https(url))
        fetched = await fetch(sync, source_id)
    assert (fetched["state"], fetched["problem"]) == ("failed", "fetch-source-changed")
    assert (fetched["uploadId"], fetched["runId"]) == (None, None)
    assert await rows(sync, "SELECT id FROM upload") == []
    assert await rows(sync, "SELECT id FROM run") == []
    assert [tuple(row) for row in await rows(sync, "SELECT memory FROM source")] == [({},)]
