"""The past: any version reads back as it was when it was the newest, and hashes to what it hashed to."""

import random
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.sync.history.errors import NoUnitInKind
from services.sync.history.service import HistoryService
from services.sync.history.showing import show_difference
from services.sync.person.erasing import forget_person
from services.sync.plan.entities import BY_KIND, ENTITIES
from shared.kit.ids import new_id
from tests.sync.history.past import WHOLE, hashed, present, register
from tests.sync.plan.test_planning import pupil, renamed
from tests.sync.town import JOINED, Roster, joined_zip, oneroster_zip, town


async def read(roster: Roster, version: int) -> dict[str, dict[str, Any]]:
    """The roster as the history says that it was."""
    async with roster.database.transaction(roster.tenant) as session:
        history = HistoryService(session)
        return {
            entity.kind: {
                str(row.id): {name: row.values[name] for name in entity.compared}
                for row in await history.rows(entity.kind, version, None, 10_000)
            }
            for entity in ENTITIES
        }


@pytest.mark.parametrize("seed", range(5))
async def test_every_version_reads_back_as_it_was_when_it_was_the_newest(roster: Roster, seed: int) -> None:
    draw = random.Random(seed)
    recorded, hashes = {}, {}
    for version in range(1, 6):
        await roster.load(register(draw.randrange(10_000)), WHOLE)
        recorded[version], hashes[version] = await present(roster), await hashed(roster)
    for version, was in recorded.items():
        assert await read(roster, version) == was, version
        assert await hashed(roster, version) == hashes[version], version
    assert await hashed(roster, 0) == await hashed(Roster(roster.database, new_id()))


@pytest.mark.parametrize("seed", range(3))
async def test_the_differences_of_two_versions_lead_from_the_one_to_the_other(roster: Roster, seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(4):
        await roster.load(register(draw.randrange(10_000)), WHOLE)
    states = {version: await read(roster, version) for version in range(5)}
    for one, other in [(0, 4), (1, 3), (4, 2), (2, 2), (3, 0)]:
        async with roster.database.transaction(roster.tenant) as session:
            found = await HistoryService(session).differences(one, other, None, 10_000)
        made = {kind: dict(rows) for kind, rows in states[one].items()}
        for row in found:
            rows = made[row.kind]
            if row.op == "ended":
                del rows[str(row.id)]
            else:
                rows[str(row.id)] = {**rows.get(str(row.id), {}), **_told(row.kind, row.after or {})}
        assert _texts(made) == _texts(states[other]), (one, other)


def _told(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in BY_KIND[kind].compared}


def _texts(states: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The same, with what JSON writes as text as text."""

    def plain(value: Any) -> Any:
        if isinstance(value, bytes):
            return "\\x" + value.hex()
        return value if isinstance(value, bool | int | list) or value is None else str(value)

    return {
        kind: {row: {name: plain(value) for name, value in values.items()} for row, values in rows.items()}
        for kind, rows in states.items()
    }


async def test_a_person_of_whom_one_name_differs_is_called_by_both(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    person = small.of_part("pupil")[0]
    person.family = "Omdöpt"
    await roster.load(oneroster_zip(small))
    async with roster.database.transaction(roster.tenant) as session:
        [changed] = await HistoryService(session).differences(1, 2, None, 10)
    assert show_difference(changed).label == f"{person.given} Omdöpt"
    assert show_difference(changed).after == {"familyName": "Omdöpt"}


async def test_differences_come_in_pages_that_miss_and_repeat_nothing(roster: Roster) -> None:
    await roster.load(oneroster_zip(town()))
    await roster.load(oneroster_zip(town(seed=6)))
    async with roster.database.transaction(roster.tenant) as session:
        history = HistoryService(session)
        whole = await history.differences(1, 2, None, 10_000)
        paged, place = [], None
        while page := await history.differences(1, 2, place, 7):
            paged += page
            place = (page[-1].kind, page[-1].id)
    assert [(row.kind, row.id) for row in paged] == [(row.kind, row.id) for row in whole]
    assert len(paged) > 50


async def test_the_same_municipality_from_two_formats_has_one_hash(roster: Roster) -> None:
    small = town()
    other = Roster(roster.database, roster.tenant)
    await roster.load(oneroster_zip(small))
    first = await hashed(roster)
    await other.load(joined_zip(small), JOINED)
    assert await other.value("SELECT version FROM roster_head") == 2
    assert await hashed(other) == first


async def test_one_letter_makes_another_hash(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    before = await hashed(roster)
    pupil(small).family += "x"
    await roster.load(oneroster_zip(small))
    assert await hashed(roster) != before
    assert await hashed(roster, 1) == before


async def test_a_person_under_a_new_id_is_in_the_past_under_the_old_one(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    before = await hashed(roster)
    renamed(small, pupil(small).id, "nytt-id")
    await roster.load(oneroster_zip(small))
    assert await hashed(roster, 1) == before
    assert await hashed(roster) != before


async def test_todays_marking_hides_the_name_in_every_past_and_does_not_change_what_else_was(roster: Roster) -> None:
    small = town()
    person = replace(pupil(small))
    await roster.load(oneroster_zip(small))
    pupil(small).marking = "Sekretessmarkering"
    await roster.plan(oneroster_zip(small))
    row_id = await roster.value("SELECT id FROM person WHERE source_id = :id", id=person.id)
    past = (await read(roster, 1))["person"][str(row_id)]
    assert person.family not in str(past)
    assert await hashed(roster, 1) == await hashed(roster, 2)


async def test_who_was_erased_is_in_no_past(roster: Roster) -> None:
    await roster.load(oneroster_zip(town()))
    row_id: UUID = await roster.value("SELECT id FROM person WHERE source_id = :id", id=pupil(town()).id)
    async with roster.database.transaction(roster.tenant) as session:
        await forget_person(session, row_id)
    past = await read(roster, 1)
    assert str(row_id) not in str(past)
    assert await hashed(roster, 1) == await hashed(roster)


async def test_rows_of_a_unit_are_read_from_the_past_by_page(roster: Roster) -> None:
    await roster.load(oneroster_zip(town()))
    await roster.load(oneroster_zip(town(seed=6)))
    unit = await roster.value("SELECT unit_id FROM enrolment GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    async with roster.database.transaction(roster.tenant) as session:
        history = HistoryService(session)
        whole = {row.id for row in await history.rows("enrolment", 1, None, 10_000) if row.values["unit_id"] == unit}
        found: list[UUID] = []
        while page := await history.rows("enrolment", 1, found[-1] if found else None, 5, unit):
            found += [row.id for row in page]
        assert (len(found), set(found)) == (len(whole), whole)
        assert found == sorted(found)
        with pytest.raises(NoUnitInKind):
            await history.rows("membership", 1, None, 5, unit)
