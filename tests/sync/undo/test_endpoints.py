"""Undoing over HTTP: asked for, planned by the worker, approved, applied."""

from sqlalchemy import text

from tests.support.services import Start
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, approve, load, make_due, read, work


async def test_a_run_is_undone_by_a_plan_that_two_persons_approve(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await load(sync, oneroster_zip(town()))
    asked = await sync.client.post(
        f"/sync/v1/runs/{run['id']}/undos", json={"reason": "wrong school year"}, headers=sync.as_(LOADER)
    )
    assert asked.status_code == 202, asked.text
    assert (asked.json()["kind"], asked.json()["undoesRunId"]) == ("undo", run["id"])
    again = await sync.client.post(
        f"/sync/v1/runs/{run['id']}/undos", json={"reason": "wrong school year"}, headers=sync.as_(LOADER)
    )
    assert (again.status_code, again.json()["runId"]) == (409, asked.json()["id"])
    await work(sync)
    planned = await read(sync, f"/sync/v1/runs/{asked.json()['id']}")
    assert (planned["state"], planned["guard"]) == ("planned", "second_person")
    assert planned["counts"]["person"]["ended"] == len(town().persons)
    assert (await approve(sync, planned)).json()["given"] == 1
    assert (await approve(sync, planned, role="approver@*", subject=sync.tenant)).status_code == 202
    await work(sync)
    assert (await read(sync, f"/sync/v1/runs/{asked.json()['id']}"))["state"] == "applied"
    version = await read(sync, "/sync/v1/roster-versions/2")
    assert (version["origin"], version["rows"]["person"]) == ("undo", 0)
    listed = await read(sync, "/sync/v1/runs")
    assert {item["kind"] for item in listed["items"]} == {"delivery", "undo"}


async def test_an_undo_whose_worker_was_lost_comes_to_an_end_and_can_be_asked_for_again(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    run = await load(sync, oneroster_zip(town()))
    path = f"/sync/v1/runs/{run['id']}/undos"
    asked = await sync.client.post(path, json={"reason": "wrong school year"}, headers=sync.as_(LOADER))
    async with sync.relay.transaction(None) as session:
        await session.execute(text("UPDATE job SET state = 'failed' WHERE kind = 'roster-undo'"))
    await make_due(sync, "roster-watch")
    await work(sync)
    lost = await read(sync, f"/sync/v1/runs/{asked.json()['id']}")
    assert (lost["state"], lost["endedCode"]) == ("failed", "worker_lost")
    again = await sync.client.post(path, json={"reason": "wrong school year"}, headers=sync.as_(LOADER))
    assert again.status_code == 202


async def test_an_auditor_reads_the_past_and_undoes_nothing(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await load(sync, oneroster_zip(town()))
    refused = await sync.client.post(
        f"/sync/v1/runs/{run['id']}/undos", json={"reason": "because"}, headers=sync.as_("auditor@*")
    )
    assert refused.status_code == 403
    first = await read(sync, "/sync/v1/roster-rows?kind=unit&asOf=1", "auditor@*")
    assert len(first["items"]) == len(town().units)
    differences = await read(sync, "/sync/v1/roster-versions/0/differences/1?limit=5", "auditor@*")
    assert {item["op"] for item in differences["items"]} == {"created"}
    following = differences["_links"]["next"]["href"].removeprefix("http://gateway.test")
    assert (await read(sync, following, "auditor@*"))["items"] != differences["items"]
    today = await read(sync, "/sync/v1/roster-rows?kind=person&asOf=2199-01-01", "auditor@*")
    assert today["items"][0]["version"] == 1
    for bad in ("asOf=1999-01-01", "asOf=7"):
        response = await sync.client.get(f"/sync/v1/roster-rows?kind=unit&{bad}", headers=sync.as_("auditor@*"))
        assert response.status_code == 404
    for bad in ("2026-99-01", "9999-12-31", "0000-01-01"):
        path = f"/sync/v1/roster-rows?kind=unit&asOf={bad}"
        assert (await sync.client.get(path, headers=sync.as_("auditor@*"))).status_code == 422
    for early in ("0001-01-01", "999999999999999"):
        path = f"/sync/v1/roster-rows?kind=unit&asOf={early}"
        assert (await sync.client.get(path, headers=sync.as_("auditor@*"))).status_code == 404
    response = await sync.client.get("/sync/v1/roster-rows?kind=unit&asOf=1", headers=sync.as_("trainer@*"))
    assert response.status_code == 403
