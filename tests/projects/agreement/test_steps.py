"""Agreeing on a plan: proposed, returned, approved by the customer, frozen."""

from typing import Any

import httpx

from tests.projects.conftest import APPROVER, BASE, LEADER, Rollout


async def step(rollout: Rollout, noun: str, *roles: str, comment: str = "", **claims: Any) -> httpx.Response:
    version = (await rollout.get(f"/projects/{rollout.id}")).json()["version"]
    headers = rollout.service.as_(*(roles or (LEADER,)), **claims) | {"If-Match": f'"{version}"'}
    path = f"{BASE}/projects/{rollout.id}/plan-{noun}"
    return await rollout.service.client.post(path, json={"comment": comment}, headers=headers)


async def test_a_supplier_proposes_and_the_customers_approver_approves(rollout: Rollout) -> None:
    assert (await step(rollout, "proposals", side="supplier")).status_code == 201
    approved = await step(rollout, "approvals", APPROVER, comment="Bra")
    assert approved.status_code == 201, approved.text
    [frozen] = (await rollout.get(f"/projects/{rollout.id}/baselines")).json()["items"]
    assert frozen["cause"] == "approval"
    assert approved.json()["baselineId"] == frozen["id"]
    steps = (await rollout.get(f"/projects/{rollout.id}/plan-steps")).json()["items"]
    assert [(each["toState"], each["actorSide"]) for each in steps] == [
        ("proposed", "supplier"),
        ("approved", "customer"),
    ]


async def test_a_draft_cannot_be_approved_and_a_supplier_cannot_approve(rollout: Rollout) -> None:
    early = await step(rollout, "approvals", APPROVER)
    assert (early.status_code, early.json()["type"].rsplit("/", 1)[1]) == (409, "wrong-plan-state")
    await step(rollout, "proposals")
    assert (await step(rollout, "approvals", APPROVER, side="supplier")).status_code == 403
    assert (await step(rollout, "approvals", LEADER)).status_code == 403


async def test_an_approved_plan_is_returned_by_the_approver_alone(rollout: Rollout) -> None:
    await step(rollout, "proposals")
    await step(rollout, "approvals", APPROVER)
    assert (await step(rollout, "returns", LEADER)).status_code == 403
    assert (await step(rollout, "returns", APPROVER, comment="Nya datum")).status_code == 201


async def test_who_approves_another_version_than_was_read_is_stopped(rollout: Rollout) -> None:
    await step(rollout, "proposals")
    headers = rollout.service.as_(APPROVER) | {"If-Match": '"1"'}
    path = f"{BASE}/projects/{rollout.id}/plan-approvals"
    assert (await rollout.service.client.post(path, json={}, headers=headers)).status_code == 412
