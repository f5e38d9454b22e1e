"""The daily watch: what is missed, vacant or late is told once, and as a signal where gates and risks read it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.projects.governance.tasks import watch
from services.projects.signal.service import SignalService
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, CREATE, LEADER, Rollout
from tests.projects.steering import make, make_body, make_decision, patch, read, told
from tests.support.jobs import Context
from tests.support.services import Start

MONTHLY = {"implementation": {"per": "month", "timesMin": 1, "timesMax": 1}}


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.fixture
async def rollout(committed_service: Start) -> Rollout:
    """A project whose commits are real: events are read as the sequencer reads them."""
    service = await committed_service("projects")
    answer = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER, APPROVER))
    assert answer.status_code == 201, answer.text
    return Rollout(service, answer.json()["id"])


async def signal(rollout: Rollout, kind: str, key: str) -> dict[str, Any] | None:
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        found = await SignalService(session).of_kinds([kind])
    return next((one.value for one in found if (one.scope_id, one.key) == (UUID(rollout.id), key)), None)


async def run(rollout: Rollout) -> dict[str, Any]:
    return await watch(Context(rollout.service))


async def mine(rollout: Rollout, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in await told(rollout, "meeting.overdue") if one["bodyId"] == body["id"]]


async def test_a_missed_meeting_is_told_once_for_its_period(rollout: Rollout) -> None:
    body = await make_body(rollout, cadence=MONTHLY)
    with frozen(at(2027, 3, 31)):
        await run(rollout)
    assert await mine(rollout, body) == []
    for day in (1, 2):
        with frozen(at(2027, 4, day)):
            assert (await run(rollout))["overdue_meetings"] >= 1
    found = await mine(rollout, body)
    assert [(one["periodStart"], one["periodEnd"], one["held"], one["required"]) for one in found] == [
        ("2027-03-01", "2027-03-31", 0, 1)
    ]
    assert await signal(rollout, "meeting_held", "board") == {"held": 0, "missed": 1}
    with frozen(at(2027, 5, 1)):
        await run(rollout)
    assert [one["periodStart"] for one in await mine(rollout, body)] == ["2027-03-01", "2027-04-01"]


async def test_a_body_that_met_is_not_told_and_its_meetings_are_counted(rollout: Rollout) -> None:
    body = await make_body(rollout, cadence=MONTHLY)
    wanted = {"title": "Möte", "heldOn": "2027-03-16", "localStart": "10:00"}
    with frozen(at(2027, 3, 16)):
        meeting = await make(rollout, f"/bodies/{body['id']}/meetings", wanted)
        await patch(rollout, f"/meetings/{meeting['id']}", {"state": "held"})
    with frozen(at(2027, 4, 2)):
        await run(rollout)
    assert await mine(rollout, body) == []
    assert await signal(rollout, "meeting_held", "board") == {"held": 1, "missed": 0}


async def test_a_role_that_ran_out_overnight_is_told(rollout: Rollout) -> None:
    roles = {role["key"]: role for role in (await read(rollout, f"/projects/{rollout.id}/roles"))["items"]}
    role = roles["customer_project_leader"]
    body = {"roleId": role["id"], "accountId": str(new_id()), "validFrom": "2027-01-01", "validTo": "2027-03-31"}
    await make(rollout, f"/projects/{rollout.id}/role-assignments", body)
    with frozen(at(2027, 3, 31)):
        await run(rollout)
    assert await told(rollout, "role.vacant") == []
    for day in (1, 2):
        with frozen(at(2027, 4, day)):
            await run(rollout)
    found = await told(rollout, "role.vacant")
    assert [(one["roleId"], one["missing"]) for one in found] == [(role["id"], 1)]


async def test_a_decision_that_became_late_overnight_is_a_signal(rollout: Rollout) -> None:
    week = {"start": "2027-04-05", "end": "2027-04-11", "precision": "week"}
    with frozen(at(2027, 4, 1)):
        await make_decision(rollout, neededBy=week)
        await run(rollout)
    before = await signal(rollout, "decision_overdue", "")
    with frozen(at(2027, 4, 12)):
        await run(rollout)
    after = await signal(rollout, "decision_overdue", "")
    assert after is not None
    assert after["overdue"] == (before or {"overdue": 0})["overdue"] + 1


async def test_a_closed_project_is_left_in_peace(rollout: Rollout) -> None:
    body = await make_body(rollout, cadence=MONTHLY)
    shown = await read(rollout, f"/projects/{rollout.id}")
    await patch(rollout, f"/projects/{rollout.id}", {"state": "closed"}, version=shown["version"])
    with frozen(at(2027, 6, 1)):
        await run(rollout)
    assert await mine(rollout, body) == []
