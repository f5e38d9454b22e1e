"""My work: what is mine, late, due, and waiting for whom."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.projects.activity.models import ActivityParticipation
from services.projects.body.models import Seat, SeatMembership
from shared.kit import clock
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, LEADER, CreateRollout, Rollout
from tests.projects.rows import MAY, divide, own_row, send, units
from tests.projects.steering import make, make_body, make_decision

PARTICIPANT = "participant@*"
LATE = datetime(2027, 6, 2, 8, tzinfo=UTC)
SOON = datetime(2027, 5, 20, 8, tzinfo=UTC)


async def mine(rollout: Rollout, subject: UUID, *roles: str, query: str = "", **claims: Any) -> list[dict[str, Any]]:
    answer = await send(
        rollout, "GET", f"/my-work?limit=200{query}", None, *(roles or (PARTICIPANT,)), subject=subject, **claims
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def owned(rollout: Rollout, **changed: Any) -> tuple[UUID, dict[str, Any]]:
    me = new_id()
    row = await own_row(rollout, **({"window": MAY} | changed))
    answer = await send(rollout, "PATCH", f"/activities/{row['id']}", {"ownerId": str(me)}, version=row["version"])
    assert answer.status_code == 200, answer.text
    return me, row


async def take_part(rollout: Rollout, activity_id: str, **how: Any) -> None:
    tenant = rollout.service.tenant
    async with rollout.service.database.transaction(tenant) as session:
        row = ActivityParticipation(
            tenant_id=tenant, project_id=UUID(rollout.id), activity_id=UUID(activity_id), side="customer", **how
        )
        session.add(row)


async def test_an_owner_without_a_role_sees_the_own_row_alone_and_may_move_it(rollout: Rollout) -> None:
    me, row = await owned(rollout)
    found = await mine(rollout, me)
    assert [(item["kind"], item["id"]) for item in found] == [("activity", row["id"])]
    assert [(action["action"], action["allowed"]) for action in found[0]["allowedActions"]] == [("move", True)]
    assert await mine(rollout, new_id()) == []


async def test_another_tenant_sees_nothing_of_it(rollout: Rollout) -> None:
    me, _ = await owned(rollout)
    assert await mine(rollout, me, LEADER, tenant=new_id()) == []


async def test_a_row_is_late_after_its_window_and_due_in_its_last_fortnight(rollout: Rollout) -> None:
    me, _ = await owned(rollout)
    with clock.frozen(datetime(2027, 4, 1, 8, tzinfo=UTC)):
        assert [item["urgency"] for item in await mine(rollout, me)] == ["open"]
    with clock.frozen(SOON):
        assert [item["urgency"] for item in await mine(rollout, me)] == ["due"]
        assert await mine(rollout, me, query="&urgency=late") == []
    with clock.frozen(LATE):
        assert [(item["urgency"], item["isLate"]) for item in await mine(rollout, me)] == [("late", True)]
        assert len(await mine(rollout, me, query="&urgency=late")) == 1


async def test_whoever_takes_part_as_responsible_sees_the_row_and_who_is_informed_does_not(rollout: Rollout) -> None:
    row, doer, told = await own_row(rollout), new_id(), new_id()
    for account, raci in ((doer, "R"), (told, "I")):
        await take_part(rollout, row["id"], account_id=account, raci=raci)
    assert [item["id"] for item in await mine(rollout, doer)] == [row["id"]]
    assert await mine(rollout, told) == []


async def test_the_holder_of_a_role_at_a_unit_sees_the_row_of_that_unit_alone(rollout: Rollout) -> None:
    row, (here, there) = await own_row(rollout), await units(rollout, "Almen", "Björken")
    role = await make(
        rollout,
        f"/projects/{rollout.id}/roles",
        {"key": "administrator", "side": "customer", "title": {"sv": "Administratör", "en": "Administrator"},
         "duty": {"sv": "Konton", "en": "Accounts"}, "isPerUnit": True, "minCount": 2},
    )  # fmt: skip
    await take_part(rollout, row["id"], role_key="administrator", raci="R")
    at_here, _ = await divide(rollout, row["id"], [here, there])
    me = new_id()
    holds = {"roleId": role["id"], "accountId": str(me), "unitId": here}
    await make(rollout, f"/projects/{rollout.id}/role-assignments", holds)
    assert [(item["id"], item["unitId"]) for item in await mine(rollout, me)] == [(at_here, here)]


async def test_an_item_tells_whose_turn_it_is_and_hides_the_row_from_who_may_not_read_plans(rollout: Rollout) -> None:
    me, row = await owned(rollout)
    before = await own_row(rollout, title={"sv": "Skaffa nycklar", "en": "Get the keys"}, side="supplier")
    link = {"predecessorId": before["id"], "successorId": row["id"], "type": "FS"}
    await make(rollout, f"/projects/{rollout.id}/dependencies", link)
    (seen,) = (await mine(rollout, me, LEADER, query="&kind=activity"))[:1]
    assert [(each["id"], each["side"]) for each in seen["waitingFor"]] == [(before["id"], "supplier")]
    (hidden,) = await mine(rollout, me)
    assert [(each["id"], each["title"], each["side"]) for each in hidden["waitingFor"]] == [(None, None, "supplier")]


async def test_decisions_wait_for_the_approver_of_the_customer_alone(rollout: Rollout) -> None:
    decision = await make_decision(rollout)
    query = f"&kind=decision&projectId={rollout.id}"
    found = await mine(rollout, new_id(), APPROVER, query=query)
    assert decision["id"] in [item["id"] for item in found]
    shown = next(item for item in found if item["id"] == decision["id"])
    assert shown["allowedActions"][0]["href"] == f"{BASE}/decisions/{decision['id']}/outcomes"
    assert await mine(rollout, new_id(), LEADER, query=query) == []
    assert await mine(rollout, new_id(), APPROVER, query=query, side="supplier") == []


async def test_a_member_of_a_body_is_shown_its_coming_meeting_with_the_day_of_summons(rollout: Rollout) -> None:
    body = await make_body(rollout, summonsDays=14)
    me, seat_id = new_id(), new_id()
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        tenant = rollout.service.tenant
        session.add(
            Seat(
                tenant_id=tenant, id=seat_id, project_id=UUID(rollout.id), body_id=UUID(body["id"]), key="a", position=1
            )
        )
        await session.flush()
        session.add(SeatMembership(tenant_id=tenant, seat_id=seat_id, account_id=me, valid_from=date(2027, 1, 1)))
    meeting = await make(
        rollout,
        f"/bodies/{body['id']}/meetings",
        {"title": "Möte", "heldOn": "2027-05-20", "localStart": "13:00", "durationMinutes": 60},
    )
    with clock.frozen(datetime(2027, 5, 1, 8, tzinfo=UTC)):
        (item,) = await mine(rollout, me)
    assert (item["id"], item["summonBy"], item["dueOn"]) == (meeting["id"], "2027-05-06", "2027-05-20")


async def test_pages_go_on_where_the_last_one_ended(rollout: Rollout) -> None:
    for number in range(7):
        await make_decision(rollout, f"question{number}")
    asked, seen = "/my-work?limit=3", list[str]()
    while asked:
        answer = (await send(rollout, "GET", asked, None, APPROVER)).json()
        seen += [item["id"] for item in answer["items"]]
        following = answer["_links"]["next"]
        asked = following["href"].split(BASE, 1)[1] if following else ""
    whole = await mine(rollout, new_id(), APPROVER)
    assert seen == [item["id"] for item in whole]
    assert len(set(seen)) == len(seen) > 3


async def test_a_closed_project_waits_for_nobody(create_rollout: CreateRollout) -> None:
    rollout = await create_rollout()
    me, _ = await owned(rollout)
    project = (await rollout.get(f"/projects/{rollout.id}")).json()
    answer = await send(rollout, "PATCH", f"/projects/{rollout.id}", {"state": "closed"}, version=project["version"])
    assert answer.status_code == 200, answer.text
    assert await mine(rollout, me) == []
