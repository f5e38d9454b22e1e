"""What projects shows and forgets about one account."""

from services.projects.person_data import erase, export
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, LEADER, CreateRollout, Rollout
from tests.projects.steering import make, make_body, patch, read


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


async def test_an_account_leaves_seats_and_minutes_and_the_history_of_the_seat_stays(rollout: Rollout) -> None:
    account = new_id()
    body = await make_body(rollout)
    seat = await make(rollout, f"/bodies/{body['id']}/seats", {"key": "chair"})
    member = {"accountId": str(account), "validFrom": "2026-01-01"}
    await make(rollout, f"/seats/{seat['id']}/memberships", member)
    wanted = {"title": "Möte", "heldOn": "2027-04-20", "localStart": "10:00"}
    meeting = await make(rollout, f"/bodies/{body['id']}/meetings", wanted)
    await patch(rollout, f"/meetings/{meeting['id']}", {"minutes": "Planen godkändes"}, LEADER, subject=account)
    database, tenant = rollout.service.database, rollout.service.tenant
    async with database.transaction(tenant) as session:
        held = (await export(session, account))["governance"]
        report = await erase(session, account)
        left = (await export(session, account))["governance"]
    assert [row["seatId"] for row in held["seats"]] == [seat["id"]]
    assert [row["meetingId"] for row in held["minutes"]] == [meeting["id"]]
    assert (left["seats"], left["minutes"]) == ([], [])
    assert "minutes" in report.kept
    shown = (await read(rollout, f"/bodies/{body['id']}/seats"))["items"][0]
    assert (shown["isVacant"], shown["memberships"][0]["accountId"]) == (True, None)


async def test_an_account_leaves_what_it_wrote_and_shared_and_its_agreements_stay_as_records(rollout: Rollout) -> None:
    account = new_id()
    headers = rollout.service.as_(LEADER, APPROVER, subject=account)
    root = f"{BASE}/projects/{rollout.id}"
    text = {"content": "Ett syfte"}
    post, put = rollout.service.client.post, rollout.service.client.put
    assert (
        await put(f"{root}/plan-texts/purpose", json=text, headers=headers | {"If-Match": '"0"'})
    ).status_code == 200
    assert (await post(f"{root}/share-links", json={"label": "Länk"}, headers=headers)).status_code == 201
    assert (await post(f"{root}/status-reports", json={"title": "Läge"}, headers=headers)).status_code == 201
    assert (await post(f"{root}/plan-proposals", json={}, headers=headers | {"If-Match": '"1"'})).status_code == 201
    async with rollout.service.database.transaction(rollout.service.tenant) as session:
        held = await export(session, account)
        report = await erase(session, account)
        left = await export(session, account)
    assert {name: len(rows) for name, rows in held["documents"].items()} == {
        "planTexts": 1,
        "statusReports": 1,
        "shareLinks": 1,
    }
    assert report.erased == 2
    assert {name: len(rows) for name, rows in left["documents"].items()} == {
        "planTexts": 0,
        "statusReports": 1,
        "shareLinks": 0,
    }
    assert len(left["agreement"]["planSteps"]) == 1
    assert {"agreements", "status_reports"} <= report.kept.keys()
