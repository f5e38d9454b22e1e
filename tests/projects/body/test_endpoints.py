"""Bodies and seats over HTTP: mandates, what they work from, one holder at a time, and whose seats are whose."""

from typing import Any

import pytest

from shared.kit.ids import new_id
from tests.projects.conftest import LEADER, Rollout
from tests.projects.steering import TITLE, make, make_body, make_decision, patch, post, read

CADENCE = {"implementation": {"per": "quarter", "timesMin": 1, "timesMax": 2, "orAsNeeded": True}}


async def test_a_body_is_added_with_its_cadence_by_stage_and_read_again(rollout: Rollout) -> None:
    body = await make_body(rollout, cadence=CADENCE, activePhase="p4", summonsDays=14)
    assert body["activeFrom"] == "2027-06-01"
    assert body["cadence"]["implementation"]["timesMax"] == 2
    assert "management" not in body["cadence"]
    listed = (await read(rollout, f"/projects/{rollout.id}/bodies"))["items"]
    assert body["id"] in [row["id"] for row in listed]


async def test_a_body_works_from_the_start_of_the_project_where_nothing_else_is_said(rollout: Rollout) -> None:
    assert (await make_body(rollout))["activeFrom"] == "2027-03-01"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"activePhase": "p9"}, "#/activePhase"),
        ({"activeAnchor": "never"}, "#/activeAnchor"),
        ({"escalatesTo": "nobody"}, "#/escalatesTo"),
        ({"level": "advisory"}, "#/mandate"),
        ({"cadence": {"implementation": {"timesMin": 3, "timesMax": 1, "per": "year"}}}, "#/cadence/implementation"),
        ({"cadence": {"implementation": {"timesMin": 1}}}, "#/cadence/implementation"),
    ],
)
async def test_what_a_body_names_must_be_there_and_hold_together(
    rollout: Rollout, more: dict[str, Any], pointer: str
) -> None:
    wanted = {"key": "board", "level": "strategic", "mandate": "decides", "title": TITLE} | more
    answer = await post(rollout, f"/projects/{rollout.id}/bodies", wanted)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_two_bodies_cannot_have_one_key(rollout: Rollout) -> None:
    await make_body(rollout)
    answer = await post(
        rollout,
        f"/projects/{rollout.id}/bodies",
        {"key": "board", "level": "union", "mandate": "advisory", "title": TITLE},
    )
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "body-key-taken")


async def test_a_body_that_owns_a_decision_cannot_become_advisory(rollout: Rollout) -> None:
    body = await make_body(rollout)
    await make_decision(rollout, bodyId=body["id"])
    answer = await patch(rollout, f"/bodies/{body['id']}", {"mandate": "advisory"})
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "mandate-in-use")


async def test_only_the_customers_leaders_say_how_the_project_is_steered(rollout: Rollout) -> None:
    wanted = {"key": "board", "level": "strategic", "mandate": "decides", "title": TITLE}
    path = f"/projects/{rollout.id}/bodies"
    assert (await post(rollout, path, wanted, LEADER, side="supplier")).status_code == 403
    assert (await post(rollout, path, wanted, "auditor@*")).status_code == 403
    assert (await post(rollout, path, wanted, LEADER, scopes=("bodies:read",))).status_code == 403
    body = await make(rollout, path, wanted)
    assert (await patch(rollout, f"/bodies/{body['id']}", {"size": 7}, LEADER, side="supplier")).status_code == 403
    assert (await patch(rollout, f"/bodies/{body['id']}", {"size": 7}, version=9)).status_code == 412


async def test_a_seat_has_one_holder_at_a_time_and_keeps_its_history(rollout: Rollout) -> None:
    body = await make_body(rollout)
    seat = await make(rollout, f"/bodies/{body['id']}/seats", {"key": "chair", "title": TITLE, "isChair": True})
    assert seat["isVacant"]
    path = f"/seats/{seat['id']}/memberships"
    first, second = str(new_id()), str(new_id())
    row = await make(rollout, path, {"accountId": first, "validFrom": "2026-01-01"})
    taken = await post(rollout, path, {"accountId": second, "validFrom": "2026-06-01"})
    assert (taken.status_code, taken.json()["membershipId"]) == (409, row["id"])
    ended = await patch(rollout, f"/seat-memberships/{row['id']}", {"validTo": "2026-05-31"})
    assert ended.status_code == 200, ended.text
    await make(rollout, path, {"accountId": second, "validFrom": "2026-06-01"})
    back = await patch(rollout, f"/seat-memberships/{row['id']}", {"validTo": "2026-06-01"}, version=2)
    assert back.status_code == 409
    shown = (await read(rollout, f"/bodies/{body['id']}/seats"))["items"][0]
    assert shown["holderId"] == second
    assert [(one["accountId"], one["validTo"]) for one in shown["memberships"]] == [
        (first, "2026-05-31"),
        (second, None),
    ]


async def test_a_membership_cannot_end_before_it_begins(rollout: Rollout) -> None:
    body = await make_body(rollout)
    seat = await make(rollout, f"/bodies/{body['id']}/seats", {"key": "chair"})
    wanted = {"accountId": str(new_id()), "validFrom": "2027-01-01", "validTo": "2026-01-01"}
    answer = await post(rollout, f"/seats/{seat['id']}/memberships", wanted)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/validTo")


async def test_the_supplier_fills_its_own_seats_and_no_others(rollout: Rollout) -> None:
    body = await make_body(rollout)
    seats = f"/bodies/{body['id']}/seats"
    own = await make(rollout, seats, {"key": "supplier_leader", "side": "supplier"}, LEADER, side="supplier")
    customers = await make(rollout, seats, {"key": "customer_leader", "side": "customer"})
    member = {"accountId": str(new_id())}
    assert (await post(rollout, f"/seats/{own['id']}/memberships", member, LEADER, side="supplier")).status_code == 201
    refused = await post(rollout, f"/seats/{customers['id']}/memberships", member, LEADER, side="supplier")
    assert refused.status_code == 403
    stolen = await patch(rollout, f"/seats/{own['id']}", {"side": "customer"}, LEADER, side="supplier")
    assert stolen.status_code == 403


async def test_a_seat_names_only_roles_and_units_that_are_there(rollout: Rollout) -> None:
    body = await make_body(rollout)
    path = f"/bodies/{body['id']}/seats"
    unknown_role = await post(rollout, path, {"key": "a", "roleKey": "nobody"})
    unknown_unit = await post(rollout, path, {"key": "a", "unitId": str(new_id())})
    assert [answer.status_code for answer in (unknown_role, unknown_unit)] == [422, 422]
