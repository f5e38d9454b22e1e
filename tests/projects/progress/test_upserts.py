"""Many rows at once: matching, results per item, dry runs, all or nothing, and nothing half-applied."""

import time
from typing import Any

import pytest

from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, LEADER, Rollout
from tests.projects.rows import MAY, TITLE, divide, move, own_row, phase_of, read, send, units


async def upsert(rollout: Rollout, items: list[dict[str, Any]], *roles: str, **flags: Any) -> dict[str, Any]:
    claims = {name: flags.pop(name) for name in ("side",) if name in flags}
    body = {"items": items} | flags
    answer = await send(rollout, "POST", f"/projects/{rollout.id}/activity-upserts", body, *roles, **claims)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def count(rollout: Rollout) -> int:
    return len((await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"])


async def test_rows_are_found_by_id_source_reference_and_external_id_and_else_added(rollout: Rollout) -> None:
    phase = await phase_of(rollout)
    mine = await own_row(rollout, externalIds={"asana": "77"})
    by_id = await rollout.activity("HAN-A1.02")
    told = await upsert(
        rollout,
        [
            {"id": by_id["id"], "notes": "Genom id"},
            {"sourceRef": "HAN-A1.01", "state": "started", "version": 1},
            {"externalIds": {"asana": "77"}, "window": MAY},
            {"externalIds": {"asana": "78"}, "title": TITLE, "phaseId": phase},
            {"sourceRef": "HAN-A1.03", "notes": ""},
        ],
    )
    assert [item["outcome"] for item in told["items"]] == ["updated", "updated", "updated", "created", "unchanged"]
    assert (told["isApplied"], told["created"], told["updated"], told["unchanged"]) == (True, 1, 3, 1)
    assert (await rollout.activity("HAN-A1.01"))["state"] == "started"
    assert (await read(rollout, mine["id"]))["window"]["start"] == "2027-05-03"
    added = await read(rollout, told["items"][3]["activityId"])
    assert (added["externalIds"], added["sourceRef"]) == ({"asana": "78"}, None)
    again = await upsert(rollout, [{"externalIds": {"asana": "78"}, "title": TITLE, "phaseId": phase}])
    assert again["items"][0]["outcome"] == "unchanged"
    assert again["items"][0]["activityId"] == added["id"]


async def test_a_row_per_unit_is_found_by_its_source_and_unit_and_its_parent_follows(rollout: Rollout) -> None:
    parent = await rollout.activity("HAN-A1.01")
    schools = await units(rollout, "Tallskolan", "Åskolan")
    await divide(rollout, parent["id"], schools)
    items = [{"sourceRef": "HAN-A1.01", "unitId": unit, "state": "done"} for unit in schools]
    assert (await upsert(rollout, items))["updated"] == 2
    assert (await read(rollout, parent["id"]))["state"] == "done"
    by_hand = await upsert(rollout, [{"sourceRef": "HAN-A1.01", "state": "planned"}], allOrNothing=False)
    assert by_hand["items"][0]["problem"]["type"].endswith("/activity-rolled-up")


@pytest.mark.parametrize("is_dry", [True, False])
async def test_one_refused_item_keeps_all_from_being_written_unless_the_good_ones_are_asked_for(
    rollout: Rollout, is_dry: bool
) -> None:
    phase = await phase_of(rollout)
    items: list[dict[str, Any]] = [
        {"title": TITLE, "phaseId": phase},
        {"title": TITLE, "phaseId": str(new_id())},
        {"sourceRef": "HAN-A1.01", "notes": "Ny"},
    ]
    told = await upsert(rollout, items, dryRun=is_dry)
    assert [item["outcome"] for item in told["items"]] == ["created", "refused", "updated"]
    assert not told["isApplied"]
    assert told["items"][0]["activityId"] is None
    assert told["items"][1]["problem"]["errors"][0]["pointer"] == "#/phaseId"
    assert await count(rollout) == 32
    assert (await rollout.activity("HAN-A1.01"))["version"] == 1
    partly = await upsert(rollout, items, dryRun=is_dry, allOrNothing=False)
    assert partly["isApplied"] is not is_dry
    assert await count(rollout) == (32 if is_dry else 33)
    assert (await rollout.activity("HAN-A1.01"))["version"] == (1 if is_dry else 2)


@pytest.mark.parametrize(
    ("item", "slug"),
    [
        ({"id": str(new_id()), "notes": "x"}, "upsert-nothing-matches"),
        ({"sourceRef": "HAN-A9.99", "title": TITLE}, "upsert-nothing-matches"),
        ({"sourceRef": "HAN-A1.01", "unitId": str(new_id())}, "upsert-nothing-matches"),
        ({"title": TITLE}, "upsert-row-incomplete"),
        ({"sourceRef": "HAN-A1.01", "version": 9}, "stale-version"),
        ({"sourceRef": "HAN-A1.05", "state": "done"}, "not-yours-to-change"),
        ({"sourceRef": "HAN-A3.03", "state": "done"}, "activity-not-enabled"),
        ({"externalIds": {"asana": "1", "jira": "2"}}, "upsert-match-ambiguous"),
        ({"sourceRef": "HAN-A1.04", "notes": "once more"}, "upsert-row-twice"),
    ],
)
async def test_an_item_that_cannot_be_is_refused_with_its_problem(
    rollout: Rollout, item: dict[str, Any], slug: str
) -> None:
    await own_row(rollout, externalIds={"asana": "1"})
    await own_row(rollout, externalIds={"jira": "2"})
    told = await upsert(rollout, [{"sourceRef": "HAN-A1.04", "notes": "first"}, item], allOrNothing=False)
    assert [one["outcome"] for one in told["items"]] == ["updated", "refused"]
    assert told["items"][1]["problem"]["type"].endswith(f"/{slug}")


async def test_a_row_of_another_project_is_not_found(create_rollout: Any) -> None:
    one, other = await create_rollout(), await create_rollout(name="Andra")
    row = await other.activity("HAN-A1.01")
    told = await upsert(one, [{"id": row["id"], "notes": "x"}])
    assert told["items"][0]["problem"]["type"].endswith("/upsert-nothing-matches")


async def test_two_new_items_with_one_external_id_are_one_row(rollout: Rollout) -> None:
    new = {"title": TITLE, "phaseId": await phase_of(rollout), "externalIds": {"asana": "5"}}
    told = await upsert(rollout, [new, new], allOrNothing=False)
    assert [item["outcome"] for item in told["items"]] == ["created", "refused"]


async def test_a_supplier_upserts_its_own_rows_alone(rollout: Rollout) -> None:
    items = [{"sourceRef": "HAN-A1.01", "notes": "Vår"}, {"sourceRef": "HAN-A1.03", "notes": "Deras"}]
    told = await upsert(rollout, items, side="supplier", allOrNothing=False)
    assert [item["outcome"] for item in told["items"]] == ["updated", "refused"]


async def test_gates_follow_what_a_batch_does(rollout: Rollout) -> None:
    criteria = (await rollout.gate("m1"))["criteria"]
    rows = [one for one in criteria if one["kind"] == "activity_done"]
    assert rows
    items = [{"id": one["evidence"]["activityId"], "state": "done"} for one in rows]
    assert (await upsert(rollout, items, APPROVER, LEADER))["isApplied"]
    left = [one for one in (await rollout.gate("m1"))["criteria"] if one["isMandatory"] and one["state"] != "met"]
    assert (await rollout.gate("m1"))["state"] == ("open" if left else "ready")
    assert not [one for one in left if one["kind"] == "activity_done"]


@pytest.mark.parametrize("items", [[], [{"notes": 7}], [{"unitId": str(new_id())}], [{"title": TITLE, "x": 1}]])
async def test_a_batch_that_cannot_be_read_is_refused_as_a_whole(rollout: Rollout, items: list[Any]) -> None:
    answer = await send(rollout, "POST", f"/projects/{rollout.id}/activity-upserts", {"items": items})
    assert answer.status_code == 422


async def test_two_thousand_rows_are_one_batch_and_one_more_is_too_many(rollout: Rollout) -> None:
    new = {"title": TITLE, "phaseId": await phase_of(rollout)}
    items = [new | {"externalIds": {"import": str(number)}} for number in range(2001)]
    too_many = await send(rollout, "POST", f"/projects/{rollout.id}/activity-upserts", {"items": items})
    assert too_many.status_code == 422
    started = time.perf_counter()
    told = await upsert(rollout, items[:2000])
    assert (told["created"], told["isApplied"]) == (2000, True)
    assert time.perf_counter() - started < 30
    row = await read(rollout, told["items"][1999]["activityId"])
    assert row["position"] == 2032
    assert (await move(rollout, row["id"], "started")).status_code == 200
