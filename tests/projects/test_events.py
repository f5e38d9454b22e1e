"""What projects publishes, with real commits: every change with its event, once, and nothing of another tenant."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, CREATE, LEADER, Facts, Rollout
from tests.support.services import ServiceUnderTest, Start


@pytest.fixture
async def committed(committed_service: Start) -> ServiceUnderTest:
    return await committed_service("projects")


async def create(service: ServiceUnderTest, **changed: Any) -> Rollout:
    answer = await service.client.post(f"{BASE}/projects", json=CREATE | changed, headers=service.as_(LEADER))
    assert answer.status_code == 201, answer.text
    return Rollout(service, answer.json()["id"])


async def published(service: ServiceUnderTest) -> list[tuple[str, dict[str, Any]]]:
    """Types (without owner and version) and data, in the order of the outbox."""
    async with service.relay.transaction(None) as session:
        rows = await session.execute(text("SELECT type, data FROM outbox ORDER BY seq"))
        return [(".".join(row.type.split(".")[1:3]), row.data) for row in rows]


async def jobs(service: ServiceUnderTest) -> list[tuple[str, float]]:
    """Kind of each job and the days until it is due."""
    async with service.relay.transaction(None) as session:
        query = "SELECT kind, extract(epoch FROM run_after - now()) / 86400 AS days FROM job ORDER BY run_after"
        return [(row.kind, float(row.days)) for row in await session.execute(text(query))]


async def test_a_gate_that_waits_for_facts_tells_when_it_is_ready_reopened_and_passed(
    committed: ServiceUnderTest,
) -> None:
    rollout, facts = await create(committed), Facts(committed)
    await facts.roster_applied()
    await facts.coverage(45, 50)
    await facts.coverage(45, 50, role="teacher")
    await facts.coverage(1, 50)
    await facts.coverage(50, 50)
    await rollout.decide("m3", "passes")
    told = await published(committed)
    assert [name for name, _ in told] == [
        "project.instantiated",
        "gate.ready",
        "gate.reopened",
        "gate.ready",
        "gate.passed",
        "baseline.taken",
    ]
    gate = (await rollout.gate("m3"))["id"]
    assert told[1][1] == {"projectId": rollout.id, "gateId": gate, "gateKey": "m3"}
    assert told[2][1]["blocking"] == 1
    assert told[4][1]["waivers"] == 0


async def test_a_waiver_is_told_before_the_gate_that_it_opens(committed: ServiceUnderTest) -> None:
    rollout, facts = await create(committed), Facts(committed)
    await facts.roster_applied()
    criterion = await rollout.criterion("m3", "key-persons-trained")
    body = {"criterionId": criterion["id"], "reason": "Utbildningen sker i augusti"}
    await rollout.decide("m3", "waivers", body)
    await rollout.decide("m3", "passes")
    told = await published(committed)
    assert [name for name, _ in told[1:]] == ["gate.waived", "gate.ready", "gate.passed", "baseline.taken"]
    assert told[1][1]["criterionId"] == criterion["id"]
    assert told[3][1]["waivers"] == 1


async def test_a_changed_activity_tells_what_changed_and_an_unchanged_one_nothing(committed: ServiceUnderTest) -> None:
    rollout = await create(committed)
    await rollout.patch("HAN-A1.01", {"state": "started", "notes": "Ring Anna Testsson", "ownerId": str(new_id())})
    await rollout.patch("HAN-A1.01", {"state": "started"})
    await rollout.patch("HAN-A1.03", {"state": "started"}, side="supplier")
    told = (await published(committed))[1:]
    assert [name for name, _ in told] == ["activity.changed"]
    assert (told[0][1]["fields"], told[0][1]["version"]) == (["notes", "ownerId", "state"], 2)
    assert "Anna" not in str(told)


async def test_two_changes_at_once_cannot_both_miss_that_the_gate_is_ready(committed: ServiceUnderTest) -> None:
    rollout, facts = await create(committed, options={"gates_follow_activities": True}), Facts(committed)
    await facts.roster_applied()
    await facts.coverage(50, 50)
    rows = ["HAN-A3.01", "HAN-A3.02", "HAN-A3.04", "HAN-A3.05", "HAN-A3.06"]
    ids = {row: (await rollout.activity(row))["id"] for row in rows}
    headers = committed.as_(LEADER) | {"If-Match": '"1"'}

    async def finish(row: str) -> int:
        url = f"{BASE}/activities/{ids[row]}"
        return (await committed.client.patch(url, json={"state": "done"}, headers=headers)).status_code

    assert set(await asyncio.gather(*map(finish, rows))) == {200}
    assert [name for name, _ in await published(committed)].count("gate.ready") == 1
    assert (await rollout.gate("m3"))["state"] == "ready"


async def test_of_many_who_pass_a_gate_at_once_one_does(committed: ServiceUnderTest) -> None:
    rollout, facts = await create(committed), Facts(committed)
    await facts.roster_applied()
    await facts.coverage(50, 50)
    answers = await asyncio.gather(*(rollout.decide("m3", "passes", None, APPROVER) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert [name for name, _ in await published(committed)].count("gate.passed") == 1


async def test_a_ready_gate_is_judged_again_at_the_moment_when_its_roster_becomes_stale(
    committed: ServiceUnderTest,
) -> None:
    await create(committed, options={"roster_max_age_days": 3})
    facts = Facts(committed)
    await facts.roster_applied()
    await facts.coverage(50, 50)
    await facts.coverage(49, 50)  # still ready: the moment is put down already
    found = [(kind, days) for kind, days in await jobs(committed) if days > 1.5]  # later than tomorrow's daily look
    assert [kind for kind, _ in found] == ["gates.recheck"]
    assert found[0][1] == pytest.approx(3, abs=0.01)


async def test_the_list_on_its_own_connections_shows_a_tenant_its_own_rows_alone(committed: ServiceUnderTest) -> None:
    """Row security binds the hot read: the same statement with another tenant finds nothing, before and after."""
    rollout, stranger = await create(committed), new_id()
    path = f"{BASE}/projects/{rollout.id}/activities?limit=200"
    own, other = committed.as_(LEADER), committed.as_(LEADER, tenant=stranger)
    counts = []
    for headers in (other, own, other, own):
        answer = await committed.client.get(path, headers=headers)
        counts.append(len(answer.json().get("items", [])))
    assert counts == [0, 32, 0, 32]
    leaked = await committed.database.hot_rows(
        stranger, "SELECT id FROM activity a WHERE a.project_id = $2 LIMIT 200", rollout.id
    )
    assert leaked == []
    unset = await committed.database.hot_rows(stranger, "SELECT current_setting('app.tenant', true) AS tenant LIMIT 1")
    assert unset[0]["tenant"] == str(stranger)
