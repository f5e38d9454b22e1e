"""`projects.asof_ms`: the 500 activities of a project as they were at a past instant, after 50 000 journal rows."""

import time
from datetime import datetime
from uuid import UUID

import asyncpg
import httpx

from tests.benchmarks.measure import Figure, to_aim
from tests.benchmarks.project_list import ProjectList, copy_activities, project_list

NAMES = ("projects.asof_ms",)
AIM = 100.0
ACTIVITIES = 500
CHANGES = 100  # of each activity, so that the journal holds 50 000 of their rows
ROUNDS = 20


async def run() -> list[Figure]:
    """Each round reads the whole list over HTTP, three pages of at most 200, at an instant halfway through."""
    async with project_list() as target:
        instant = await _change_often(target)
        url = f"{target.service[1]}{target.path.partition('?')[0]}"
        async with httpx.AsyncClient(headers=target.headers, trust_env=False, timeout=60) as client:
            await _read_all(client, url, instant)  # the first one fills caches and the connection pool
            rounds = [await _read_all(client, url, instant) for _ in range(ROUNDS)]
    note = f"{ACTIVITIES} activities in 3 pages, {ACTIVITIES * CHANGES} journal rows, wall clock of one client"
    return [to_aim("projects.asof_ms", rounds, AIM, unit="ms", note=note)]


async def _change_often(target: ProjectList) -> datetime:
    """Bring the project to its size and change every activity many times; the instant in the middle."""
    owner = await asyncpg.connect(target.baseline["BENCH_OWNER_URL"])
    project = UUID(target.baseline["BENCH_PROJECT"])
    missing = ACTIVITIES - await owner.fetchval("SELECT count(*) FROM activity WHERE project_id = $1", project)
    await copy_activities(owner, missing)
    for number in range(CHANGES):
        if number == CHANGES // 2:
            instant = await owner.fetchval("SELECT clock_timestamp()")
        await owner.execute("UPDATE activity SET notes = 'change ' || $1::int, version = version + 1", number)
    await owner.execute("VACUUM ANALYZE")
    await owner.close()
    found: datetime = instant
    return found


async def _read_all(client: httpx.AsyncClient, url: str, instant: datetime) -> float:
    """Milliseconds for every page. Errors: AssertionError for another number of activities."""
    begin, count = time.perf_counter(), 0
    cursor: dict[str, str] = {}
    while True:
        query = {"limit": "200", "asOf": instant.isoformat()} | cursor
        answer = (await client.get(url, params=query)).raise_for_status().json()
        count += len(answer["items"])
        if (following := answer["_links"]["next"]) is None:
            break
        cursor = {"cursor": httpx.URL(following["href"]).params["cursor"]}
    assert count == ACTIVITIES, count
    return (time.perf_counter() - begin) * 1000
