"""What has dates is told while it is in force on the day of the package: no former pupils, no classes to come."""

from datetime import timedelta

from services.sync.outbound.declared import OutColumn, OutFile, Part, RowsKind, Template
from services.sync.outbound.reading import Reader, rows_of
from tests.sync.roster.test_kinds import MAPPING, pack
from tests.sync.town import TODAY, Roster, oneroster_zip, town

_TABLES: dict[RowsKind, tuple[str, str]] = {
    "enrolments": ("enrolment", "rowId"),
    "duties": ("duty", "rowId"),
    "memberships": ("membership", "rowId"),
    "groups": ("school_group", "sourceId"),
}


def _number(_: bytes) -> str:
    raise AssertionError("no template here asks for national numbers")


async def rows(
    roster: Roster, kind: RowsKind, *fields: str, ahead: int = 0, protected: bool = False
) -> list[list[str]]:
    """What a template of these fields tells on TODAY."""
    part = Part(rows=kind, fill={name: name for name in fields})
    columns = tuple(OutColumn(header=name) for name in fields)
    file = OutFile(file="a.csv", columns=columns, key=fields[:1], parts=(part,))
    template = Template(name="a", files=(file,), ahead_days=ahead, protected="alias" if protected else "leave_out")
    async with roster.database.transaction(roster.tenant) as session:
        found = rows_of(session, template, file, part, Reader(_number, TODAY))
        return [row async for batch in found for row in batch]


async def date(roster: Roster, table: str, row: str, starts: int | None, ends: int | None) -> None:
    """Let a row begin and end so many days from TODAY."""
    days = [None if days is None else TODAY + timedelta(days=days) for days in (starts, ends)]
    same = "id::text" if table in ("enrolment", "duty", "membership") else "source_id"
    statement = f"UPDATE {table} SET starts_on = :starts, ends_on = :ends WHERE {same} = :row RETURNING 1"
    await roster.rows(statement, starts=days[0], ends=days[1], row=row)


async def test_what_is_over_or_has_not_begun_is_left_out(roster: Roster) -> None:
    await roster.load(oneroster_zip(town()))
    for kind, (table, key) in _TABLES.items():
        every = {row[0] for row in await rows(roster, kind, key)}
        over, coming, last_day, first_day = sorted(every)[:4]
        await date(roster, table, over, -300, -1)
        await date(roster, table, coming, 1, None)
        await date(roster, table, last_day, None, 0)
        await date(roster, table, first_day, 0, 300)
        told = {row[0]: row[1:] for row in await rows(roster, kind, key, "startsOn", "endsOn")}
        assert every - set(told) == {over, coming}, kind
        assert (told[first_day][0], told[last_day][1]) == (str(TODAY), str(TODAY)), kind
        assert every - {row[0] for row in await rows(roster, kind, key, ahead=1)} == {over}, kind


async def test_of_a_class_that_is_over_nothing_tells(roster: Roster) -> None:
    await roster.load(oneroster_zip(town()))
    members = await rows(roster, "memberships", "rowId", "personSourceId", "groupSourceId")
    homes = {row[0]: row[1] for row in await rows(roster, "enrolments", "personSourceId", "groupSourceId")}
    over, left = sorted(set(homes.values()) - {""})[:2]
    membership, pupil = next((row[0], row[1]) for row in members if row[2] == left and homes.get(row[1]) == left)
    await date(roster, "school_group", over, None, -1)
    await date(roster, "membership", membership, None, -1)
    told = {row[0]: row[1] for row in await rows(roster, "enrolments", "personSourceId", "groupSourceId")}
    assert set(homes) == set(told)
    assert {person for person in homes if homes[person] != told[person]} == {
        person for person in homes if homes[person] == over or person == pupil
    }
    assert over not in {row[0] for row in await rows(roster, "memberships", "groupSourceId")}


async def test_places_in_preschool_are_told_with_unit_form_dates_and_department(roster: Roster) -> None:
    await roster.load(pack(), MAPPING)
    fields = ("personSourceId", "familyName", "unitSourceId", "schoolForm", "startsOn", "endsOn", "groupSourceId")
    assert await rows(roster, "placements", *fields, "weeklyHours") == [
        ["b1", "Ek", "e1", "preschool", "2026-08-17", "", "g1", "35"]
    ]
    [_, hidden] = await rows(roster, "placements", *fields, protected=True)
    assert (hidden[0], "Hemlig" in hidden[1], hidden[6]) == ("b2", False, "")
    await roster.rows("UPDATE placement SET ends_on = '2026-11-20' WHERE starts_on IS NOT NULL RETURNING 1")
    assert await rows(roster, "placements", "rowId") == []
