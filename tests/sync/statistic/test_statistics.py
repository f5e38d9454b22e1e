"""Tables of figures: right on any day, in the authority's own words, and made by themselves on their dates."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from services.sync.statistic.service import next_day
from shared.kit import clock
from shared.web.sheet import write_xlsx
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import oneroster_zip, town
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
