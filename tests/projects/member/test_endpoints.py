"""Members of a programme: in one wave at the most, entering it only when ready or by a waiver."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.projects.person_data import export
from services.projects.plan.vocabulary import FactKind
from services.projects.signal.service import SignalService
from services.projects.unit.models import Unit
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, CreateRollout
from tests.projects.programme.support import Programme, make_programme
from tests.support.services import ServiceUnderTest, Start


async def events(service: ServiceUnderTest, kind: str) -> list[dict[str, Any]]:
    async with service.relay.transaction(None) as session:
        found = await session.execute(text("SELECT data FROM outbox WHERE type = :kind"), {"kind": kind})
        return list(found.scalars())


async def score(service: ServiceUnderTest, project_id: str, percent: float) -> None:
    """What the readiness survey tells, as the survey's own service does."""
    async with service.database.transaction(service.tenant) as session:
        value = {"score": percent, "responses": 14}
        project = UUID(project_id)
        await SignalService(session).tell_own(FactKind.survey_score, value, project_id=project, key="readiness")


async def test_a_municipality_is_in_a_programme_once_for_each_audience(programme: Programme) -> None:
    await programme.add()
    again = {"kind": "municipality", "code": "0751", "name": "Björkby", "waveKey": "last"}
    assert (await programme.send("POST", f"/programmes/{programme.id}/members", again)).status_code == 409
    daycare = await programme.add(audience="daycare", waveKey="daycare")
    assert daycare["audience"] == "daycare"


async def test_a_member_is_put_only_into_a_wave_of_its_audience(programme: Programme) -> None:
    member, waves = await programme.add(), await programme.waves()
    path = f"/members/{member['id']}"
    refused = await programme.send("PATCH", path, {"waveId": waves["daycare"]["id"]}, version=1)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/waveId")
    moved = await programme.send("PATCH", path, {"waveId": waves["last"]["id"]}, version=1)
    assert moved.json()["waveId"] == waves["last"]["id"]
    assert (await programme.send("PATCH", path, {"waveId": None}, version=1)).status_code == 412


async def test_many_members_come_at_once_and_sending_them_again_changes_nothing(programme: Programme) -> None:
    path = f"/programmes/{programme.id}/member-upserts"
    items = [{"kind": "municipality", "code": f"{n:04}", "name": f"Kommun {n}"} for n in range(98)]
    items = [one | ({"waveKey": "main"} if n < 70 else {}) for n, one in enumerate(items)]
    first = await programme.send("POST", path, {"items": items})
    assert first.json() == {"created": 98, "updated": 0, "unchanged": 0}
    second = await programme.send("POST", path, {"items": [items[0] | {"name": "Nytt namn"}, *items[1:]]})
    assert second.json() == {"created": 0, "updated": 1, "unchanged": 97}
    cover = (await programme.send("GET", f"/programmes/{programme.id}/coverage")).json()
    assert (cover["plannedMin"], cover["plannedMax"], cover["expected"]) == (85, 95, 98)
    assert (cover["uncoveredMin"], cover["uncoveredMax"], cover["unnamed"]) == (3, 13, 0)
    assert (cover["known"], cover["assigned"], len(cover["withoutWave"])) == (98, 70, 28)
    main = next(wave for wave in cover["waves"] if wave["key"] == "main")
    assert (main["assigned"], main["lacking"], main["beyond"]) == (70, 0, 0)


async def test_every_wrong_item_is_named_and_none_is_kept(programme: Programme) -> None:
    good = {"kind": "municipality", "code": "1", "name": "A"}
    items = [good, good, good | {"code": "2", "waveKey": "none"}, {"kind": "unit", "unitId": str(new_id())}]
    answer = await programme.send("POST", f"/programmes/{programme.id}/member-upserts", {"items": items})
    assert answer.status_code == 422
    found = [one["pointer"] for one in answer.json()["errors"]]
    assert found == ["#/items/1", "#/items/2/waveKey", "#/items/3/unitId"]
    assert (await programme.send("GET", f"/programmes/{programme.id}/members")).json()["items"] == []


async def test_a_unit_brings_its_name(programme: Programme) -> None:
    service, unit = programme.service, new_id()
    async with service.database.transaction(service.tenant) as session:
        session.add(Unit(tenant_id=service.tenant, id=unit, name="Ekskolan", kind="school_unit", roster_version=1))
    member = await programme.add(kind="unit", code=None, name=None, unitId=str(unit), waveKey="pilot_schools")
    assert member["name"] == "Ekskolan"


async def test_nobody_enters_a_wave_that_is_not_under_way(programme: Programme) -> None:
    member = await programme.add()
    answer = await programme.send("POST", f"/members/{member['id']}/entries")
    assert (answer.status_code, answer.json()["type"].rsplit("/")[-1]) == (409, "wave-not-open")


async def test_a_member_that_nobody_knows_to_be_ready_is_held_up_and_that_is_told(committed_service: Start) -> None:
    programme = await make_programme(await committed_service("projects"))
    member = await programme.add()
    await programme.started()
    answer = await programme.send("POST", f"/members/{member['id']}/entries")
    assert answer.status_code == 409
    assert (answer.json()["readiness"], answer.json()["lacks"]) == ("unknown", ["no_report"])
    told = await events(programme.service, "projects.wave.blocked.v1")
    assert [one["memberId"] for one in told] == [member["id"]]
    assert (await programme.member(member["id"]))["enteredAt"] is None


async def test_without_the_rule_of_readiness_a_member_enters_at_once(committed_service: Start) -> None:
    projects = await committed_service("projects")
    programme = await make_programme(projects, gatesOnReadiness=False)
    member = await programme.add()
    await programme.started()
    answer = await programme.send("POST", f"/members/{member['id']}/entries")
    assert (answer.status_code, answer.json()["enteredAt"] is not None) == (200, True)
    assert len(await events(projects, "projects.wave.entered.v1")) == 1
    assert (await programme.send("POST", f"/members/{member['id']}/entries")).status_code == 409


async def test_readiness_of_an_own_project_is_computed_from_its_signals(
    programme: Programme, create_rollout: CreateRollout
) -> None:
    rollout = await create_rollout()
    member = await programme.add(projectId=rollout.id)
    await programme.started()
    assert member["readiness"]["lacks"] == ["no_score"]
    await score(programme.service, rollout.id, 69)
    assert (await programme.member(member["id"]))["readiness"] == {"state": "not_ready", "lacks": ["score_below"]}
    assert (await programme.send("POST", f"/members/{member['id']}/entries")).status_code == 409
    await score(programme.service, rollout.id, 71)
    shown = await programme.member(member["id"])
    assert (shown["readiness"]["state"], shown["standing"]["gates"]["total"]) == ("ready", 5)
    assert (await programme.send("POST", f"/members/{member['id']}/entries")).status_code == 200


async def test_readiness_cannot_be_set(programme: Programme) -> None:
    member = await programme.add()
    change = {"readiness": {"state": "ready", "lacks": []}}
    assert (await programme.send("PATCH", f"/members/{member['id']}", change, version=1)).status_code == 422


async def test_an_approver_lets_in_by_a_waiver_that_stays_visible(programme: Programme) -> None:
    member, account = await programme.add(), str(new_id())
    await programme.started()
    path, body = f"/members/{member['id']}", {"reason": "Enkäten görs om i juni"}
    assert (await programme.send("POST", f"{path}/waivers", body)).status_code == 403
    assert (await programme.send("POST", f"{path}/waivers", body, APPROVER, side="supplier")).status_code == 403
    script = {"acr": None, "auth_time": None}
    assert (await programme.send("POST", f"{path}/waivers", body, APPROVER, **script)).status_code == 403
    waived = await programme.send("POST", f"{path}/waivers", body, APPROVER, subject=account)
    assert waived.json()["readiness"] == {"state": "waived", "lacks": ["no_report"]}
    assert (await programme.send("POST", f"{path}/waivers", body, APPROVER)).status_code == 409
    assert (await programme.send("POST", f"{path}/entries")).status_code == 200
    shown = await programme.member(member["id"])
    async with programme.service.database.transaction(programme.service.tenant) as session:
        assert (await export(session, UUID(account)))["readinessWaivers"] == [member["id"]]
    assert (shown["waiver"]["by"], shown["waiver"]["reason"]) == (account, body["reason"])
    assert (await programme.send("DELETE", path, version=shown["version"])).status_code == 409
    moved = await programme.send("PATCH", path, {"waveId": None}, version=shown["version"])
    assert moved.status_code == 409


async def test_a_member_that_has_not_entered_can_be_removed(programme: Programme) -> None:
    member = await programme.add()
    assert (await programme.send("DELETE", f"/members/{member['id']}", version=1)).status_code == 204
    assert (await programme.send("GET", f"/members/{member['id']}")).status_code == 404


async def test_another_tenant_reaches_no_member(programme: Programme) -> None:
    member, other = await programme.add(), new_id()
    path = f"/members/{member['id']}"
    assert (await programme.send("GET", path, tenant=other)).status_code == 404
    assert (await programme.send("PATCH", path, {"waveId": None}, version=1, tenant=other)).status_code == 404
    for below in ("entries", "invitations"):
        assert (await programme.send("POST", f"{path}/{below}", tenant=other)).status_code == 404
    answer = await programme.send(
        "POST", f"{path}/waivers", {"reason": "x"}, APPROVER, "project_leader@*", tenant=other
    )
    assert answer.status_code == 404
