"""Schedules over HTTP: computed dates, what if, moving a plan, and who must act."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import APPROVER, LEADER, CreateRollout
from tests.projects.schedule.conftest import Planned

BEFORE = datetime(2027, 2, 1, 12, tzinfo=UTC)
LATE = datetime(2027, 5, 12, 12, tzinfo=UTC)
JUNE = {"start": "2027-06-01", "end": "2027-06-30", "precision": "month"}


def by_ref(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["sourceRef"]: row for row in rows}


async def test_a_row_without_links_lies_in_its_window_on_working_days(planned: Planned) -> None:
    with frozen(BEFORE):
        row = await planned.row("HAN-A3.02")
    assert (row["window"]["start"], row["window"]["end"]) == ("2027-04-01", "2027-05-31")
    assert (row["earliestStart"], row["earliestFinish"]) == ("2027-04-01", "2027-05-31")
    assert row["durationDays"] == 42  # 43 weekdays without Ascension Day; Easter is in March
    assert (row["lateDays"], row["isOverdue"]) == (0, False)


async def test_a_row_without_a_window_lies_no_earlier_than_its_phase(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.patch("HAN-A3.02", {"window": None})
        early = await planned.row("HAN-A3.02")
    with frozen(LATE):
        late = await planned.row("HAN-A3.02")
    assert (early["window"], early["earliestStart"], early["earliestFinish"]) == (None, "2027-04-01", "2027-04-01")
    assert late["earliestStart"] == "2027-05-12"  # the phase has begun: what is not done lies ahead


async def test_a_link_pushes_and_tells_which_promise_breaks(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.patch("HAN-A3.02", {"durationDaysMin": 10, "durationDaysMax": 10})
        await planned.link("HAN-A2.04", "HAN-A3.02", lagDays=20)
        row = await planned.row("HAN-A3.02")
        schedule = await planned.schedule()
    assert (row["earliestStart"], row["earliestFinish"]) == ("2027-06-01", "2027-06-14")
    assert row["lateDays"] == 10
    broken = schedule["brokenLinks"]
    assert [(each["successorId"], each["missingDays"]) for each in broken] == [(row["id"], 10)]
    assert schedule["isFeasible"]


async def test_a_soft_link_is_shown_where_it_breaks_and_moves_nothing(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.link("HAN-A5.01", "HAN-A1.01", isSoft=True)
        schedule = await planned.schedule()
    assert by_ref(schedule["activities"])["HAN-A1.01"]["earliestStart"] == "2027-03-01"
    assert [each["isSoft"] for each in schedule["brokenLinks"]] == [True]


async def test_a_pinned_row_stays_and_the_conflicting_pair_is_named(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.patch("HAN-A2.07", {"isPinned": True})
        await planned.link("HAN-A2.01", "HAN-A2.07")
        schedule = await planned.schedule()
    row = by_ref(schedule["activities"])["HAN-A2.07"]
    assert (row["earliestStart"], row["earliestFinish"]) == ("2027-04-01", "2027-04-30")
    (conflict,) = schedule["conflicts"]
    assert (conflict["activityId"], conflict["causeId"]) == (row["id"], await planned.id("HAN-A2.01"))
    assert "HAN-A2.07" in conflict["sentence"]["sv"]
    assert not schedule["isFeasible"]


async def test_the_critical_path_ends_with_the_project_and_has_no_slack(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.patch("HAN-A5.01", {"durationDaysMin": 5, "durationDaysMax": 5})
        await planned.link("HAN-A5.02", "HAN-A5.01", lagDays=10)
        path = (await planned.rollout.get(f"/projects/{planned.rollout.id}/critical-path")).json()
    first = path["paths"][0]
    assert [step["sourceRef"] for step in first] == ["HAN-A5.02", "HAN-A5.01"]
    assert {step["totalSlackDays"] for step in first} == {0}
    assert first[-1]["earliestFinish"] == path["end"]


async def test_a_row_is_overdue_only_after_its_window(planned: Planned) -> None:
    with frozen(datetime(2027, 4, 30, 12, tzinfo=UTC)):
        assert not (await planned.row("HAN-A2.04"))["isOverdue"]
    with frozen(LATE):
        row = await planned.row("HAN-A2.04")
    assert (row["isOverdue"], row["overdueDays"], row["earliestFinish"]) == (True, 12, "2027-05-12")


async def test_a_simulation_shows_what_moves_and_saves_nothing(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.link("HAN-A2.04", "HAN-A3.02")
        before = await planned.schedule()
        answer = await planned.simulate(await planned.move("HAN-A2.04", JUNE))
        assert answer.status_code == 200, answer.text
        assert await planned.schedule() == before
    delta = answer.json()
    moved = by_ref(delta["moved"])
    assert set(moved) == {"HAN-A2.04", "HAN-A3.02"}
    assert (moved["HAN-A2.04"]["isAsked"], moved["HAN-A3.02"]["isAsked"]) == (True, False)
    assert moved["HAN-A3.02"]["after"]["start"] == "2027-07-01"
    assert moved["HAN-A3.02"]["after"]["window"]["start"] == "2027-07-01"
    assert delta["gates"] == []


async def test_a_simulation_names_the_gates_that_it_touches(planned: Planned) -> None:
    with frozen(BEFORE):
        delta = (await planned.simulate(await planned.move("HAN-A1.05", JUNE))).json()
    (gate,) = delta["gates"]
    assert (gate["key"], gate["dueBy"], gate["isNewlyLate"]) == ("m1", "2027-03-31", True)
    assert (gate["readyBefore"], gate["readyAfter"]) == ("2027-03-31", "2027-06-30")


async def test_what_was_simulated_is_what_a_reschedule_makes(planned: Planned) -> None:
    with frozen(BEFORE):
        for first, second in (("HAN-A2.04", "HAN-A3.02"), ("HAN-A3.02", "HAN-A3.04"), ("HAN-A3.04", "HAN-A3.05")):
            await planned.link(first, second)
        body = await planned.move("HAN-A2.04", JUNE)
        told = (await planned.simulate(body)).json()
        done = await planned.reschedule(body)
        assert done.status_code == 201, done.text
        assert done.json() == told | {"version": done.json()["version"]}
        assert done.headers["etag"] == f'"{await planned.version()}"'
        rows = by_ref((await planned.schedule())["activities"])
        for each in told["moved"]:
            row = rows[each["sourceRef"]]
            assert (row["earliestStart"], row["earliestFinish"]) == (each["after"]["start"], each["after"]["finish"])
            assert row["window"] == each["after"]["window"]
        again = (await planned.simulate(body)).json()
    assert again["moved"] == []


async def test_a_reschedule_is_one_journal_entry_and_one_event(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.link("HAN-A2.04", "HAN-A3.02")
        await planned.reschedule(await planned.move("HAN-A2.04", JUNE))
    path = f"/journal-entries?entityId={planned.rollout.id}"
    journal = (await planned.rollout.get(path)).json()["items"]
    assert journal[0]["action"] == "project.reschedule"
    assert set(journal[0]["after"]["windows"]) == {await planned.id("HAN-A2.04"), await planned.id("HAN-A3.02")}


async def test_pinned_and_done_rows_never_move(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.patch("HAN-A3.04", {"isPinned": True})
        await planned.patch("HAN-A1.01", {"state": "done"})
        await planned.link("HAN-A2.04", "HAN-A3.04")
        before = await planned.row("HAN-A3.04")
        refused = [await planned.simulate(await planned.move(row, JUNE)) for row in ("HAN-A3.04", "HAN-A1.01")]
        assert [(each.status_code, each.json()["errors"][0]["code"]) for each in refused] == [
            (422, "pinned"),
            (422, "done"),
        ]
        moved = await planned.reschedule(await planned.move("HAN-A2.04", JUNE))
        assert [row["sourceRef"] for row in moved.json()["moved"]] == ["HAN-A2.04"]
        after = await planned.row("HAN-A3.04")
    assert (after["window"], after["earliestStart"]) == (before["window"], before["earliestStart"])
    assert [each["kind"] for each in (await planned.schedule())["conflicts"]] == ["pinned"]


async def test_a_reschedule_needs_the_version_the_side_and_the_role(planned: Planned) -> None:
    body = await planned.move("HAN-A2.04", JUNE)
    path = f"/projects/{planned.rollout.id}/reschedules"
    missing = await planned.post(path, body)
    stale = await planned.reschedule(body, version=99)
    supplier = await planned.reschedule(body, LEADER, side="supplier")
    auditor = await planned.reschedule(body, "auditor@*")
    assert [each.status_code for each in (missing, stale, supplier, auditor)] == [428, 412, 403, 403]
    assert (await planned.row("HAN-A2.04"))["window"]["end"] == "2027-04-30"


async def test_a_refused_reschedule_leaves_nothing_half_done(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.link("HAN-A2.01", "HAN-A2.04")
        body = await planned.move("HAN-A2.04", JUNE)
        circle = {"predecessorId": await planned.id("HAN-A2.04"), "successorId": await planned.id("HAN-A2.01")}
        version = await planned.version()
        refused = await planned.reschedule(body | {"dependencies": {"add": [circle], "remove": []}})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/dependency-circle")
    assert {row["sourceRef"] for row in refused.json()["path"]} == {"HAN-A2.01", "HAN-A2.04"}
    assert (await planned.row("HAN-A2.04"))["window"]["end"] == "2027-04-30"
    assert await planned.version() == version


async def test_options_links_and_calendars_are_simulated_and_carried_out_together(planned: Planned) -> None:
    with frozen(BEFORE):
        link = {"predecessorId": await planned.id("HAN-A2.05"), "successorId": await planned.id("HAN-A3.03")}
        july = {"kind": "closure", "title": {"sv": "Stängt"}, "startsOn": "2027-04-01", "endsOn": "2027-04-30"}
        body = {
            "options": {"migration_ordered": True},
            "dependencies": {"add": [link], "remove": []},
            "calendarChanges": {"add": [july], "remove": [], "country": None},
        }
        told = await planned.simulate(body)
        assert told.status_code == 200, told.text
        assert {"HAN-A2.05", "HAN-A3.03"} <= set(by_ref(told.json()["moved"]))
        done = await planned.reschedule(body)
        assert done.status_code == 201, done.text
        rows = by_ref((await planned.schedule())["activities"])
    for each in told.json()["moved"]:
        row = rows[each["sourceRef"]]
        assert (row["earliestStart"], row["earliestFinish"]) == (each["after"]["start"], each["after"]["finish"])
    assert rows["HAN-A2.07"]["earliestStart"] == "2027-05-03"  # all of April is closed
    project = (await planned.rollout.get(f"/projects/{planned.rollout.id}")).json()
    assert project["options"]["migration_ordered"] is True
    listed = (await planned.rollout.get("/calendar-exceptions")).json()["items"]
    assert [each["startsOn"] for each in listed] == ["2027-04-01"]


async def test_a_calendar_change_is_previewed_and_moves_no_window(planned: Planned) -> None:
    easter = {"kind": "closure", "title": {"sv": "Stängt"}, "startsOn": "2027-04-26", "endsOn": "2027-05-07"}
    body = {"calendarChanges": {"add": [easter], "remove": [], "country": None}}
    with frozen(BEFORE):
        await planned.patch("HAN-A2.07", {"durationDaysMin": 18, "durationDaysMax": 18})
        preview = await planned.post("/calendar-change-previews", body)
        assert preview.status_code == 200, preview.text
        (project,) = preview.json()["projects"]
        moved = by_ref(project["moved"])
        assert moved["HAN-A2.07"]["after"]["finish"] > moved["HAN-A2.07"]["before"]["finish"]
        window = (await planned.row("HAN-A2.07"))["window"]
        await planned.post("/calendar-exceptions", easter)
        row = await planned.row("HAN-A2.07")
    assert row["window"] == window
    assert row["earliestFinish"] == moved["HAN-A2.07"]["after"]["finish"]
    assert row["lateDays"] > 0


async def test_a_simulation_runs_across_projects(planned: Planned, create_rollout: CreateRollout) -> None:
    other = Planned(await create_rollout(name="Andra vågen"))
    with frozen(BEFORE):
        body = {
            "projectIds": [planned.rollout.id, other.rollout.id],
            "moves": (
                await planned.move("HAN-A5.01", {"start": "2028-01-01", "end": "2028-01-31", "precision": "month"})
            )["moves"],
        }
        answer = await planned.post("/schedule-simulations", body)
        assert answer.status_code == 200, answer.text
        found = answer.json()
    assert [len(each["moved"]) for each in found["projects"]] == [1, 0]
    assert (found["endBefore"], found["endAfter"]) == ("2027-12-30", "2028-01-31")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"moves": [{"activityId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "window": None}]}, "#/moves/0/activityId"),
        ({"moves": [{"activityId": "x", "window": None}]}, "#/moves/0/activityId"),
        ({"options": {"unheard_of": True}}, "#/options/unheard_of"),
        ({"dependencies": {"add": [], "remove": ["01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"]}}, "#/dependencies/remove/0"),
        (
            {"calendarChanges": {"add": [], "remove": ["01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"]}},
            "#/calendarChanges/remove/0",
        ),
        ({"unknown": 1}, "#/unknown"),
    ],
)
async def test_a_change_that_cannot_be_names_the_place(planned: Planned, change: dict[str, Any], pointer: str) -> None:
    answer = await planned.simulate(change)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    "window",
    [
        {"start": "2027-02-31", "end": "2027-03-31", "precision": "month"},
        {"start": "2027-03-31", "end": "2027-03-01", "precision": "day"},
        {"start": "1999-01-01", "end": "2027-03-01", "precision": "day"},
        {"start": "2027-03-01", "end": "2027-03-01", "precision": "fortnight"},
    ],
)
async def test_an_impossible_window_is_refused(planned: Planned, window: dict[str, str]) -> None:
    answer = await planned.simulate(await planned.move("HAN-A2.04", window))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("#/moves/0/window")


async def test_a_body_of_fifty_thousand_links_is_refused(planned: Planned) -> None:
    link = {"predecessorId": await planned.id("HAN-A2.04"), "successorId": await planned.id("HAN-A3.02")}
    answer = await planned.simulate({"dependencies": {"add": [link] * 50_000}})
    assert answer.status_code in (413, 422)


async def test_rows_of_another_project_or_tenant_are_not_moved(planned: Planned, create_rollout: CreateRollout) -> None:
    other = Planned(await create_rollout())
    foreign = await planned.simulate(await other.move("HAN-A2.04", JUNE))
    assert (foreign.status_code, foreign.json()["errors"][0]["code"]) == (422, "unknown")
    for path in ("schedule", "critical-path"):
        headers = planned.rollout.service.as_(LEADER, APPROVER, tenant=new_id())
        url = f"/projects/v1/projects/{planned.rollout.id}/{path}"
        assert (await planned.rollout.service.client.get(url, headers=headers)).status_code == 404


async def test_an_activity_names_the_chain_to_its_root_and_who_must_act(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.link("HAN-A2.04", "HAN-A3.02")
        await planned.link("HAN-A3.02", "HAN-A3.04")
    with frozen(LATE):
        answer = await planned.rollout.get(f"/activities/{await planned.id('HAN-A3.04')}/explanations")
    found = answer.json()
    assert found["sentence"] == {
        "sv": "HAN-A3.04 ”Testa leverans och installation” väntar på HAN-A3.02 ”Sätt upp integrationerna, gemensam "
        "inloggning bland dem”, som väntar på HAN-A2.04 ”Beskriv integrationsarbetet” (leverantören, 12 dagar sen)",
        "en": "HAN-A3.04 “Test delivery and installation” waits for HAN-A3.02 “Set up the integrations, single sign-on "
        "among them”, which waits for HAN-A2.04 “Define the integration work” (the supplier, 12 days late)",
        "da": "HAN-A3.04 “Test delivery and installation” venter på HAN-A3.02 “Set up the integrations, single sign-on "
        "among them”, som venter på HAN-A2.04 “Define the integration work” (leverandøren, 12 dage forsinket)",
    }
    assert [step["sourceRef"] for step in found["chain"]] == ["HAN-A3.04", "HAN-A3.02", "HAN-A2.04"]
    assert (found["mustAct"]["side"], found["mustAct"]["party"]) == ("supplier", "Skolverktyg AB")


async def test_a_gate_names_the_chain_through_its_activity_to_the_root(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.link("HAN-A2.04", "HAN-A1.05")
    with frozen(LATE):
        gate = await planned.rollout.gate("m1")
        found = (await planned.rollout.get(f"/gates/{gate['id']}/explanations")).json()
    blocker = next(each for each in found["blocking"] if "HAN-A1.05" in each["sentence"]["sv"])
    assert blocker["sentence"]["sv"] == (
        "Grind M1 ”Etableringen avslutad” väntar på HAN-A1.05 ”Skriv och godkänn införandeplanen”, som väntar på "
        "HAN-A2.04 ”Beskriv integrationsarbetet” (leverantören, 12 dagar sen)"
    )
    assert [link["kind"] for link in blocker["chain"]] == ["gate", "criterion", "activity", "activity"]
    assert blocker["mustAct"]["side"] == "supplier"


async def test_a_row_that_waits_for_a_decision_names_the_side_that_decides(planned: Planned) -> None:
    with frozen(BEFORE):
        found = (await planned.rollout.get(f"/activities/{await planned.id('HAN-A4.02')}/explanations")).json()
    assert found["mustAct"]["side"] == "customer"
    assert "kunden måste besluta" in found["sentence"]["sv"]


async def test_what_is_done_waits_for_nothing(planned: Planned) -> None:
    await planned.patch("HAN-A1.01", {"state": "done"})
    found = (await planned.rollout.get(f"/activities/{await planned.id('HAN-A1.01')}/explanations")).json()
    assert (found["sentence"]["sv"], found["mustAct"], found["chain"]) == (
        "HAN-A1.01 ”Bilda arbetsgrupper och bestäm kontaktvägar” är klar",
        None,
        [],
    )


async def test_done_rows_lie_where_they_happened_and_hold_what_follows(planned: Planned) -> None:
    with frozen(BEFORE):
        await planned.link("HAN-A2.04", "HAN-A3.02")
    with frozen(datetime(2027, 3, 19, 12, tzinfo=UTC)):
        await planned.patch("HAN-A2.04", {"state": "done"})
        rows = by_ref((await planned.schedule())["activities"])
    assert rows["HAN-A2.04"]["earliestFinish"] == "2027-03-19"
    assert rows["HAN-A2.04"]["totalSlackDays"] is None
    assert date.fromisoformat(rows["HAN-A3.02"]["earliestStart"]) == date(2027, 4, 1)
