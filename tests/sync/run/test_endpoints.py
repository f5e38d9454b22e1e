"""A delivery over HTTP, from the announcement to the applied version, and all that must be refused on the way."""

from typing import Any

from sqlalchemy import TextClause, text

from shared.contracts.sync import parse_page
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import JOINED, joined_zip, member, oneroster_zip, repacked, town
from tests.sync.work import LOADER, approve, load, plan, read, upload, work

MAPPING = JOINED.model_dump(mode="json", by_alias=True)


async def test_a_delivery_is_planned_approved_and_applied_as_a_version(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    run = await plan(sync, oneroster_zip(small))
    assert (run["state"], run["guard"]) == ("planned", "clear")
    assert run["counts"]["person"]["created"] == len(small.persons)
    assert (await read(sync, "/sync/v1/persons"))["items"] == []  # nothing changes before the approval

    approved = await approve(sync, run)
    assert approved.status_code == 202
    assert approved.json()["jobId"] in approved.headers["location"]
    await work(sync)

    run = await read(sync, f"/sync/v1/runs/{run['id']}")
    assert (run["state"], run["appliedVersion"]) == ("applied", 1)
    assert len((await read(sync, "/sync/v1/units?limit=200"))["items"]) == len(small.units)
    versions = (await read(sync, "/sync/v1/roster-versions"))["items"]
    assert [(one["number"], one["origin"]) for one in versions] == [(1, "run")]


async def test_the_same_municipality_as_joined_files_changes_nothing(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    run = await plan(sync, joined_zip(small), kind="joined_files", mapping=MAPPING)
    numbers = {kind: (c["created"], c["changed"], c["ended"]) for kind, c in run["counts"].items()}
    assert set(numbers.values()) == {(0, 0, 0)}
    assert run["counts"]["membership"]["unchanged"] == len(small.memberships)


async def test_applying_publishes_one_thin_event_and_the_feed_shows_every_row(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    run = await load(sync, oneroster_zip(small))
    async with sync.relay.transaction(None) as session:
        rows = (await session.execute(_sql("SELECT type, data FROM outbox ORDER BY seq"))).all()
    events = {row.type: row.data for row in rows}
    assert events["sync.roster.applied.v1"]["runId"] == run["id"]
    assert events["sync.roster.applied.v1"]["origin"] == "run"
    assert events["sync.roster.applied.v1"]["counts"]["unit"]["created"] == len(small.units)
    token = sync.mint.service_token("sync", ["changes:read"], sync.tenant)
    response = await sync.client.get("/internal/changes?after=0", headers={"Authorization": f"Bearer {token}"})
    changes, end = parse_page(response.content)
    assert len([c for c in changes if getattr(c, "kind", "") == "person"]) == len(small.persons)
    assert (end.next, end.version) == (None, 1)


async def test_a_plan_is_approved_by_its_hash_alone(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await plan(sync, oneroster_zip(town()))
    other = await approve(sync, run | {"planHash": "0" * 64})
    assert (other.status_code, _slug(other)) == (409, "plan-differs")
    assert (await approve(sync, run)).status_code == 202
    again = await approve(sync, run)
    assert (again.status_code, _slug(again)) == (409, "run-not-planned")


async def test_only_the_customer_approves(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await plan(sync, oneroster_zip(town()))
    refused = await approve(sync, run, side="supplier")
    assert (refused.status_code, _slug(refused)) == (403, "customer-approves")
    shown = await sync.client.get(
        f"/sync/v1/runs/{run['id']}", headers=sync.as_(LOADER, side="supplier") | {"Accept-Language": "sv"}
    )
    action = shown.json()["allowedActions"][0]
    assert (action["allowed"], action["reason"]) == (False, "Bara kunden godkänner")


async def test_a_program_approves_nothing_even_on_the_customers_side(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await plan(sync, oneroster_zip(town()))
    refused = await approve(sync, run, acr=None, auth_time=None)
    assert (refused.status_code, _slug(refused)) == (403, "person-approves")
    shown = await sync.client.get(f"/sync/v1/runs/{run['id']}", headers=sync.as_(LOADER, acr=None, auth_time=None))
    action = shown.json()["allowedActions"][0]
    assert (action["allowed"], action["reason"]) == (False, "Only a person approves")


async def test_roles_at_single_units_may_not_load_or_approve_the_whole_register(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await plan(sync, oneroster_zip(town()))
    at_unit = f"register_admin@{new_id()}"
    refused = await approve(sync, run, role=at_unit)
    assert refused.status_code == 403
    response = await sync.client.get("/sync/v1/uploads", headers=sync.as_(at_unit))
    assert response.status_code == 403


async def test_much_that_ends_needs_a_second_person(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town(pupils=300)
    await load(sync, oneroster_zip(small))
    gone = {person.id for person in small.of_part("pupil")[:40]}
    small.persons = [person for person in small.persons if person.id not in gone]
    small.enrolments = [row for row in small.enrolments if row.person not in gone]
    small.memberships = [row for row in small.memberships if row.person not in gone]
    small.responsibles = [row for row in small.responsibles if row.child not in gone]
    run = await plan(sync, oneroster_zip(small))
    assert run["guard"] == "second_person"
    assert {"ends_many"} <= {reason["code"] for reason in run["guardReasons"]}

    first, second = new_id(), new_id()
    one = await approve(sync, run, subject=first)
    assert one.json() == {"runId": run["id"], "given": 1, "needed": 2, "jobId": None}
    again = await approve(sync, run, subject=first)
    assert (again.status_code, _slug(again)) == (409, "second-person-needed")
    two = await approve(sync, run, subject=second, role="approver@*")
    assert two.json()["jobId"]
    await work(sync)
    run = await read(sync, f"/sync/v1/runs/{run['id']}")
    assert (run["state"], len(run["approvals"])) == ("applied", 2)


async def test_a_plan_is_refused_once_the_roster_has_moved(committed_service: Start) -> None:
    sync = await committed_service("sync")
    first = await plan(sync, oneroster_zip(town()))
    second = await plan(sync, oneroster_zip(town()), source="annat")
    assert (await approve(sync, first)).status_code == 202
    assert (await approve(sync, second)).status_code == 202  # both rest on version 0
    await work(sync)
    states = {(await read(sync, f"/sync/v1/runs/{run['id']}"))["state"] for run in (first, second)}
    assert states == {"applied", "stale"}
    stale = next(
        run
        for run in [await read(sync, f"/sync/v1/runs/{one['id']}") for one in (first, second)]
        if run["state"] == "stale"
    )
    assert (stale["endedCode"], stale["endedMessage"][:30]) == ("plan_stale", "The roster had changed since t")
    third = await plan(sync, oneroster_zip(town()))
    await sync.client.post("/sync/v1/units", json={"name": "Ny enhet"}, headers=sync.as_(LOADER))
    late = await approve(sync, third)
    assert (late.status_code, _slug(late)) == (409, "plan-stale")


async def test_a_newer_plan_of_a_source_takes_the_place_of_the_one_that_waits(committed_service: Start) -> None:
    sync = await committed_service("sync")
    first = await plan(sync, oneroster_zip(town()))
    second = await plan(sync, oneroster_zip(town()))
    late = await approve(sync, first)
    assert (late.status_code, _slug(late)) == (409, "run-not-planned")
    shown = await read(sync, f"/sync/v1/runs/{first['id']}")
    assert (shown["state"], shown["endedCode"]) == ("stale", "superseded")
    assert "newer delivery" in shown["endedMessage"]
    assert (await approve(sync, second)).status_code == 202


async def test_a_queued_run_can_be_cancelled_and_its_upload_planned_again(committed_service: Start) -> None:
    sync = await committed_service("sync")
    upload_id = await upload(sync, oneroster_zip(town()))
    started = await sync.client.post("/sync/v1/runs", json={"uploadId": upload_id}, headers=sync.as_(LOADER))
    path = f"/sync/v1/runs/{started.json()['id']}"
    cancelled = await sync.client.post(f"{path}/cancellations", headers=sync.as_(LOADER))
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    await work(sync)
    assert (await read(sync, path))["state"] == "cancelled"
    again = await sync.client.post(f"{path}/cancellations", headers=sync.as_(LOADER))
    assert (again.status_code, _slug(again)) == (409, "run-over")
    renewed = await sync.client.post("/sync/v1/runs", json={"uploadId": upload_id}, headers=sync.as_(LOADER))
    await work(sync)
    assert (await read(sync, f"/sync/v1/runs/{renewed.json()['id']}"))["state"] == "planned"


async def test_a_run_whose_worker_was_lost_for_good_does_not_seem_to_go_on(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await plan(sync, oneroster_zip(town()))
    await approve(sync, run)
    async with sync.relay.transaction(None) as session:
        await session.execute(_sql("UPDATE job SET state = 'failed' WHERE kind = 'roster-apply'"))
        await session.execute(_sql("UPDATE job SET run_after = now() WHERE kind = 'roster-watch'"))
    await work(sync)
    shown = await read(sync, f"/sync/v1/runs/{run['id']}")
    assert (shown["state"], shown["endedCode"]) == ("failed", "worker_lost")
    assert (await read(sync, "/sync/v1/persons"))["items"] == []


async def test_a_plan_is_not_applied_without_the_approvals_that_it_needs(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await plan(sync, oneroster_zip(town()))
    await approve(sync, run)
    async with sync.database.transaction(sync.tenant) as session:
        await session.execute(_sql("UPDATE run SET guard = 'second_person'"))
    await work(sync)
    shown = await read(sync, f"/sync/v1/runs/{run['id']}")
    assert (shown["state"], shown["endedCode"]) == ("failed", "approval_missing")
    assert (await read(sync, "/sync/v1/persons"))["items"] == []


async def test_a_run_needs_an_upload_that_is_there(committed_service: Start) -> None:
    sync = await committed_service("sync")
    unknown = await sync.client.post("/sync/v1/runs", json={"uploadId": str(new_id())}, headers=sync.as_(LOADER))
    assert unknown.status_code == 404
    mine = await upload(sync, oneroster_zip(town()))
    foreign = await sync.client.post(
        "/sync/v1/runs", json={"uploadId": mine}, headers=sync.as_(LOADER, tenant=new_id())
    )
    assert foreign.status_code == 404


async def test_the_plan_can_be_paged_and_filtered(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    small.of_part("pupil")[0].marking = "Sekretessmarkering"
    run = await plan(sync, oneroster_zip(small))
    seen: list[dict[str, Any]] = []
    path = f"/sync/v1/runs/{run['id']}/plan-items?limit=150"
    while path:
        page = await read(sync, path)
        seen += page["items"]
        following = page["_links"]["next"]
        path = following["href"].removeprefix("http://gateway.test") if following else ""
    assert len(seen) == len({(item["kind"], item["id"]) for item in seen})
    assert len(seen) == sum(numbers["created"] for numbers in run["counts"].values())
    (hidden,) = (item["id"] for item in seen if item["kind"] == "person" and item["isProtected"])
    about = {item["id"] for item in seen if any(change["after"] == hidden for change in item["changes"])}
    assert about, "ties tell whom they tie"
    assert {item["id"] for item in seen if item["isProtected"]} == about | {hidden}
    units = await read(sync, f"/sync/v1/runs/{run['id']}/plan-items?kind=unit&limit=200")
    assert {item["label"] for item in units["items"]} == {unit.name for unit in small.units}


async def test_a_restarted_plan_job_finds_its_work_done(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await plan(sync, oneroster_zip(town()))
    async with sync.relay.transaction(None) as session:
        await session.execute(_sql("UPDATE job SET state = 'queued', lease_until = NULL WHERE kind = 'roster-plan'"))
    await work(sync)
    assert (await read(sync, f"/sync/v1/runs/{run['id']}"))["planHash"] == run["planHash"]


def _slug(response: Any) -> str:
    return str(response.json()["type"]).rsplit("/", 1)[-1]


def _sql(statement: str) -> TextClause:
    return text(statement)


async def test_a_planned_runs_job_has_come_to_its_end(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await plan(sync, oneroster_zip(town()))
    job = await read(sync, f"/sync/v1/jobs/{run['jobId']}")
    assert (job["state"], job["progressDone"], job["progressTotal"]) == ("succeeded", 3, 3)


async def test_a_delivery_that_cannot_be_planned_still_protects_whom_it_marks(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    pupil = small.of_part("pupil")[0]
    pupil.marking = "Sekretessmarkering"
    content = oneroster_zip(small)
    renamed = member(content, "enrollments.csv").replace(b"classSourcedId", b"klass", 1)
    run = await plan(sync, repacked(content, enrollments_csv=renamed))
    assert (run["state"], run["endedCode"], run["findingCounts"]) == ("failed", "column_missing", {"column_missing": 1})
    assert await _protected(sync) == [pupil.id]
    found = await read(sync, f"/sync/v1/runs/{run['id']}/findings")
    assert [one["file"] for one in found["items"]] == ["enrollments.csv"]

    guardian = next(person for person in small.persons if person.id in {tie.guardian for tie in small.responsibles})
    guardian.marking = "Sekretessmarkering"
    broken = member(joined_zip(small), "elever.csv").replace("Elev Förnamn".encode(), b"Tilltalsnamn", 1)
    joined = repacked(joined_zip(small), elever_csv=broken)
    assert (await plan(sync, joined, kind="joined_files", mapping=MAPPING))["state"] == "failed"
    assert set(await _protected(sync)) == {pupil.id, guardian.id}


async def _protected(sync: ServiceUnderTest) -> list[str]:
    async with sync.database.transaction(sync.tenant) as session:
        return list(await session.scalars(_sql("SELECT source_id FROM person WHERE protected")))
