"""Plans that are written by a job: in chunks, once, wherever the worker is lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.instantiation.tasks import instantiate
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, LEADER
from tests.projects.instantiation.plans import CREATE, add_units, plan, publish, template
from tests.projects.intake.test_tasks import feed_of
from tests.projects.test_worker import Feeds, running, until
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start

CHUNK = 4


class Lost(Exception):
    """The worker is gone."""


class Dying(Context):
    """A job whose worker is lost in its n-th transaction: before it commits, or right after."""

    def __init__(self, service: ServiceUnderTest, dies_in: int, *, commits: bool, **params: str) -> None:
        super().__init__(service, **params)
        self._left = dies_in
        self._commits = commits

    @asynccontextmanager
    async def transaction(self, tenant: UUID | None = None) -> AsyncIterator[AsyncSession]:
        self._left -= 1
        async with super().transaction(tenant) as session:
            yield session
            if self._left == 0 and not self._commits:
                raise Lost
        if self._left == 0:
            raise Lost


@pytest.fixture
async def prepared(projects: ServiceUnderTest) -> ServiceUnderTest:
    """Nine schools, four of them preschools: thirteen rows per unit, in four chunks."""
    await publish(projects, template())
    await add_units(projects, *["preschool"] * 4, *["compulsory"] * 5, "ended")
    return projects


async def start(service: ServiceUnderTest, **changed: Any) -> dict[str, Any]:
    answer = await service.client.post(
        f"{BASE}/instantiations", json=CREATE | changed, headers=service.as_(LEADER, subject=new_id())
    )
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"].endswith(f"/projects/v1/jobs/{found['jobId']}")
    return found


async def made_at_once(service: ServiceUnderTest) -> Any:
    answer = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER))
    assert answer.status_code == 201, answer.text
    return await plan(service, answer.json()["id"])


async def test_a_job_writes_what_one_transaction_writes(prepared: ServiceUnderTest) -> None:
    found = await start(prepared)
    assert found["childrenTotal"] == 13
    result = await instantiate(Context(prepared, instantiation=found["id"]), CHUNK)
    assert result == {"projectId": found["projectId"], "rowsPerUnit": 13}
    written = await plan(prepared, found["projectId"])
    assert written == await made_at_once(prepared)
    rows, counts = written
    assert counts == (1, 1, 0, 1, 1)
    assert len(rows) == 4 + 13
    assert {(row[0], row[2]) for row in rows if row[1]} == {("PU-A1", "PU-A1"), ("PU-A2", "PU-A2")}


@pytest.mark.parametrize("commits", [False, True])
@pytest.mark.parametrize("dies_in", [1, 2, 3, 4, 5])
async def test_a_worker_lost_anywhere_leaves_a_plan_that_the_next_one_completes(
    prepared: ServiceUnderTest, dies_in: int, commits: bool
) -> None:
    found = await start(prepared)
    with pytest.raises(Lost):
        await instantiate(Dying(prepared, dies_in, commits=commits, instantiation=found["id"]), CHUNK)
    await instantiate(Context(prepared, instantiation=found["id"]), CHUNK)
    await instantiate(Context(prepared, instantiation=found["id"]), CHUNK)  # and once too often
    assert await plan(prepared, found["projectId"]) == await made_at_once(prepared)
    shown = await prepared.client.get(f"{BASE}/instantiations/{found['id']}", headers=prepared.as_(LEADER))
    assert (shown.json()["state"], shown.json()["childrenDone"]) == ("done", 13)


async def test_a_register_that_changes_meanwhile_changes_no_half_written_plan(prepared: ServiceUnderTest) -> None:
    found = await start(prepared)
    with pytest.raises(Lost):
        await instantiate(Dying(prepared, 2, commits=True, instantiation=found["id"]), CHUNK)
    await add_units(prepared, "preschool", "preschool")
    await instantiate(Context(prepared, instantiation=found["id"]), CHUNK)
    rows, _ = await plan(prepared, found["projectId"])
    assert len(rows) == 4 + 13


async def test_the_same_idempotency_key_starts_one_job(prepared: ServiceUnderTest) -> None:
    headers = prepared.as_(LEADER, subject=new_id()) | {"Idempotency-Key": "once"}
    answers = [await prepared.client.post(f"{BASE}/instantiations", json=CREATE, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    listed = await prepared.client.get(f"{BASE}/projects", headers=prepared.as_(LEADER))
    assert len(listed.json()["items"]) == 1


async def test_only_the_named_units_get_rows_and_an_unknown_one_is_pointed_at(prepared: ServiceUnderTest) -> None:
    one, ended = await add_units(prepared, "compulsory", "ended")
    found = await start(prepared, unitIds=[str(one)])
    assert found["childrenTotal"] == 1
    answer = await prepared.client.post(
        f"{BASE}/instantiations", json=CREATE | {"unitIds": [str(one), str(ended)]}, headers=prepared.as_(LEADER)
    )
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/unitIds/1"]


async def test_a_plan_too_large_to_wait_for_is_sent_to_the_job(
    prepared: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.projects.instantiation.service.instantiations.MOST_AT_ONCE", 12)
    answer = await prepared.client.post(f"{BASE}/projects", json=CREATE, headers=prepared.as_(LEADER))
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "plan-too-large")
    listed = await prepared.client.get(f"{BASE}/projects", headers=prepared.as_(LEADER))
    assert listed.json()["items"] == []


async def test_the_real_worker_writes_it_and_tells_progress(committed_service: Start) -> None:
    service = await committed_service("projects")
    await publish(service, template())
    await add_units(service, *["preschool"] * 30)
    found = await start(service)

    async def job() -> tuple[str, int]:
        answer = await service.client.get(f"{BASE}/jobs/{found['jobId']}", headers=service.as_(LEADER))
        return answer.json()["state"], answer.json()["progressDone"]

    async with running(service, Feeds(), feed_of({}, [])):
        await until(job, ("succeeded", 60))
    rows, _ = await plan(service, found["projectId"])
    assert len(rows) == 4 + 60
