"""Protected identity: unknown means protected, tightening takes effect at once, and no trace of the name is left."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from cli.demo_roster import Municipality
from cli.demo_roster.model import Person
from services.sync.reading.mapping import Mapping
from services.sync.roster.alias import alias, display_name, display_name_sql
from tests.sync.town import JOINED, ONEROSTER, Roster, joined_zip, member, oneroster_zip, repacked, town

SECRET = "Hemlignamn"


def marked(municipality: Municipality, marking: str, place: int = 0) -> Person:
    person = municipality.of_part("pupil")[place]
    person.family, person.marking = SECRET, marking
    return person


async def everything(roster: Roster) -> str:
    """All text that any table of the service holds for the tenant."""
    tables = await roster.rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN "
        "('event_log', 'feed_head', 'outbox', 'alembic_version')"
    )
    # A row shows itself with its middle left out; its text does not.
    return "\n".join([row[0] for table in tables for row in await roster.rows(f"SELECT t::text FROM {table[0]} t")])


@pytest.mark.parametrize("marking", ["Sekretessmarkering", "Skyddad folkbokföring", "något nytt", ""])
async def test_a_marking_that_is_not_known_as_none_protects(roster: Roster, marking: str) -> None:
    small = town()
    person = marked(small, marking)
    await roster.load(oneroster_zip(small))
    row = (await roster.rows("SELECT protected, family_name FROM person WHERE source_id = :id", id=person.id))[0]
    assert (row.protected, row.family_name) == (True, None)
    assert SECRET not in await everything(roster)


async def test_without_any_marking_in_the_delivery_everybody_new_is_protected(roster: Roster) -> None:
    content = oneroster_zip(town())
    users = member(content, "users.csv").replace(b"metadata.securityMarking", b"metadata.annat", 1)
    run = await roster.load(repacked(content, users_csv=users))
    assert await roster.value("SELECT count(*) FROM person WHERE NOT protected") == 0
    assert (await roster.findings(run))["marking_unknown"] == 1


async def test_a_source_that_leaves_protected_persons_out_may_say_so(roster: Roster) -> None:
    content = oneroster_zip(town())
    users = member(content, "users.csv").replace(b"metadata.securityMarking", b"metadata.annat", 1)
    filtered: Mapping = ONEROSTER.model_copy(update={"absent_marking": "filtered"})
    await roster.load(repacked(content, users_csv=users), filtered)
    assert await roster.value("SELECT count(*) FROM person WHERE protected") == 0


async def test_a_delivery_without_marking_keeps_the_marks_that_are_known(roster: Roster) -> None:
    small = town()
    person = marked(small, "Sekretessmarkering")
    await roster.load(oneroster_zip(small))
    content = oneroster_zip(small)
    users = member(content, "users.csv").replace(b"metadata.securityMarking", b"metadata.annat", 1)
    filtered: Mapping = ONEROSTER.model_copy(update={"absent_marking": "filtered"})
    run = await roster.load(repacked(content, users_csv=users), filtered)
    assert await roster.value("SELECT protected FROM person WHERE source_id = :id", id=person.id) is True
    assert run.counts["person"]["changed"] == 0
    assert SECRET not in await everything(roster)


async def test_a_marking_that_tightens_takes_effect_without_approval_and_erases_the_past(roster: Roster) -> None:
    small = town()
    person = marked(small, "Ingen")
    await roster.load(oneroster_zip(small))
    known = await roster.value("SELECT id FROM person WHERE source_id = :id", id=person.id)
    person.family = SECRET + "-gift"
    await roster.load(oneroster_zip(small))  # now the name also stands in a former value
    assert SECRET in await everything(roster)

    person.marking = "Sekretessmarkering"
    run = await roster.plan(oneroster_zip(small))  # planned, not approved
    assert SECRET not in await everything(roster)
    row = (await roster.rows("SELECT protected, changed_version FROM person WHERE id = :id", id=known))[0]
    assert (row.protected, row.changed_version) == (True, 3)
    assert run.base_version == 3
    assert run.counts["person"]["changed"] == 0
    versions = await roster.rows("SELECT number, origin FROM roster_version ORDER BY number")
    assert [tuple(version) for version in versions] == [(1, "run"), (2, "run"), (3, "marking")]


async def test_a_tightened_marking_makes_older_plans_stale(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    waiting = await roster.plan(oneroster_zip(small))
    marked(small, "Sekretessmarkering")
    await roster.plan(oneroster_zip(small))
    assert await roster.apply(waiting) is False


async def test_a_marking_reaches_somebody_whom_only_a_plan_that_never_came_true_knows(roster: Roster) -> None:
    small = town()
    person = marked(small, "Ingen")
    waiting = await roster.plan(oneroster_zip(small))
    by_number = await roster.plan(joined_zip(small), JOINED, source="another-register")
    assert SECRET in await everything(roster)

    person.marking = "Sekretessmarkering"
    await roster.plan(oneroster_zip(small))
    assert SECRET not in await everything(roster)
    query = "SELECT protected, family_name FROM planned_person WHERE run_id = :run AND source_id = :id"
    for older in (waiting, by_number):
        assert tuple((await roster.rows(query, run=older.id, id=person.id))[0]) == (True, None)
        hidden = "SELECT count(*) FROM planned_person WHERE protected AND run_id = :run"
        assert await roster.value(hidden, run=older.id) == 1
        assert await roster.apply(older) is False, "the plan is not the one that was approved"


async def test_lifting_a_marking_waits_for_the_approval(roster: Roster) -> None:
    small = town()
    person = marked(small, "Sekretessmarkering")
    await roster.load(oneroster_zip(small))
    person.marking = "Ingen"
    run = await roster.plan(oneroster_zip(small))
    query = "SELECT protected, family_name FROM person WHERE source_id = :id"
    assert tuple((await roster.rows(query, id=person.id))[0]) == (True, None)
    await roster.apply(run)
    assert tuple((await roster.rows(query, id=person.id))[0]) == (False, SECRET)


async def test_one_mark_among_many_rows_of_a_person_protects(roster: Roster) -> None:
    small = town(pupils=120)
    person = next(p for p in small.of_part("pupil") if sum(e.person == p.id for e in small.enrolments) > 1)
    person.family = SECRET
    content = joined_zip(small)
    rows = member(content, "elever.csv").decode().split("\r\n")
    last = max(place for place, row in enumerate(rows) if row.startswith(f"{person.id};"))
    cells = rows[last].split(";")
    cells[5] = "Sekretessmarkering"  # the first row says Ingen
    rows[last] = ";".join(cells)
    await roster.load(repacked(content, elever_csv="\r\n".join(rows).encode()), JOINED)
    assert await roster.value("SELECT protected FROM person WHERE source_id = :id", id=person.id) is True
    assert SECRET not in await everything(roster)


async def test_a_mark_on_a_row_that_cannot_be_read_still_protects(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    person = small.of_part("pupil")[0]
    person.marking, person.given = "Sekretessmarkering", ""
    await roster.plan(oneroster_zip(small))
    assert await roster.value("SELECT protected FROM person WHERE source_id = :id", id=person.id) is True


async def test_the_database_itself_refuses_the_name_of_a_protected_person(roster: Roster) -> None:
    small = town()
    marked(small, "Sekretessmarkering")
    await roster.load(oneroster_zip(small))
    with pytest.raises(IntegrityError, match="protected_has_no_name"):
        await roster.rows("UPDATE person SET family_name = 'x' WHERE protected RETURNING 1")


async def test_an_ended_person_is_protected_too(roster: Roster) -> None:
    small = town()
    person = marked(small, "Ingen")
    await roster.load(oneroster_zip(small))
    await roster.rows("UPDATE person SET ended_at = now() WHERE source_id = :id RETURNING 1", id=person.id)
    person.marking = "Sekretessmarkering"
    await roster.plan(oneroster_zip(small))
    assert SECRET not in await everything(roster)


@pytest.mark.parametrize(
    ("given", "family", "protected"),
    [("Alva", "Ek", False), ("Alva", "Ek", True), (None, None, False), ("Alva", None, False)],
)
async def test_the_database_and_the_service_call_a_person_by_the_same_name(
    roster: Roster, given: Any, family: Any, protected: bool
) -> None:
    row = "(SELECT CAST(:id AS uuid) AS id, CAST(:given AS text) AS given_name, CAST(:family AS text) AS family_name,"
    query = f"SELECT {display_name_sql('r')} FROM {row} CAST(:protected AS boolean) AS protected) r"
    values = {"id": roster.tenant, "given": given, "family": family, "protected": protected}
    assert await roster.value(query, **values) == display_name(roster.tenant, given, family, protected=protected)
    assert alias(roster.tenant) == alias(roster.tenant)
