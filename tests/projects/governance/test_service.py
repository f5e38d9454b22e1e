"""Governance from a template: what the sources say about bodies, seats and direction decisions, written once."""

from typing import Any
from uuid import UUID

import pytest

from services.projects.governance.service import GovernanceService
from services.projects.project.service import ProjectService
from services.projects.template.catalogue import shipped
from shared.kit.ids import new_id
from tests.projects.conftest import CreateRollout, Rollout
from tests.projects.steering import read


async def write(rollout: Rollout, key: str, version: str) -> int:
    template = shipped().get(key, version)
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        project = await ProjectService(session).get(UUID(rollout.id))
        return await GovernanceService(session).add_from_template(
            project,
            template.bodies,
            template.decisions,
            per_form=frozenset(role.key for role in template.roles if role.seat_per_school_form),
            asking=[row.source_ref for row in template.activities if row.needs_decision is not None],
        )


@pytest.fixture
async def supplied(rollout: Rollout) -> Rollout:
    """A project with the governance of the supplier's template."""
    await write(rollout, "sv-supplier-5-phase", "1.1.0")
    return rollout


async def bodies(rollout: Rollout) -> dict[str, dict[str, Any]]:
    found = (await read(rollout, f"/projects/{rollout.id}/bodies?limit=200"))["items"]
    return {body["sourceRef"]: body for body in found}


async def test_the_three_levels_have_their_cadence_by_stage(supplied: Rollout) -> None:
    found = await bodies(supplied)
    levels = [found[f"HAN-GOV{n}"]["level"] for n in (1, 2, 3)]
    assert levels == ["strategic", "effect", "operative"]
    cadence = found["HAN-GOV1"]["cadence"]
    assert (cadence["implementation"]["per"], cadence["management"]["per"]) == ("month", "half_year")
    assert found["HAN-GOV2"]["cadence"]["implementation"]["stated"] is False
    assert found["HAN-GOV2"]["activeFrom"] == "2027-06-01"
    assert found["HAN-GOV3"]["escalatesTo"] == found["HAN-GOV1"]["key"]


async def test_the_product_owner_has_one_seat_for_each_school_form(supplied: Rollout) -> None:
    body = (await bodies(supplied))["HAN-GOV2"]
    seats = (await read(supplied, f"/bodies/{body['id']}/seats"))["items"]
    forms = [seat["schoolForm"] for seat in seats if seat["roleKey"] == "supplier_product_owner"]
    project = await read(supplied, f"/projects/{supplied.id}")
    assert sorted(forms) == sorted(project["schoolForms"])
    assert {seat["side"] for seat in seats} == {"supplier"}


async def test_the_matrix_carries_the_fourteen_direction_decisions_with_their_certainty(supplied: Rollout) -> None:
    cells = (await read(supplied, f"/projects/{supplied.id}/decision-matrix"))["cells"]
    by_ref = {cell["sourceRef"]: cell for cell in cells}
    assert sorted(by_ref) == [f"HAN-D{n:02}" for n in range(1, 15)]
    assert [cell["modality"] for cell in cells].index("should") == 7
    unreadable = by_ref["HAN-D07"]
    assert (unreadable["function"], unreadable["certainty"]) == (None, "low")
    assert len(unreadable["candidates"]) == 2
    assert by_ref["HAN-D08"]["tool"] is None
    assert {cell["state"] for cell in cells} == {"open"}


async def test_an_activity_that_waits_for_a_decision_gets_an_open_question(supplied: Rollout) -> None:
    listed = (await read(supplied, f"/projects/{supplied.id}/decisions?limit=200"))["items"]
    question = next(one for one in listed if one["sourceRef"] == "HAN-A4.02")
    activity = await supplied.activity("HAN-A4.02")
    assert (question["activityId"], question["key"]) == (activity["id"], "han_a4_02")
    assert question["neededBy"]["end"] == activity["window"]["end"]


async def test_writing_it_again_writes_nothing(supplied: Rollout) -> None:
    assert await write(supplied, "sv-supplier-5-phase", "1.1.0") == 0


async def test_who_holds_a_role_from_the_start_sits_in_its_seats(create_rollout: CreateRollout) -> None:
    account = str(new_id())
    rollout = await create_rollout(roles={"supplier_business_owner": account})
    await write(rollout, "sv-supplier-5-phase", "1.1.0")
    body = (await bodies(rollout))["HAN-GOV1"]
    seats = (await read(rollout, f"/bodies/{body['id']}/seats"))["items"]
    assert [seat["holderId"] for seat in seats if seat["roleKey"] == "supplier_business_owner"] == [account]


async def test_the_programmes_bodies_advise_and_keep_what_cannot_be_read(rollout: Rollout) -> None:
    await write(rollout, "sv-programme-effect-goals", "1.0.0")
    found = await bodies(rollout)
    assert [found[f"VA-GOV{n}"]["mandate"] for n in (1, 3, 4, 5)] == ["decides", "advisory", "advisory", "advisory"]
    reference = found["VA-GOV3"]["cadence"]["implementation"]
    assert (reference["timesMin"], reference["timesMax"], reference["orAsNeeded"]) == (1, 2, True)
    assert found["VA-GOV4"]["cadence"]["implementation"]["minIntervalDays"] == 14
    seats = (await read(rollout, f"/bodies/{found['VA-GOV1']['id']}/seats"))["items"]
    unreadable = [seat for seat in seats if seat["title"] is None]
    assert len(unreadable) == 1
    assert unreadable[0]["sourceUncertain"]


async def test_a_project_made_from_the_template_is_steered_from_the_start(create_rollout: CreateRollout) -> None:
    account = str(new_id())
    more = {"templateVersion": "1.1.0", "roles": {"supplier_business_owner": account}}
    rollout = await create_rollout(**more)
    assert {"HAN-GOV1", "HAN-GOV2", "HAN-GOV3"} <= (await bodies(rollout)).keys()
    assert len((await read(rollout, f"/projects/{rollout.id}/decision-matrix"))["cells"]) == 14
    vacancies = (await read(rollout, f"/projects/{rollout.id}/vacancies?limit=200"))["items"]
    assert "supplier_business_owner" not in [row["key"] for row in vacancies]
    assert await write(rollout, "sv-supplier-5-phase", "1.1.0") == 0
