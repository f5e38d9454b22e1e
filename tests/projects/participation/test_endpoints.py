"""Who takes part in activities, with how many hours, and the effort that the sources name."""

from typing import Any

import pytest

from shared.kit.ids import new_id
from tests.projects.conftest import LEADER, CreateRollout, Rollout
from tests.projects.rows import divide, own_row, read, send, units

# Steps of register sync and single sign-on with the hours of supplier and customer (HAN-I1 to HAN-I7).
SYNC = [("4", "4"), ("8", "8"), ("2-4", "8-16"), ("2", "4")]
SSO = [("4", "1"), ("1", "1"), ("1", "0")]


def hours(side: str, said: str, raci: str = "R") -> dict[str, Any]:
    low, _, high = said.partition("-")
    return {"side": side, "raci": raci, "hoursMin": float(low), "hoursMax": float(high or low)}


async def put(rollout: Rollout, activity_id: str, items: list[dict[str, Any]], *roles: str, **claims: Any) -> Any:
    version = (await read(rollout, activity_id))["version"]
    path = f"/activities/{activity_id}/participations"
    return await send(rollout, "PUT", path, {"items": items}, *roles, version=version, **claims)


async def effort(rollout: Rollout) -> dict[str, Any]:
    found: dict[str, Any] = (await rollout.get(f"/projects/{rollout.id}/effort")).json()
    return found


def by_side(sums: list[dict[str, Any]]) -> dict[str, tuple[Any, Any]]:
    return {one["side"]: (one["hoursMin"], one["hoursMax"]) for one in sums}


async def test_register_sync_and_sign_on_cost_what_the_source_says(rollout: Rollout) -> None:
    for key in ("register_sync", "sign_on"):
        body = {"key": key, "title": {"sv": key}}
        assert (await send(rollout, "POST", f"/projects/{rollout.id}/tracks", body)).status_code == 201
    before = by_side((await effort(rollout))["sides"])
    assert before == {}
    for track, steps in (("register_sync", SYNC), ("sign_on", SSO)):
        for supplier, customer in steps:
            row = await own_row(rollout, side="joint", trackKey=track)
            items = [
                hours("supplier", supplier),
                hours("customer", customer),
                {"side": "customer", "raci": "A"},
                {"side": "customer", "raci": "C"},
            ]
            assert (await put(rollout, row["id"], items)).status_code == 200
    found = await effort(rollout)
    assert by_side(found["sides"]) == {"customer": (26, 34), "supplier": (22, 24)}
    tracks = {one["key"]: by_side(one["sides"]) for one in found["tracks"]}
    assert tracks["register_sync"] == {"customer": (24, 32), "supplier": (16, 18)}
    assert tracks["sign_on"] == {"customer": (2, 2), "supplier": (6, 6)}
    assert {one["unknown"] for one in found["sides"]} == {0}
    last = found["steps"][-1]["sides"][0]
    assert (last["side"], last["hoursMin"], last["hoursMax"]) == ("customer", 0, 0)


async def test_unknown_hours_are_counted_and_never_added(rollout: Rollout) -> None:
    row = await own_row(rollout)
    await put(rollout, row["id"], [{"side": "customer", "raci": "R"}, {"side": "customer", "raci": "A"}])
    (customer,) = (await effort(rollout))["sides"]
    assert (customer["hoursMin"], customer["unknown"], customer["actualHours"]) == (None, 1, None)


async def test_estimate_stands_beside_what_it_took(rollout: Rollout) -> None:
    row = await own_row(rollout)
    items = [hours("customer", "1.5-2.25") | {"actualHours": 3.75}, {"side": "customer", "raci": "A"}]
    told = (await put(rollout, row["id"], items)).json()
    assert (told["items"][0]["hoursMax"], told["items"][0]["actualHours"], told["items"][1]["hoursMin"]) == (
        2.25,
        3.75,
        None,
    )
    (customer,) = (await effort(rollout))["sides"]
    assert (customer["hoursMin"], customer["actualHours"]) == (1.5, 3.75)


async def test_rows_that_do_not_apply_or_are_gone_cost_nothing(rollout: Rollout) -> None:
    off = await rollout.activity("HAN-A3.03")
    assert (await put(rollout, off["id"], [hours("supplier", "9", "A")])).status_code == 200
    gone = await own_row(rollout)
    await put(rollout, gone["id"], [hours("customer", "9", "A")])
    version = (await read(rollout, gone["id"]))["version"]
    await send(rollout, "DELETE", f"/activities/{gone['id']}", version=version)
    assert (await effort(rollout))["sides"] == []


async def test_hours_of_units_count_in_place_of_the_row_above_them(rollout: Rollout) -> None:
    row = await own_row(rollout)
    await put(rollout, row["id"], [hours("customer", "50", "A")])
    for child in await divide(rollout, row["id"], await units(rollout, "Tallskolan", "Åskolan")):
        await put(rollout, child, [hours("customer", "3", "A")])
    assert by_side((await effort(rollout))["sides"]) == {"customer": (6, 6)}


A = {"side": "customer", "raci": "A"}


@pytest.mark.parametrize(
    ("side", "items", "code"),
    [
        ("customer", [{"side": "customer", "raci": "R"}], "one_accountable"),
        ("customer", [A, {"side": "supplier", "raci": "A"}], "one_accountable"),
        ("joint", [A, {"side": "customer", "raci": "R"}], "joint_needs_both"),
        ("customer", [A, A | {"raci": "C"}, A | {"raci": "C"}], "twice"),
        ("customer", [A | {"roleKey": "nobody"}], "unknown_role"),
        ("customer", [{"side": "supplier", "raci": "A", "roleKey": "customer_project_leader"}], "role_of_another_side"),
        ("customer", [A | {"hoursMin": 1}], "value_error"),
        ("customer", [A | {"hoursMin": 3, "hoursMax": 2}], "value_error"),
        ("customer", [A | {"hoursMin": -1, "hoursMax": 2}], "greater_than_equal"),
        ("customer", [A | {"actualHours": 0.125}], "decimal_max_places"),
        ("customer", [A | {"actualHours": 10_000_000}], "decimal_whole_digits"),
        ("customer", [A | {"side": "joint"}], "value_error"),
        ("customer", [A | {"raci": "X"}], "enum"),
    ],
)
async def test_participants_that_do_not_fit_are_named(
    rollout: Rollout, side: str, items: list[dict[str, Any]], code: str
) -> None:
    row = await own_row(rollout, side=side)
    answer = await put(rollout, row["id"], items)
    assert answer.status_code == 422, answer.text
    assert code in [error["code"] for error in answer.json()["errors"]]
    shown = (await rollout.get(f"/activities/{row['id']}/participations")).json()
    assert (shown["items"], shown["version"]) == ([], 1)


async def test_participants_are_replaced_as_a_whole_under_the_activitys_version(rollout: Rollout) -> None:
    row = await own_row(rollout)
    path = f"/activities/{row['id']}/participations"
    assert (await send(rollout, "PUT", path, {"items": [A]})).status_code == 428
    first = await send(rollout, "PUT", path, {"items": [A | {"roleKey": "customer_project_leader"}]}, version=1)
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert (await send(rollout, "PUT", path, {"items": []}, version=1)).status_code == 412
    same = await send(rollout, "PUT", path, {"items": [A | {"roleKey": "customer_project_leader"}]}, version=2)
    assert same.headers["etag"] == '"2"'
    other = await send(rollout, "PUT", path, {"items": [A]}, version=2)
    assert [one["roleKey"] for one in other.json()["items"]] == [None]
    emptied = await send(rollout, "PUT", path, {"items": []}, version=3)
    assert emptied.json()["items"] == []
    entries = (await rollout.get(f"/journal-entries?entityId={row['id']}")).json()["items"]
    assert [one["action"] for one in entries].count("activity.set_participants") == 3


async def test_a_supplier_reports_its_own_hours_and_leaves_the_customers_alone(rollout: Rollout) -> None:
    row = await own_row(rollout, side="joint")
    items = [hours("supplier", "4"), hours("customer", "8"), A]
    await put(rollout, row["id"], items)
    mine = [items[0] | {"actualHours": 5}, *items[1:]]
    assert (await put(rollout, row["id"], mine, side="supplier")).status_code == 200
    theirs = [items[0], items[1] | {"hoursMin": 1}, A]
    refused = await put(rollout, row["id"], theirs, side="supplier")
    assert refused.status_code == 403
    assert "only its own participants" in refused.json()["detail"]
    customers = await own_row(rollout, side="customer")
    assert (await put(rollout, customers["id"], [A], side="supplier")).status_code == 403
    assert (await put(rollout, row["id"], mine, "trainer@*")).status_code == 403


async def test_another_tenant_sees_no_effort(create_rollout: CreateRollout) -> None:
    rollout = await create_rollout()
    headers = rollout.service.as_(LEADER, tenant=new_id())
    answer = await rollout.service.client.get(f"/projects/v1/projects/{rollout.id}/effort", headers=headers)
    assert answer.status_code == 404
