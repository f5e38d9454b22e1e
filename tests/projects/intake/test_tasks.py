"""Units follow the roster page by page, and a torn page is never half applied."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.projects.intake.tasks import follow_units, recheck_gates
from shared.kit import clock
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from shared.kit.problems import Unavailable
from shared.queue.changes import ChangeFeed
from tests.projects.conftest import BASE, LEADER, Facts, Rollout
from tests.support.jobs import Context, Tokens
from tests.support.services import ServiceUnderTest


def unit(name: str, version: int, *, op: str = "put", unit_id: UUID | None = None) -> dict[str, Any]:
    return {
        "kind": "unit",
        "op": op,
        "id": str(unit_id or new_id()),
        "version": version,
        "name": name,
        "unitKind": "school",
        "schoolForms": ["compulsory"],
    }


PERSON = {"kind": "person", "op": "put", "id": str(new_id()), "version": 1, "displayName": "A", "protected": True}


def lines(page_of: list[dict[str, Any]]) -> bytes:
    """A page as NDJSON."""
    return "\n".join(json.dumps(line) for line in page_of).encode()


def feed_of(pages: dict[str | None, list[dict[str, Any]]], asked: list[httpx.Request]) -> ChangeFeed:
    """A change feed that answers with these pages by cursor."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=lines(pages[request.url.params.get("cursor")]))

    return ChangeFeed({"sync": "http://sync.test"}, Tokens(), httpx.MockTransport(answer))


def page(next_cursor: str | None, version: int) -> dict[str, Any]:
    return {"kind": "page", "next": next_cursor, "version": version}


async def units(service: ServiceUnderTest) -> list[dict[str, Any]]:
    answer = await service.client.get(f"{BASE}/units", headers=service.as_(LEADER))
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_units_are_copied_page_by_page_and_persons_are_not(projects: ServiceUnderTest) -> None:
    asked: list[httpx.Request] = []
    feed = feed_of({None: [unit("Björkängen", 1), PERSON, page("x", 0)], "x": [unit("Almen", 2), page(None, 2)]}, asked)
    result = await follow_units(feed)(Context(projects))
    assert result == {"units": 2}
    assert [(row["name"], row["rosterVersion"]) for row in await units(projects)] == [("Almen", 2), ("Björkängen", 1)]
    assert [request.url.params["after"] for request in asked] == ["0", "0"]
    assert {tuple(request.url.params.get_list("kind")) for request in asked} == {("unit",)}, "nobody's name comes here"


async def test_a_second_run_asks_only_for_what_is_new_and_an_ended_unit_stays_visible(
    projects: ServiceUnderTest,
) -> None:
    known, asked = new_id(), list[httpx.Request]()
    await follow_units(feed_of({None: [unit("Almen", 2, unit_id=known), page(None, 2)]}, asked))(Context(projects))
    later = feed_of({None: [unit("Almen", 5, op="end", unit_id=known), page(None, 5)]}, asked)
    await follow_units(later)(Context(projects))
    assert [request.url.params["after"] for request in asked] == ["0", "2"]
    assert [(row["isEnded"], row["rosterVersion"]) for row in await units(projects)] == [(True, 5)]


async def test_a_replayed_old_page_does_not_bring_back_old_names(projects: ServiceUnderTest) -> None:
    known = new_id()
    for version, name in ((5, "Nya namnet"), (2, "Gamla namnet")):
        feed = feed_of({None: [unit(name, version, unit_id=known), page(None, version)]}, [])
        await follow_units(feed)(Context(projects))
    assert [row["name"] for row in await units(projects)] == ["Nya namnet"]


@pytest.mark.parametrize("torn", [[unit("Almen", 1)], [unit("Almen", 1) | {"unitKind": "castle"}, page(None, 1)]])
async def test_a_torn_or_broken_page_leaves_nothing(projects: ServiceUnderTest, torn: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match=r"cut off|castle"):
        await follow_units(feed_of({None: torn}, []))(Context(projects))
    assert await units(projects) == []


async def test_an_owner_that_is_away_is_told_as_such(projects: ServiceUnderTest) -> None:
    away = httpx.MockTransport(lambda _: httpx.Response(503))
    feed = ChangeFeed({"sync": "http://sync.test"}, Tokens(), away)
    with pytest.raises(Unavailable):
        await follow_units(feed)(Context(projects))


async def test_another_tenant_sees_none_of_the_units(projects: ServiceUnderTest) -> None:
    await follow_units(feed_of({None: [unit("Almen", 1), page(None, 1)]}, []))(Context(projects))
    answer = await projects.client.get(f"{BASE}/units", headers=projects.as_(LEADER, tenant=new_id()))
    assert answer.json()["items"] == []


async def rechecks(service: ServiceUnderTest) -> list[dict[str, str]]:
    """What each job that judges gates again is about."""
    async with service.database.transaction(service.tenant) as session:
        query = text("SELECT params FROM job WHERE kind = 'gates.recheck'")
        return list((await session.execute(query)).scalars())


async def test_a_gate_stands_still_while_its_project_is_closed_and_follows_when_it_is_opened_again(
    rollout: Rollout, facts: Facts
) -> None:
    gate, service = await rollout.gate("m3"), rollout.service
    context = Context(service, project=rollout.id)

    async def turn(state: str, version: int) -> None:
        headers = service.as_(LEADER) | {"If-Match": f'"{version}"'}
        answer = await service.client.patch(f"{BASE}/projects/{rollout.id}", json={"state": state}, headers=headers)
        assert answer.status_code == 200, answer.text

    async def told() -> list[str]:
        journal = (await rollout.get(f"/journal-entries?entityId={gate['id']}")).json()["items"]
        return [entry["action"] for entry in journal]

    await turn("closed", 1)
    await facts.roster_applied()
    await facts.coverage(50, 50)
    await recheck_gates(context)
    assert await told() == []
    asked = len(await rechecks(service))
    await turn("active", 2)
    assert await rechecks(service) == [{"project": rollout.id}] * (asked + 1)
    await recheck_gates(context)
    assert await told() == ["gate.ready"]


async def test_a_ready_gate_reopens_when_its_roster_has_become_stale(rollout: Rollout, facts: Facts) -> None:
    await facts.roster_applied()
    await facts.coverage(50, 50)
    gate = await rollout.gate("m3")
    with frozen(clock.now() + timedelta(days=14, seconds=1)):
        await recheck_gates(Context(rollout.service, project=rollout.id))
    journal = (await rollout.get(f"/journal-entries?entityId={gate['id']}")).json()["items"]
    assert [(entry["action"], entry["after"]["state"]) for entry in journal] == [
        ("gate.reopen", "open"),
        ("gate.ready", "ready"),
    ]
