"""Tables of figures: right on any day, in the authority's own words, and made by themselves on their dates."""

import io
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from services.sync.statistic.counting import count
from services.sync.statistic.service import next_day
from services.sync.statistic.suppressing import HIDDEN, suppressed
from shared.kit import clock
from shared.web.sheet import write_xlsx
from tests.support.services import ServiceUnderTest, Start
from tests.sync.platform.small import register
from tests.sync.town import Roster, oneroster_zip, town
from tests.sync.work import LOADER, load, make_due, read, work

PUPILS: dict[str, Any] = {
    "count": "pupils",
    "dimensions": ["schoolForm"],
    "headings": {"schoolForm": "Skolform", "count": "Antal"},
    "words": {"schoolForm": {"compulsory": "Grundskola"}},
}


async def declared(service: ServiceUnderTest, **more: Any) -> str:
    body = {"key": "elever", "name": "Elever per skolform", "table": PUPILS | more}
    response = await service.client.post("/sync/v1/statistics-templates", json=body, headers=service.as_(LOADER))
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def made(service: ServiceUnderTest, template: str, day: str | None = None) -> dict[str, Any]:
    body = {"templateId": template} | ({"referenceDate": day} if day else {})
    response = await service.client.post("/sync/v1/statistics-exports", json=body, headers=service.as_(LOADER))
    assert response.status_code == 201, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def test_pupils_are_counted_once_per_row_in_the_authoritys_words_with_a_sum(committed_service: Start) -> None:
    sync = await committed_service("sync")
    municipality = town()
    await load(sync, oneroster_zip(municipality))
    table = await made(sync, await declared(sync))
    expected: dict[str, set[str]] = {}
    for enrolment in municipality.enrolments:
        expected.setdefault(enrolment.form, set()).add(enrolment.person)
    found = {str(row[0]): int(row[1]) for row in table["rows"][:-1]}
    assert table["headings"] == ["Skolform", "Antal"]
    assert found == {{"compulsory": "Grundskola"}.get(form, form): len(who) for form, who in expected.items()}
    assert table["rows"][-1] == ["", sum(found.values())]


async def test_a_day_that_has_been_is_counted_by_the_register_of_that_day(committed_service: Start) -> None:
    sync = await committed_service("sync")
    municipality = town()
    with clock.frozen(clock.now() - timedelta(days=30)):
        await load(sync, oneroster_zip(municipality))
        then = clock.today()
    template = await declared(sync, withTotal=False)
    before = await made(sync, template, then.isoformat())
    gone = municipality.enrolments.pop()
    municipality.memberships = [one for one in municipality.memberships if one.person != gone.person]
    await load(sync, oneroster_zip(municipality))
    now = await made(sync, template)
    assert (await made(sync, template, then.isoformat()))["rows"] == before["rows"]
    assert sum(int(row[1]) for row in before["rows"]) - sum(int(row[1]) for row in now["rows"]) == 1
    early = {"templateId": template, "referenceDate": (then - timedelta(days=1)).isoformat()}
    unknown = await sync.client.post("/sync/v1/statistics-exports", json=early, headers=sync.as_(LOADER))
    assert (unknown.status_code, unknown.json()["type"].rsplit("/", 1)[-1]) == (404, "version-unknown")


async def test_places_that_had_not_begun_or_had_ended_are_not_counted(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    template = await declared(sync, withTotal=False)
    everybody = sum(int(row[1]) for row in (await made(sync, template))["rows"])
    for column, day in (("starts_on", "2999-01-01"), ("ends_on", "2001-01-01")):
        async with sync.database.transaction(sync.tenant) as session:
            await session.execute(
                text(
                    f"UPDATE enrolment SET {column} = '{day}' WHERE id ="
                    " (SELECT id FROM enrolment WHERE starts_on IS NULL AND ends_on IS NULL LIMIT 1)"
                )
            )
        everybody -= 1
        assert sum(int(row[1]) for row in (await made(sync, template))["rows"]) == everybody


async def test_a_table_can_be_had_as_csv_and_as_a_workbook_without_formulas(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    words = {"schoolForm": {"compulsory": "=1+1"}}
    table = await made(sync, await declared(sync, words=words))
    as_csv = await sync.client.get(table["contentPath"] + "?format=csv", headers=sync.as_(LOADER))
    assert as_csv.content.decode("utf-8-sig").splitlines()[0] == "Skolform;Antal"
    assert "'=1+1;" in as_csv.text
    as_xlsx = await sync.client.get(table["contentPath"] + "?format=xlsx", headers=sync.as_(LOADER))
    sheet = load_workbook(io.BytesIO(as_xlsx.content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert sheet.max_row == len(table["rows"]) + 1
    other = await sync.client.get(table["contentPath"], headers=sync.as_(LOADER) | {"Accept": "application/pdf"})
    assert other.status_code == 406


async def test_on_its_reference_date_a_table_is_made_by_itself_once(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    tomorrow = clock.today() + timedelta(days=1)
    template = await declared(sync, days=[tomorrow.strftime("%m-%d")])
    with clock.frozen(clock.now() + timedelta(days=3)):
        await make_due(sync, "statistics-due")
        await work(sync)
        [table] = (await read(sync, "/sync/v1/statistics-exports"))["items"]
        assert table["referenceDate"] == tomorrow.isoformat()
        shown = await read(sync, f"/sync/v1/statistics-templates/{template}")
        assert date.fromisoformat(shown["nextOn"]) > clock.today()


async def test_what_cannot_be_counted_so_or_not_yet_is_refused(committed_service: Start) -> None:
    sync = await committed_service("sync")
    body = {"key": "fel", "name": "Fel", "table": PUPILS | {"dimensions": ["role"]}}
    wrong = await sync.client.post("/sync/v1/statistics-templates", json=body, headers=sync.as_(LOADER))
    assert wrong.status_code == 422
    assert "pupils cannot be counted by role" in wrong.text
    template = await declared(sync)
    ahead = {"templateId": template, "referenceDate": (clock.today() + timedelta(days=1)).isoformat()}
    refused = await sync.client.post("/sync/v1/statistics-exports", json=ahead, headers=sync.as_(LOADER))
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (422, "statistics-day-to-come")
    unseen = await sync.client.get("/sync/v1/statistics-exports", headers=sync.as_("participant@*"))
    assert unseen.status_code == 403


@pytest.mark.parametrize(
    ("days", "today", "expected"),
    [
        (["10-15"], "2026-11-22", "2027-10-15"),
        (["10-15", "02-01"], "2026-11-22", "2027-02-01"),
        (["11-22"], "2026-11-22", "2026-11-22"),
        (["02-29"], "2026-11-22", "2028-02-29"),
        ([], "2026-11-22", None),
        (["02-30"], "2026-11-22", None),
    ],
)
def test_the_next_reference_date_is_the_first_that_the_calendar_has(
    days: list[str], today: str, expected: str | None
) -> None:
    found = next_day(frozenset(days), date.fromisoformat(today))
    assert found == (date.fromisoformat(expected) if expected else None)


def test_a_workbook_holds_whatever_name_a_register_delivers() -> None:
    book = load_workbook(io.BytesIO(write_xlsx("a\x01/b", ["\x0bSkola"], [["=1+1\x01", 3], ["\x01=1+1", 4]])))
    assert book.sheetnames == ["ab"]
    rows = [[cell.value for cell in row] for row in book["ab"].iter_rows()]
    assert rows == [["Skola", None], ["'=1+1", 3], ["'=1+1", 4]]


@pytest.mark.parametrize(
    ("rows", "hidden"),
    [
        ([["a", 9], ["b", 5], ["", 14]], []),
        ([["a", 9], ["b", 3], ["c", 6], ["", 18]], [1, 2]),  # c is hidden with b: else 18 - 9 - 6 tells b
        ([["a", 1], ["b", 2], ["c", 6], ["d", 30], ["", 39]], [0, 1, 2]),  # 3 together would be a small number again
        ([["a", 4], ["b", 4], ["c", 6], ["", 14]], [0, 1]),
        ([["a", 2], ["", 2]], [0, 1]),
        ([["x", "4", 3], ["x", "5", 9], ["y", "4", 8], ["y", "5", 7]], [0, 1, 2, 3]),  # by school, and by year
        ([], []),
    ],
)
def test_small_numbers_are_hidden_with_those_that_would_betray_them(rows: list[list[Any]], hidden: list[int]) -> None:
    assert [place for place, row in enumerate(suppressed(rows)) if row[-1] == HIDDEN] == hidden


def test_nobody_reckons_a_hidden_number_back_from_the_sums() -> None:
    draw = Random(7)
    for _ in range(200):
        rows: list[list[Any]] = [
            [unit, year, draw.choice([1, 2, 4, 5, 7, 30])] for unit in "abc" for year in "456" if draw.random() < 0.8
        ]
        shown = suppressed([*rows, ["", "", sum(int(row[-1]) for row in rows)]])[:-1]
        for column in (0, 1, None):
            groups: dict[Any, list[int]] = {}
            for place, row in enumerate(rows):
                groups.setdefault(row[column] if column is not None else None, []).append(place)
            for places in groups.values():
                gone = [place for place in places if shown[place][-1] == HIDDEN]
                is_whole = len(gone) == len(places)
                assert is_whole or not gone or (len(gone) > 1 and sum(int(rows[place][-1]) for place in gone) >= 5)


async def test_exact_small_numbers_are_for_those_who_may_see_the_persons(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    table = await made(sync, await declared(sync, dimensions=["unitCode", "schoolYear"]))
    path = f"/sync/v1/statistics-exports/{table['id']}"
    assert table["isExact"]
    assert any(0 < int(row[-1]) < 5 for row in table["rows"])
    for query, role in (
        ("", "project_leader@*"),
        ("", "approver@*"),
        ("?isExact=true", "approver@*"),
        ("?isExact=false", LOADER),
    ):
        shown = await read(sync, path + query, role)
        assert not shown["isExact"]
        assert not [row for row in shown["rows"] if row[-1] != HIDDEN and 0 < int(row[-1]) < 5]
        content = await sync.client.get(f"{path}/content{query}", headers=sync.as_(role))
        assert HIDDEN in content.text
    assert (await read(sync, path, "auditor@*"))["rows"] == table["rows"]


async def test_children_in_preschool_are_pupils_and_those_in_leisure_care_where_that_is_asked_for(
    roster: Roster,
) -> None:
    rows = {
        "unit": ["s1;Norra skolan"],
        "person": ["b1;Alva;Ek", "b2;Bo;Al"],
        "enrolment": ["b1;s1;compulsory"],
        "placement": ["b1;s1;leisure", "b2;s1;preschool"],
    }
    await register(roster, rows)

    async def counted(what: str, *forms: str) -> list[list[str | int]]:
        async with roster.database.transaction(roster.tenant) as session:
            return (await count(session, what, ("schoolForm",), frozenset(forms), clock.today())).rows

    assert await counted("pupils") == [["compulsory", 1], ["preschool", 1]]
    assert await counted("pupils", "leisure", "preschool") == [["leisure", 1], ["preschool", 1]]
    assert await counted("placements") == [["leisure", 1], ["preschool", 1]]
