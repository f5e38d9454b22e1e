"""Programmes, their waves with steps, and the task lists that they give out."""

import pytest

from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, BASE, LEADER
from tests.projects.programme.support import CREATE, Programme, make_programme
from tests.support.services import ServiceUnderTest


async def test_a_template_brings_its_waves_with_the_dates_of_the_source(programme: Programme) -> None:
    waves = await programme.waves()
    assert [wave["sourceRef"] for wave in waves.values()] == ["AU-W0", "AU-W1", "AU-W2", "AU-W3", "AU-W4"]
    main = waves["main"]
    assert (main["rollout"]["start"], main["rollout"]["end"]) == ("2019-01-01", "2019-04-30")
    assert (main["use"]["start"], main["use"]["end"]) == ("2019-05-01", "2019-06-30")
    assert (waves["pilot_schools"]["sizeOf"], waves["daycare"]["audience"]) == ("unit", "daycare")
    shown = (await programme.send("GET", f"/programmes/{programme.id}")).json()
    assert (shown["expectedSize"], shown["readinessMinScore"], shown["gatesOnReadiness"]) == (98, 70, True)


async def test_without_its_anchor_a_wave_has_no_dates_yet(projects: ServiceUnderTest) -> None:
    programme = await make_programme(projects, anchors={})
    assert {wave["rollout"] is None for wave in (await programme.waves()).values()} == {True}


@pytest.mark.parametrize(("anchor", "day"), [("no_such", "2018-09"), ("pilot_start", "2018-02-30")])
async def test_a_day_that_the_template_cannot_use_is_named(projects: ServiceUnderTest, anchor: str, day: str) -> None:
    body = CREATE | {"anchors": {anchor: day}}
    answer = await projects.client.post(f"{BASE}/programmes", json=body, headers=projects.as_(LEADER))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"#/anchors/{anchor}"


async def test_a_key_is_used_once_in_a_tenant(programme: Programme) -> None:
    assert (await programme.send("POST", "/programmes", CREATE)).status_code == 409
    other = programme.service.as_(LEADER, tenant=new_id())
    answer = await programme.service.client.post(f"{BASE}/programmes", json=CREATE, headers=other)
    assert answer.status_code == 201


async def test_a_wave_starts_pauses_resumes_and_is_completed_in_that_order_only(programme: Programme) -> None:
    wave = (await programme.waves())["main"]
    path = f"/waves/{wave['id']}"
    found = []
    for step in ("pauses", "starts", "starts", "pauses", "completions", "resumes", "completions", "starts"):
        answer = await programme.send("POST", f"{path}/{step}")
        found.append((step, answer.status_code))
    assert found == [
        ("pauses", 409),
        ("starts", 200),
        ("starts", 409),
        ("pauses", 200),
        ("completions", 409),
        ("resumes", 200),
        ("completions", 200),
        ("starts", 409),
    ]


async def test_the_actions_of_a_wave_say_what_its_state_allows(programme: Programme) -> None:
    await programme.started()
    actions = {one["action"]: one["allowed"] for one in (await programme.waves())["main"]["allowedActions"]}
    assert actions == {"change": True, "start": False, "pause": True, "resume": False, "complete": True}


async def test_a_wave_is_changed_on_the_version_that_was_read(programme: Programme) -> None:
    wave = (await programme.waves())["main"]
    path = f"/waves/{wave['id']}"
    assert (await programme.send("PATCH", path, {"sizeMax": 75}, version=1)).json()["sizeMax"] == 75
    assert (await programme.send("PATCH", path, {"sizeMax": 76}, version=1)).status_code == 412
    assert (await programme.send("PATCH", path, {"sizeMin": 90}, version=2)).status_code == 422
    assert (await programme.send("PATCH", path, {"use": None}, version=2)).json()["use"] is None


async def test_a_closed_programme_takes_no_changes_until_it_is_opened(programme: Programme) -> None:
    path = f"/programmes/{programme.id}"
    assert (await programme.send("PATCH", path, {"state": "closed"}, version=1)).status_code == 200
    wave = {"key": "extra", "kind": "last", "title": {"sv": "Extra"}}
    assert (await programme.send("POST", f"{path}/waves", wave)).status_code == 409
    assert (await programme.send("PATCH", path, {"expectedSize": 99}, version=2)).status_code == 409
    assert (await programme.send("PATCH", path, {"state": "active", "expectedSize": 99}, version=2)).status_code == 200
    added = await programme.send("POST", f"{path}/waves", wave)
    assert (added.status_code, added.json()["position"]) == (201, 5)
    assert (await programme.send("POST", f"{path}/waves", wave)).status_code == 409


async def test_a_supplier_reads_and_runs_nothing(programme: Programme) -> None:
    path = f"/programmes/{programme.id}"
    assert (await programme.send("GET", path, side="supplier")).status_code == 200
    assert (await programme.send("PATCH", path, {"expectedSize": 1}, version=1, side="supplier")).status_code == 403


async def test_a_programme_viewer_reads_and_changes_nothing(programme: Programme) -> None:
    path, viewer = f"/programmes/{programme.id}", "programme_viewer@*"
    for below in ("", "/waves", "/members", "/coverage", "/publications"):
        assert (await programme.send("GET", path + below, None, viewer)).status_code == 200, below
    assert (await programme.send("PATCH", path, {"expectedSize": 1}, viewer, version=1)).status_code == 403


async def test_another_tenant_finds_neither_programme_nor_wave(programme: Programme) -> None:
    wave, other = (await programme.waves())["main"], new_id()
    for path in (f"/programmes/{programme.id}", f"/programmes/{programme.id}/coverage", f"/waves/{wave['id']}"):
        assert (await programme.send("GET", path, None, LEADER, APPROVER, tenant=other)).status_code == 404
    assert (await programme.send("GET", "/programmes", tenant=other)).json()["items"] == []
    assert (await programme.send("POST", f"/waves/{wave['id']}/starts", tenant=other)).status_code == 404


async def test_task_lists_are_given_out_under_rising_numbers(programme: Programme) -> None:
    path = f"/programmes/{programme.id}/publications"
    wanted = {"templateKey": "sv-supplier-5-phase", "templateVersion": "1.0.0"}
    numbers = [(await programme.send("POST", path, wanted, side="customer")).json()["number"] for _ in range(2)]
    assert numbers == [1, 2]
    assert [row["number"] for row in (await programme.send("GET", path)).json()["items"]] == [2, 1]
    unknown = await programme.send("POST", path, wanted | {"templateVersion": "9.9.9"})
    assert unknown.status_code == 404
