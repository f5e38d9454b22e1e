"""What projects shows and forgets about one account."""

from services.projects.person_data import erase, export
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, LEADER, CreateRollout


async def test_an_account_is_shown_and_forgotten_and_its_decisions_stay_without_a_name(
    create_rollout: CreateRollout,
) -> None:
    account = new_id()
    rollout = await create_rollout(roles={"customer_project_leader": str(account)})
    await rollout.patch("HAN-A1.01", {"ownerId": str(account), "state": "done"}, LEADER, subject=account)
    criterion = await rollout.criterion("m1", "plan-approved")
    body = {"criterionId": criterion["id"], "reason": "Planen godkänns i maj"}
    await rollout.decide("m1", "waivers", body, APPROVER, subject=account)
    database, tenant = rollout.service.database, rollout.service.tenant
    async with database.transaction(tenant) as session:
        held = await export(session, account)
        report = await erase(session, account)
        again = await erase(session, account)
        left = await export(session, account)
    assert [row["sourceRef"] for row in held["activities"]] == ["HAN-A1.01"]
    assert [(role["projectId"], role["role"]) for role in held["roles"]] == [(rollout.id, "customer_project_leader")]
    assert held["decisions"]["waivers"] == 1
    assert (report.erased, again.erased) == (2, 0)
    assert (left["activities"], left["roles"]) == ([], [])
    assert set(report.kept) >= {"attachments", "decisions", "journal"}
    shown = (await rollout.get(f"/projects/{rollout.id}")).json()
    assert {role["accountId"] for role in shown["roles"]} == {None}
    assert (await rollout.activity("HAN-A1.01"))["state"] == "done"


async def test_another_tenants_data_is_neither_shown_nor_forgotten(create_rollout: CreateRollout) -> None:
    account = new_id()
    rollout = await create_rollout(roles={"customer_project_leader": str(account)})
    async with rollout.service.database.transaction(new_id()) as session:
        assert (await export(session, account))["roles"] == []
        assert (await erase(session, account)).erased == 0
    answer = await rollout.service.client.get(f"{BASE}/projects/{rollout.id}", headers=rollout.service.as_(LEADER))
    assert str(account) in answer.text
