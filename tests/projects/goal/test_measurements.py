"""Measurements: one baseline before everything else, small groups hidden, many at once, and two at once."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.projects.goal.models import Measurement
from shared.kit.ids import new_id
from tests.projects.benefit.support import add_indicator, add_units, call, ok, reading
from tests.projects.conftest import APPROVER, BASE, CREATE, LEADER, Rollout
from tests.support.services import Start


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rsplit("/", 1)[1]


async def test_a_second_baseline_is_refused_and_the_first_is_named(rollout: Rollout) -> None:
    service = rollout.service
    path = f"/indicators/{(await add_indicator(service, rollout.id))['id']}/measurements"
    first = await ok(service, "POST", path, reading("baseline", 60, 2025))
    for year in (2025, 2026):
        again = await call(service, "POST", path, reading("baseline", 61, year))
        assert (again.status_code, slug(again)) == (409, "baseline-exists")
        assert again.json()["measurementId"] == first["id"]


async def test_a_baseline_is_over_before_the_first_actual_begins_whichever_comes_first(rollout: Rollout) -> None:
    service = rollout.service
    path = f"/indicators/{(await add_indicator(service, rollout.id))['id']}/measurements"
    actual = await ok(service, "POST", path, reading("actual", 70, 2027))
    late = await call(service, "POST", path, reading("baseline", 60, 2027))
    assert (late.status_code, slug(late), late.json()["measurementId"]) == (409, "baseline-not-first", actual["id"])
    baseline = await ok(service, "POST", path, reading("baseline", 60, 2026))
    early = await call(service, "POST", path, reading("actual", 50, 2025))
    assert (early.status_code, early.json()["measurementId"]) == (409, baseline["id"])
    body = {"periodEnd": "2027-01-01"}
    moved = await call(service, "PATCH", f"/measurements/{baseline['id']}", body, version=1)
    assert (moved.status_code, slug(moved)) == (409, "baseline-not-first")


@pytest.mark.parametrize("second", [("baseline", 2024), ("actual", 2026)])
async def test_the_database_itself_holds_what_the_service_says(rollout: Rollout, second: tuple[str, int]) -> None:
    service = rollout.service
    indicator = await add_indicator(service, rollout.id)
    await ok(service, "POST", f"/indicators/{indicator['id']}/measurements", reading("baseline", 60, 2026))
    kind, year = second
    with pytest.raises((IntegrityError, DBAPIError)):
        async with service.database.transaction(service.tenant) as session:
            row = Measurement(
                tenant_id=service.tenant,
                indicator_id=indicator["id"],
                kind=kind,
                period_start=date(year, 1, 1),
                period_end=date(year, 12, 31),
                value=Decimal(1),
                source="past the service",
            )
            session.add(row)
            await session.flush()


async def test_of_two_baselines_at_once_one_wins(committed_service: Start) -> None:
    service = await committed_service("projects")
    headers = service.as_(LEADER, APPROVER)
    project = (await service.client.post(f"{BASE}/projects", json=CREATE, headers=headers)).json()["id"]
    indicator = await add_indicator(service, project)
    path = f"/indicators/{indicator['id']}/measurements"
    bodies = [reading("baseline", value, 2020 + value) for value in range(5)]
    answers = await asyncio.gather(*(call(service, "POST", path, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    winner = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
    named = {answer.json()["measurementId"] for answer in answers if answer.status_code == 409}
    assert named == {winner}


async def test_a_baseline_and_an_earlier_actual_at_once_are_not_both_written(committed_service: Start) -> None:
    service = await committed_service("projects")
    headers = service.as_(LEADER, APPROVER)
    project = (await service.client.post(f"{BASE}/projects", json=CREATE, headers=headers)).json()["id"]
    path = f"/indicators/{(await add_indicator(service, project))['id']}/measurements"
    bodies = [reading("baseline", 1, 2026), reading("actual", 1, 2025)]
    answers = await asyncio.gather(*(call(service, "POST", path, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_few_people_are_hidden_with_what_would_give_them_away(rollout: Rollout) -> None:
    service = rollout.service
    units = await add_units(service, 3)
    indicator = await add_indicator(service, rollout.id, scope="unit", countsPersons=True)
    path = f"/indicators/{indicator['id']}"
    for unit, people in zip([*units, None], [3, 20, 30, 53], strict=True):
        await ok(service, "POST", f"{path}/measurements", reading("actual", 50, n=people, unitId=unit))
    rows = (await ok(service, "GET", f"{path}/measurements"))["items"]
    shown = {row["unitId"]: (row["isSuppressed"], row["value"], row["n"]) for row in rows}
    assert shown == {
        units[0]: (True, None, None),
        units[1]: (True, None, None),
        units[2]: (False, 50.0, 30),
        None: (False, 50.0, 53),
    }
    hidden = next(row for row in rows if row["unitId"] == units[0])
    assert (await ok(service, "GET", f"/measurements/{hidden['id']}"))["value"] is None
    progress = (await ok(service, "GET", f"{path}/unit-progresses"))["items"]
    assert {one["unitId"]: one["reason"] for one in progress}[units[0]] == "few_people"


async def test_a_number_of_people_below_five_is_hidden_however_many_it_is_of(rollout: Rollout) -> None:
    service = rollout.service
    (unit,) = await add_units(service, 1)
    indicator = await add_indicator(service, rollout.id, scope="unit", countsPersons=True, unit="persons")
    path = f"/indicators/{indicator['id']}/measurements"
    row = await ok(service, "POST", path, reading("actual", 4, n=200, unitId=unit))
    assert (row["isSuppressed"], row["value"]) == (True, None)
    journal = (await ok(service, "GET", f"/journal-entries?entityId={row['id']}"))["items"]
    assert all("value" not in (entry["after"] or {}) for entry in journal)


async def test_a_value_about_people_says_how_many(rollout: Rollout) -> None:
    service = rollout.service
    indicator = await add_indicator(service, rollout.id, countsPersons=True)
    path = f"/indicators/{indicator['id']}/measurements"
    answer = await call(service, "POST", path, reading("actual", 50))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/n")
    await ok(service, "POST", path, reading("target", 90))


async def test_many_values_are_written_each_by_itself(rollout: Rollout) -> None:
    service = rollout.service
    (unit,) = await add_units(service, 1)
    indicator = await add_indicator(service, rollout.id, scope="unit")
    path = f"/indicators/{indicator['id']}"
    items = [
        reading("baseline", 60, 2026),
        reading("actual", 70),
        reading("actual", 71),
        reading("baseline", 50, 2025),
        reading("actual", 40, unitId=unit),
        reading("actual", 40, unitId=str(new_id())),
    ]
    done = await ok(service, "POST", f"{path}/measurement-upserts", {"items": items})
    assert [one["status"] for one in done["results"]] == [
        "created", "created", "updated", "failed", "created", "failed"
    ]  # fmt: skip
    assert done["results"][3]["type"].endswith("/baseline-exists")
    assert done["results"][5]["errors"][0]["pointer"] == "#/items/5/unitId"
    rows = (await ok(service, "GET", f"{path}/measurements"))["items"]
    assert sorted((row["kind"], row["value"]) for row in rows) == [
        ("actual", 40.0), ("actual", 71.0), ("baseline", 60.0)
    ]  # fmt: skip
    again = await ok(service, "POST", f"{path}/measurement-upserts", {"items": items[:1]})
    assert again["results"][0]["status"] == "unchanged"


@pytest.mark.parametrize("mode", [{"isAllOrNothing": True}, {"isDryRun": True}])
async def test_all_or_nothing_and_a_dry_run_leave_everything_as_it_was(rollout: Rollout, mode: dict[str, bool]) -> None:
    service = rollout.service
    path = f"/indicators/{(await add_indicator(service, rollout.id))['id']}"
    items = [reading("baseline", 60, 2026), reading("actual", 70, 2025)]
    done = await ok(service, "POST", f"{path}/measurement-upserts", {"items": items} | mode)
    assert (done["isWritten"], done["created"], done["failed"]) == (False, 1, 1)
    assert done["results"][0]["measurementId"] is None
    assert (await ok(service, "GET", f"{path}/measurements"))["items"] == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"value": "60"}, "#/value"),
        ({"value": True}, "#/value"),
        ({"n": -1}, "#/n"),
        ({"periodEnd": "2020-01-01"}, "#"),
        ({"periodStart": "31 februari"}, "#/periodStart"),
        ({"kind": "guess"}, "#/kind"),
        ({"unitId": "0197a0e4-0000-7000-8000-000000000001"}, "#/unitId"),
    ],
)
async def test_a_wrong_value_names_its_place(rollout: Rollout, wrong: dict[str, Any], pointer: str) -> None:
    indicator = await add_indicator(rollout.service, rollout.id)
    path = f"/indicators/{indicator['id']}/measurements"
    answer = await call(rollout.service, "POST", path, reading("actual", 60) | wrong)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_progress_never_follows_from_finished_activities(rollout: Rollout) -> None:
    service = rollout.service
    indicator = await add_indicator(service, rollout.id)
    before = (await ok(service, "GET", f"/indicators/{indicator['id']}"))["progress"]
    await rollout.patch("HAN-A1.03", {"state": "done"})
    after = (await ok(service, "GET", f"/indicators/{indicator['id']}"))["progress"]
    assert before == after
    assert (after["percent"], after["reason"]) == (None, "no_baseline")
