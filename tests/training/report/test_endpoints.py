"""Reports say what the rows say, in the format that is asked for, to who may see it."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook

from services.training.coverage.service import CoverageService
from services.training.roster.service import RosterService
from services.training.roster.tasks import on_person_protected
from shared.contracts.sync import DutyChange, DutyRole, PersonProtected, UnitChange, UnitKind
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session
from tests.training.signal.facts import held

BASE = "/training/v1"


async def get(training: ServiceUnderTest, path: str, *roles: str, accept: str = "*/*", code: int = 200) -> Any:
    headers = training.as_(*(roles or (LEADER,))) | {"Accept": accept, "Accept-Language": "sv"}
    answer = await training.client.get(BASE + path, headers=headers)
    assert answer.status_code == code, answer.text
    return answer


def rows_of(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def words_of(svg: bytes) -> list[str]:
    return [part for part in fromstring(svg).itertext() if part.strip()]


async def second_unit(training: ServiceUnderTest, person: UUID, name: str = "=Åskolan") -> UUID:
    """Another school, where somebody of the first one works too."""
    unit = new_id()
    there = UnitChange(version=2, op="put", id=unit, name=name, unit_kind=UnitKind.school)
    duty = DutyChange(
        version=2, op="put", id=new_id(), person_id=person, unit_id=unit, role=DutyRole.teacher, protected=False
    )
    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in([there, duty], 2)
        await CoverageService(session).refresh()
    return unit


async def test_the_coverage_map_says_its_numbers_in_every_format_and_a_head_sees_the_own_unit(
    training: ServiceUnderTest,
) -> None:
    school = await create_roster(training)
    course = await create_course(training)
    await second_unit(training, school["people"][0])
    await held(training, course, {school["people"][0]: "attended"})
    told = words_of((await get(training, "/coverage-maps")).content)
    assert {"Hela huvudmannen", "Bergskolan", "=Åskolan", "Lärare", "33 % (1/3)", "100 % (1/1)"} <= set(told)
    assert (await get(training, "/coverage-maps?format=png")).content.startswith(b"\x89PNG")
    table = rows_of(await get(training, "/coverage-maps", accept="text/csv"))
    assert table[0] == ["Enhet", "Roll", "Utbildade", "Behöver", "Procent"]
    assert ["'=Åskolan", "Lärare", "1", "1", "100"] in table
    book = load_workbook(io.BytesIO((await get(training, "/coverage-maps?format=xlsx")).content))
    assert ("Bergskolan", "Lärare", 1, 3, 33) in list(book.worksheets[0].values)
    head = f"unit_head@{school['unit']}"
    own = words_of((await get(training, "/coverage-maps", head)).content)
    assert "Bergskolan" in own
    assert not {"=Åskolan", "Hela huvudmannen"} & set(own)
    await get(training, "/coverage-maps", "participant@*", code=403)
    await get(training, "/coverage-maps", accept="application/pdf", code=406)


@pytest.mark.parametrize(("at", "hours"), [((2026, 10, 23), "09:00–11:00"), ((2026, 10, 26), "08:00–10:00")])
async def test_the_calendar_shows_local_hours_on_both_sides_of_the_change_of_clocks(
    training: ServiceUnderTest, at: tuple[int, int, int], hours: str
) -> None:
    await create_roster(training)
    course = await create_course(training)
    starts = datetime(*at, 7, 0, tzinfo=UTC)
    with clock.frozen(starts - timedelta(days=1)):
        await create_session(training, course, minutes=24 * 60, capacity=4)
    day = starts.date().isoformat()
    told = words_of((await get(training, f"/session-calendars?startsOn={day}&weeks=1")).content)
    assert f"{hours}  0/4" in told
    assert "Grundkurs, Room 1" in told
    sheet = rows_of(await get(training, f"/session-calendars?startsOn={day}&weeks=1&format=csv"))
    first, last = hours.split("–")
    assert sheet[1] == [day, first, last, "Europe/Stockholm", "Grundkurs", "Room 1", "0", "4"]
    nothing = await get(training, f"/session-calendars?startsOn={day}&courseId={new_id()}")
    assert any("Inga tillfällen" in part for part in words_of(nothing.content))
    await get(training, "/session-calendars?weeks=0", code=422)


async def test_an_attendance_list_names_a_protected_person_by_the_alias(training: ServiceUnderTest) -> None:
    school = await create_roster(training)
    course = await create_course(training)
    session = await held(training, course, dict(zip(school["people"], ("attended", "no_show", ""), strict=True)))
    hidden = PersonProtected(person_id=school["people"][1], version=2)
    async with training.database.transaction(training.tenant) as work:
        await on_person_protected(work, None, hidden)  # type: ignore[arg-type]
    table = rows_of(await get(training, f"/sessions/{session}/attendance-lists?format=csv"))
    assert table[1:] == [
        ["Skyddad person", "Bergskolan", "uteblev"],
        ["Test 0", "Bergskolan", "närvarande"],
        ["Test 2", "Bergskolan", "anmäld"],
    ]
    printed = await get(training, f"/sessions/{session}/attendance-lists", "trainer@*")
    assert printed.content.startswith(b"%PDF-")
    assert b"pdfuaid" in printed.content, "accessible, as the law asks of a public body"
    elsewhere = rows_of(
        await get(training, f"/sessions/{session}/attendance-lists?format=csv", f"unit_head@{new_id()}")
    )
    assert elsewhere[1:] == []
    await get(training, f"/sessions/{session}/attendance-lists", "participant@*", code=403)
    await get(training, f"/sessions/{new_id()}/attendance-lists", code=404)


async def test_who_is_away_costs_the_hours_of_the_session_split_between_the_units(training: ServiceUnderTest) -> None:
    school = await create_roster(training)
    course = await create_course(training)
    people = school["people"]
    other = await second_unit(training, people[0], "Åskolan")
    await held(training, course, {people[0]: "attended", people[1]: "no_show", people[2]: "attended"})
    days = f"startsOn={clock.today() - timedelta(days=1)}&endsOn={clock.today()}"
    before = (await get(training, f"/substitute-costs?{days}")).json()
    assert (before["hourlyRate"], {row["cost"] for row in before["rows"]}) == (None, {None})
    await set_rate(training, 0, 200)
    shown = (await get(training, f"/substitute-costs?{days}")).json()["rows"]
    assert [(row["name"], row["people"], row["hours"], row["cost"]) for row in shown] == [
        ("Bergskolan", 2, "3.00", "900.75"),
        ("Åskolan", 1, "1.00", "300.25"),
    ]
    by_course = rows_of(await get(training, f"/substitute-costs?{days}&by=course&format=csv"))
    assert by_course[1:] == [["Grundkurs", "2", "4.00", "1201.00", "SEK"]]
    head = (await get(training, f"/substitute-costs?{days}", f"unit_head@{other}")).json()["rows"]
    assert [row["name"] for row in head] == ["Åskolan"]
    await get(training, f"/substitute-costs?startsOn={clock.today()}&endsOn=2020-01-01", code=422)
    await get(training, f"/substitute-costs?{days}", "trainer@*", code=403)


async def set_rate(training: ServiceUnderTest, version: int, code: int, *roles: str, amount: str = "300.25") -> None:
    headers = training.as_(*(roles or (LEADER,))) | {"If-Match": f'"{version}"'}
    body = {"hourlyRate": amount, "currency": "SEK"}
    answer = await training.client.put(f"{BASE}/substitute-rate", json=body, headers=headers)
    assert answer.status_code == code, answer.text


async def test_the_rate_is_set_by_who_leads_and_of_the_version_that_they_saw(training: ServiceUnderTest) -> None:
    shown = await get(training, "/substitute-rate")
    assert (shown.json()["hourlyRate"], shown.headers["etag"]) == (None, '"0"')
    await set_rate(training, 0, 403, "trainer@*")
    await set_rate(training, 0, 422, amount="-1")
    await set_rate(training, 0, 200)
    await set_rate(training, 0, 412)
    await set_rate(training, 1, 200, amount="310")
    assert (await get(training, "/substitute-rate")).json() == {"hourlyRate": "310.00", "currency": "SEK", "version": 2}
