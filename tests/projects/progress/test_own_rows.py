"""Rows of the authority's own: adding, changing everything about them, removing; third parties' among them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, LEADER, Rollout
from tests.projects.rows import MAY, TITLE, move, own_row, phase_of, read, send


async def test_an_own_row_stands_last_and_is_no_row_of_the_source(rollout: Rollout) -> None:
    row = await own_row(rollout, kind="meeting", window=MAY, notes="Bjud in alla")
    assert (row["sourceRef"], row["position"], row["kind"], row["state"]) == (None, 33, "meeting", "planned")
    assert row["title"] == TITLE | {"da": None}
    assert row["window"]["end"] == "2027-05-30"
    assert await read(rollout, row["id"]) == row
    listed = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    assert listed[-1]["id"] == row["id"]


async def test_a_title_in_one_language_stands_for_the_others(rollout: Rollout) -> None:
    row = await own_row(rollout, title={"da": "Åbn firewallen"})
    assert row["title"] == {"sv": "Åbn firewallen", "en": "Åbn firewallen", "da": "Åbn firewallen"}


async def test_everything_about_a_row_can_be_changed(rollout: Rollout) -> None:
    row = await own_row(rollout)
    await send(rollout, "POST", f"/projects/{rollout.id}/tracks", {"key": "technical_own", "title": TITLE})
    change: dict[str, Any] = {
        "title": {"sv": "Nytt", "en": "New"},
        "section": {"sv": "Start", "en": "Start"},
        "phaseId": await phase_of(rollout, "HAN-A4.01"),
        "trackKey": "technical_own",
        "position": 4,
        "kind": "deliverable",
        "side": "third_party",
        "modality": "must",
        "isChecklist": True,
        "isPinned": True,
        "window": MAY,
        "durationDaysMin": 1,
        "durationDaysMax": 3,
        "externalParty": "Schemaleverantören AB",
        "externalIds": {"asana": "1204"},
        "state": "started",
        "notes": "Väntar på offert",
        "ownerId": str(new_id()),
    }
    answer = await send(rollout, "PATCH", f"/activities/{row['id']}", change, version=1)
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    told = change | {name: change[name] | {"da": None} for name in ("title", "section")}
    told["window"] = MAY | {"end": "2027-05-30", "tentative": False}
    assert {name: changed[name] for name in told} == told
    assert changed["startedAt"] is not None
    emptied = dict.fromkeys(("trackKey", "side", "modality", "section", "externalParty", "durationDaysMin"))
    bare = (await send(rollout, "PATCH", f"/activities/{row['id']}", emptied, version=2)).json()
    assert [bare[name] for name in emptied] == [None] * len(emptied)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"phaseId": str(new_id())}, "#/phaseId"),
        ({"trackKey": "nowhere"}, "#/trackKey"),
        ({"durationDaysMin": 5, "durationDaysMax": 2}, "#/durationDaysMin"),
        ({"durationDaysMin": -1}, "#/durationDaysMin"),
        ({"window": MAY | {"start": "2027-02-31"}}, "#/window/start"),
        ({"window": MAY | {"end": "2027-04-30"}}, "#/window"),
        ({"kind": "party"}, "#/kind"),
        ({"modality": "perhaps"}, "#/modality"),
        ({"title": {}}, "#/title"),
        ({"title": {"sv": ""}}, "#/title/sv"),
        ({"externalIds": {"Asana!": "1"}}, "#/externalIds/Asana!"),
        ({"position": -1}, "#/position"),
        ({"sourceRef": "HAN-A1.01"}, "#/sourceRef"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_what_cannot_be_is_named_with_its_place(
    rollout: Rollout, wrong: dict[str, Any], pointer: str, method: str
) -> None:
    if method == "POST":
        body = {"title": TITLE, "phaseId": await phase_of(rollout)} | wrong
        answer = await send(rollout, "POST", f"/projects/{rollout.id}/activities", body)
    else:
        answer = await rollout.patch("HAN-A1.01", wrong)
    assert answer.status_code == 422, answer.text
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert any(one.startswith(pointer) for one in pointers), pointers
    assert len((await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]) == 32


async def test_a_phase_of_another_project_is_unknown(create_rollout: Any) -> None:
    one, other = await create_rollout(), await create_rollout(name="Andra projektet")
    answer = await one.patch("HAN-A1.01", {"phaseId": await phase_of(other)})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_phase"


@pytest.mark.parametrize(
    ("side", "row", "status"),
    [("supplier", "supplier", 201), ("supplier", "joint", 201), ("supplier", "customer", 403), ("supplier", None, 403)],
)
async def test_a_supplier_adds_its_own_and_joint_rows(
    rollout: Rollout, side: str, row: str | None, status: int
) -> None:
    body = {"title": TITLE, "phaseId": await phase_of(rollout), "side": row}
    answer = await send(rollout, "POST", f"/projects/{rollout.id}/activities", body, side=side)
    assert answer.status_code == status


async def test_a_supplier_does_not_hand_its_row_over_to_the_customer(rollout: Rollout) -> None:
    assert (await rollout.patch("HAN-A1.01", {"side": "customer"}, side="supplier")).status_code == 403
    assert (await rollout.patch("HAN-A1.01", {"side": "joint"}, side="supplier")).status_code == 200


async def test_an_own_approval_is_the_word_of_the_customers_approver(rollout: Rollout) -> None:
    row = await own_row(rollout, kind="approval", side="joint")
    assert row["needsApproval"]
    assert (await move(rollout, row["id"], "done", LEADER)).status_code == 403
    assert (await move(rollout, row["id"], "done", APPROVER)).status_code == 200


async def test_the_owner_of_a_row_moves_it_and_notes_what_is_to_be_said_whatever_role(rollout: Rollout) -> None:
    owner = new_id()
    row = await own_row(rollout, ownerId=str(owner))
    path, trainee = f"/activities/{row['id']}", "participant@*"
    moved = await send(rollout, "PATCH", path, {"state": "done", "notes": "Klart"}, trainee, version=1, subject=owner)
    assert moved.status_code == 200
    assert (moved.json()["state"], moved.json()["doneBy"]) == ("done", str(owner))
    retimed = await send(rollout, "PATCH", path, {"window": MAY}, trainee, version=2, subject=owner)
    assert retimed.status_code == 403
    stranger = await send(rollout, "PATCH", path, {"state": "planned"}, trainee, version=2)
    assert stranger.status_code == 404


async def test_a_row_of_the_checklist_is_ticked_off_by_its_own_side_or_its_owner(rollout: Rollout) -> None:
    owner = new_id()
    theirs = await own_row(rollout, side="supplier", isChecklist=True)
    refused = await move(rollout, theirs["id"], "done")
    assert refused.status_code == 403
    assert refused.json()["detail"].startswith("Only the row's own side")
    assert (await move(rollout, theirs["id"], "started")).status_code == 200
    assert (await move(rollout, theirs["id"], "done", side="supplier")).status_code == 200
    owned = await own_row(rollout, side="supplier", isChecklist=True, ownerId=str(owner))
    assert (await move(rollout, owned["id"], "done", subject=owner)).status_code == 200


async def test_a_start_is_remembered_until_the_row_is_planned_again_and_never_invented(rollout: Rollout) -> None:
    row = await own_row(rollout)
    begun = (await move(rollout, row["id"], "started")).json()["startedAt"]
    assert begun is not None
    done = (await move(rollout, row["id"], "done")).json()
    assert done["startedAt"] == begun
    assert (await move(rollout, row["id"], "planned")).json()["startedAt"] is None
    assert (await move(rollout, row["id"], "done")).json()["startedAt"] is None


async def test_a_removed_row_is_gone_from_every_view_and_its_history_stays(rollout: Rollout) -> None:
    row = await own_row(rollout, isChecklist=True)
    path = f"/activities/{row['id']}"
    assert (await send(rollout, "DELETE", path)).status_code == 428
    assert (await send(rollout, "DELETE", path, version=7)).status_code == 412
    assert (await send(rollout, "DELETE", path, version=1)).status_code == 204
    assert (await rollout.get(path)).status_code == 404
    assert (await send(rollout, "DELETE", path, version=2)).status_code == 404
    assert len((await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]) == 32
    entries = (await rollout.get(f"/journal-entries?entityId={row['id']}")).json()["items"]
    assert {entry["action"] for entry in entries} == {"activity.create", "activity.delete"}


async def test_a_row_that_a_gate_waits_for_is_not_removed_and_the_gate_is_named(rollout: Rollout) -> None:
    row = await rollout.activity("HAN-A1.05")
    answer = await send(rollout, "DELETE", f"/activities/{row['id']}", version=row["version"])
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/activity-awaited-by-gate")
    assert [gate["key"] for gate in answer.json()["gates"]] == ["m1"]
    assert "m1" in answer.json()["detail"]
    assert (await rollout.activity("HAN-A1.05"))["version"] == row["version"]


async def test_what_a_third_party_owes_is_listed_and_late_after_its_window(rollout: Rollout) -> None:
    owed = await own_row(
        rollout, kind="deliverable", side="third_party", externalParty="Licens AB", window=MAY, title={"sv": "Nyckel"}
    )
    await own_row(rollout, kind="deliverable", side="third_party", externalParty="Schema AB", window=MAY)
    path = f"/projects/{rollout.id}/activities?externalParty=licens%20ab"
    assert [row["id"] for row in (await rollout.get(path)).json()["items"]] == [owed["id"]]
    with frozen(datetime(2027, 5, 30, 12, tzinfo=UTC)):
        assert (await rollout.get(f"{path}&overdue=true")).json()["items"] == []
    with frozen(datetime(2027, 5, 31, 12, tzinfo=UTC)):
        (late,) = (await rollout.get(f"{path}&overdue=true")).json()["items"]
        assert late["isOverdue"]
    assert (await move(rollout, owed["id"], "done", side="third_party")).status_code == 200


async def test_a_closed_project_takes_no_row(rollout: Rollout) -> None:
    row = await own_row(rollout)
    await send(rollout, "PATCH", f"/projects/{rollout.id}", {"state": "closed"}, version=1)
    body = {"title": TITLE, "phaseId": row["phaseId"]}
    answers = [
        await send(rollout, "POST", f"/projects/{rollout.id}/activities", body),
        await send(rollout, "PATCH", f"/activities/{row['id']}", {"notes": "x"}, version=1),
        await send(rollout, "DELETE", f"/activities/{row['id']}", version=1),
    ]
    assert [(answer.status_code, answer.json()["type"].split("/")[-1]) for answer in answers] == [
        (409, "project-closed")
    ] * 3
