"""Deviations: from symptom to checked mend, and who sees them."""

from typing import Any

import pytest

from shared.kit.ids import new_id
from tests.projects.benefit.support import add_units, call, ok, subject
from tests.projects.conftest import Rollout

REPORT = {"what": "Dubbel anmälan", "symptom": "Vårdnadshavare ringer", "foundOn": "2027-09-10"}
CHECK = {"isEffective": True, "text": "Inga samtal på fyra veckor"}


async def report(rollout: Rollout, **changed: Any) -> dict[str, Any]:
    made: dict[str, Any] = await ok(rollout.service, "POST", f"/projects/{rollout.id}/deviations", REPORT | changed)
    return made


async def test_a_deviation_closes_only_with_its_root_cause_and_a_checked_effect(rollout: Rollout) -> None:
    service = rollout.service
    path = f"/deviations/{(await report(rollout))['id']}"
    early = await call(service, "POST", f"{path}/closures")
    assert (early.status_code, early.json()["missing"]) == (409, ["cause", "effect_check"])
    action = await rollout.activity("HAN-A1.03")
    body = {"causeKey": "routines", "activityId": action["id"], "correction": "Ny rutin"}
    worked = await ok(service, "PATCH", path, body, version=1)
    assert (worked["missing"], worked["activityId"]) == (["effect_check"], action["id"])
    await ok(service, "POST", f"{path}/effect-checks", CHECK)
    closed = await ok(service, "POST", f"{path}/closures")
    assert (closed["state"], closed["isEffective"]) == ("closed", True)
    assert (await call(service, "PATCH", path, {"analysis": "x"}, version=closed["version"])).status_code == 409


async def test_the_cause_is_one_of_the_ten_or_other(rollout: Rollout) -> None:
    service = rollout.service
    causes = (await ok(service, "GET", f"/projects/{rollout.id}/deviation-causes"))["items"]
    assert [cause["sourceRef"] for cause in causes] == [f"MIT-V{number}" for number in range(1, 12)]
    path = f"/deviations/{(await report(rollout))['id']}"
    answer = await call(service, "PATCH", path, {"causeKey": "bad_luck"}, version=1)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/causeKey")
    page = await ok(service, "GET", f"/projects/{rollout.id}/deviation-causes?limit=4")
    assert page["_links"]["next"] is not None


async def test_the_supplier_sees_and_reports_what_is_shared(rollout: Rollout) -> None:
    service = rollout.service
    secret, shared = await report(rollout), await report(rollout, isShared=True)
    listed = await ok(service, "GET", f"/projects/{rollout.id}/deviations", side="supplier")
    assert [row["id"] for row in listed["items"]] == [shared["id"]]
    assert (await call(service, "GET", f"/deviations/{secret['id']}", side="supplier")).status_code == 404
    path = f"/projects/{rollout.id}/deviations"
    theirs = await ok(service, "POST", path, REPORT, side="supplier")
    assert (theirs["isShared"], theirs["reportedSide"]) == (True, "supplier")
    assert (await call(service, "POST", f"/deviations/{theirs['id']}/closures", side="supplier")).status_code == 403


async def test_heads_report_and_mend_for_their_own_unit(rollout: Rollout) -> None:
    service = rollout.service
    own, other = await add_units(service, 2)
    head, path = f"unit_head@{own}", f"/projects/{rollout.id}/deviations"
    codes = [
        (await call(service, "POST", path, REPORT | {"unitId": unit}, head)).status_code for unit in (own, other, None)
    ]
    assert codes == [201, 403, 403]
    made = await report(rollout, unitId=own)
    mended = await call(service, "PATCH", f"/deviations/{made['id']}", {"analysis": "Rutin saknas"}, head, version=1)
    assert mended.status_code == 200


async def test_its_owner_works_on_it_whatever_the_role(rollout: Rollout) -> None:
    service, owner = rollout.service, subject()
    made = await report(rollout, ownerId=str(owner))
    path, claims = f"/deviations/{made['id']}", {"subject": owner, "side": "supplier"}
    mended = await call(service, "PATCH", path, {"causeKey": "contracts"}, "trainer@*", version=1, **claims)
    assert mended.status_code == 200


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"unitId": str(new_id())}, "#/unitId"),
        ({"indicatorId": str(new_id())}, "#/indicatorId"),
        ({"foundOn": "2027-02-31"}, "#/foundOn"),
        ({"what": ""}, "#/what"),
    ],
)
async def test_a_wrong_report_names_its_place(rollout: Rollout, wrong: dict[str, Any], pointer: str) -> None:
    answer = await call(rollout.service, "POST", f"/projects/{rollout.id}/deviations", REPORT | wrong)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_an_activity_of_another_project_corrects_nothing_here(rollout: Rollout) -> None:
    made = await report(rollout)
    body = {"activityId": str(new_id())}
    answer = await call(rollout.service, "PATCH", f"/deviations/{made['id']}", body, version=1)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/activityId")
