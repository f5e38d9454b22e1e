"""A plan that the customer approved: work goes on, what was agreed changes only by a decided change request."""

from typing import Any
from uuid import UUID

import pytest

from services.projects.progress.schemas import ActivityChange, UpsertItem
from services.projects.progress.service import ProgressService
from services.projects.progress.upsert import UpsertService
from services.projects.project.service import ProjectService
from shared.kit.db import Database
from shared.kit.problems import Problem
from tests.projects.conftest import LEADER, Rollout
from tests.projects.rows import MAY, TITLE, own_row, phase_of, send, units


@pytest.fixture
async def agreed(rollout: Rollout) -> Rollout:
    await own_row(rollout, window=MAY)
    async with database(rollout).transaction(rollout.service.tenant) as session:
        (await ProjectService(session).get(UUID(rollout.id))).plan_state = "approved"
    return rollout


def database(rollout: Rollout) -> Database:
    return rollout.service.database


async def test_work_goes_on_in_an_approved_plan(agreed: Rollout) -> None:
    change = {"state": "started", "notes": "Igång", "externalIds": {"asana": "1"}}
    assert (await agreed.patch("HAN-A1.01", change)).status_code == 200
    same = {"window": MAY | {"start": "2027-03-01", "end": "2027-03-31", "precision": "month"}, "state": "done"}
    assert (await agreed.patch("HAN-A1.01", same)).status_code == 200


async def test_what_was_agreed_is_not_changed_by_hand(agreed: Rollout) -> None:
    row = await agreed.activity("HAN-A1.01")
    path = f"/activities/{row['id']}"
    body = {"title": TITLE, "phaseId": await phase_of(agreed)}
    schools = await units(agreed, "Tallskolan")
    answers = [
        await agreed.patch("HAN-A1.01", {"window": MAY}),
        await agreed.patch("HAN-A1.01", {"side": "joint"}),
        await send(agreed, "POST", f"/projects/{agreed.id}/activities", body),
        await send(agreed, "POST", f"{path}/children", {"unitIds": schools}),
        await send(agreed, "DELETE", path, version=row["version"]),
    ]
    assert [(one.status_code, one.json()["type"].split("/")[-1]) for one in answers] == [(409, "plan-is-approved")] * 5
    batch = {"items": [{"sourceRef": "HAN-A1.01", "window": MAY}, {"sourceRef": "HAN-A1.02", "notes": "Ny"}]}
    told = (await send(agreed, "POST", f"/projects/{agreed.id}/activity-upserts", batch)).json()
    assert [one["outcome"] for one in told["items"]] == ["refused", "updated"]
    assert not told["isApplied"]


async def test_a_decided_change_reaches_the_plan(agreed: Rollout) -> None:
    row = await agreed.activity("HAN-A1.01")
    token = agreed.service.mint.token(tenant=agreed.service.tenant, roles=[LEADER])
    caller = await agreed.service.mint.verifier("projects").verify(token)
    window: Any = ActivityChange.model_validate({"window": MAY})
    async with database(agreed).transaction(agreed.service.tenant) as session:
        with pytest.raises(Problem):
            await ProgressService(session, caller).change(UUID(row["id"]), row["version"], window)
        await ProgressService(session, caller, is_agreed=True).change(UUID(row["id"]), row["version"], window)
        items = [UpsertItem.model_validate({"sourceRef": "HAN-A1.02", "window": MAY})]
        upserts = UpsertService(session, caller, is_agreed=True)
        (result,) = await upserts.apply(UUID(agreed.id), items, dry_run=False, all_or_nothing=True)
    assert result.outcome == "updated"
    assert (await agreed.activity("HAN-A1.01"))["window"]["start"] == "2027-05-03"
    assert (await agreed.activity("HAN-A1.02"))["window"]["start"] == "2027-05-03"
