"""The source plans as projects: what their risks, routes and integrations come to when a template is carried out."""

from typing import Any

from services.projects.template.catalogue import shipped
from tests.projects.conftest import CreateRollout, Rollout
from tests.projects.transfer.test_endpoints import Transfers, outcomes

DANISH: dict[str, Any] = {
    "templateKey": "dk-programme-12-12-12",
    "templateVersion": "1.0.0",
    "startMonth": None,
    "anchors": {"rollout_start": "2028-10-02", "pilot_start": "2028-09-01"},
}


async def listed(rollout: Rollout, path: str) -> list[dict[str, Any]]:
    answer = await rollout.get(f"/projects/{rollout.id}/{path}?limit=200")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_the_supplier_plan_brings_its_risks_unassessed_and_its_integrations_with_their_steps(
    create_rollout: CreateRollout,
) -> None:
    rollout = await create_rollout(templateVersion="1.1.0", options={"migration_ordered": True})
    risks = await listed(rollout, "risks")
    assert [risk["sourceRef"] for risk in risks] == [f"HAN-K{number:02}" for number in range(1, 18)]
    assert {risk["level"] for risk in risks} == {None}
    template = shipped().get("sv-supplier-5-phase", "1.1.0")
    triggers = {row.source_ref: row.trigger.value for row in template.risks if row.trigger}
    assert {risk["sourceRef"]: risk["trigger"]["kind"] for risk in risks if risk["trigger"]} == triggers
    steps = {row["key"]: [step["sourceRef"] for step in row["steps"]] for row in await listed(rollout, "integrations")}
    assert steps == {
        "pupil_register": ["HAN-I1", "HAN-I2", "HAN-I3", "HAN-I4"],
        "single_sign_on": ["HAN-I5", "HAN-I6", "HAN-I7"],
    }
    assert len(await listed(rollout, "systems")) == len(template.integrations)
    placed = await Transfers(rollout).placed()
    assert (placed["isComplete"], outcomes(placed)) == (False, [("unrouted", ["undecided"])] * 6)


async def test_the_danish_programme_routes_its_thirteen_rows_and_waits_for_ceilings_and_decisions(
    create_rollout: CreateRollout,
) -> None:
    rollout = await create_rollout(**DANISH)
    transfers = Transfers(rollout)
    placed = (await transfers.placed())["placed"]
    assert [each["sourceRef"] for each in placed] == [f"AU-DM{number:02}" for number in range(1, 14)]
    assert {each["destination"] is None for each in placed} == {False}
    flows = {flow["sourceRef"]: flow for flow in await listed(rollout, "migration-flows")}
    for each in placed:
        sensitive = flows[each["sourceRef"]]["isSensitive"]
        doubts = {doubt["code"] for doubt in each["doubts"]}
        assert doubts == ({"ceiling_unset", "decision_missing"} if sensitive else {"class_unset"})
        assert each["outcome"] == ("refused" if sensitive else "routed")
