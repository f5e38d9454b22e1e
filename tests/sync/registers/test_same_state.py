"""The same municipality in every format that a file can have: one and the same state of the roster."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from csv import reader
from io import StringIO
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.demo_roster import Dirt, Municipality, joined, oneroster, ss12000, stil
from cli.demo_roster.dirt import spoil
from cli.demo_roster.variants import as_uuid, common
from services.sync.history.hashing import state_digests
from services.sync.plan.keys import civic_keys
from services.sync.reading.canonical import ENTITIES
from services.sync.reading.frames import Rows
from services.sync.reading.mapping import Mapping
from services.sync.reading.process import ReadTask
from shared.kit.db import Database
from tests.support.databases import Clone, rolled_back
from tests.sync.registers.agreed import mapping
from tests.sync.town import KEY, TODAY, Roster, frames, town

# National numbers count by the tenant's key, so that only one tenant's states can be equal.
TENANT = UUID("0192c3a0-0000-7000-8000-000000000001")
_PASSING = {"file", "line", "id", "untold", "civic_cipher"}
Write = Callable[[Municipality], bytes]
FORMATS: dict[str, tuple[Write, str]] = {
    "joined": (lambda told: joined.write(told, frozenset()), "joined"),
    "oneroster": (lambda told: oneroster.write(told, frozenset()), "oneroster-1.2"),
    "ss12000": (ss12000.write, "ss12000-2.1"),
    "stil, a file each": (stil.write, "stil-ws17"),
    "stil, one file": (stil.document, "stil-ws17"),
}


@asynccontextmanager
async def empty_roster(worker_database: Clone) -> AsyncIterator[Roster]:
    urls = await worker_database("sync")
    async with rolled_back(urls.app) as connection:
        database = Database(urls.app, bound_to=connection)
        yield await Roster(database, TENANT).with_scope()
        await database.stop()


async def test_a_danish_municipality_is_the_same_in_every_format(worker_database: Clone) -> None:
    told = common(town(120))
    states = {}
    for name, (write, profile) in FORMATS.items():
        async with empty_roster(worker_database) as roster:
            run = await roster.load(write(told), mapping(profile, "dk"))
            assert not await roster.findings(run) or set(await roster.findings(run)) <= {
                "optional_file_missing",
                "optional_column_missing",
                "field_not_permitted",
            }
            async with roster.database.transaction(TENANT) as session:
                states[name] = await state_digests(session)
    counts = states["joined"][1]
    rich = ("unit", "person", "duty", "enrolment", "group", "membership", "responsible")
    assert all(counts[kind] > 0 for kind in rich)
    assert {name: state[1] for name, state in states.items()} == dict.fromkeys(states, counts)
    assert len({state[0] for state in states.values()}) == 1


async def test_protected_persons_of_every_format_are_protected(worker_database: Clone) -> None:
    told = common(town(120))
    hidden = told.of_part("pupil")[0]
    hidden.marking = "Sekretessmarkering"
    for write, profile in FORMATS.values():
        async with empty_roster(worker_database) as roster:
            await roster.load(write(told), mapping(profile, "dk"))
            rows = await roster.rows("SELECT protected, given_name FROM person WHERE source_id = :id", id=hidden.id)
            assert [tuple(row) for row in rows] == [(True, None)]


async def facts(content: bytes, declared: Mapping) -> dict[str, set[tuple[str, ...]]]:
    """The canonical rows that a delivery tells, without places, ids of ours and what is sealed anew each time."""
    found: dict[str, set[tuple[str, ...]]] = {}
    async for frame in frames(ReadTask(declared, civic_keys(KEY, TENANT), TODAY), content):
        if not isinstance(frame, Rows) or frame.entity not in ENTITIES:
            continue
        columns = ENTITIES[frame.entity].columns
        kept = [place for place, name in enumerate(columns) if name not in _PASSING]
        for cells in reader(StringIO(frame.csv.decode())):
            found.setdefault(frame.entity, set()).add(tuple(_plain(cells[place]) for place in kept))
    return found


def _plain(cell: str) -> str:
    """An empty list is as good as none."""
    return "" if cell == "{}" else cell


@pytest.mark.parametrize("country", ["se", "dk"])
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(1, 10_000), pupils=st.integers(50, 90), dirt=st.sets(st.sampled_from([Dirt.national_ids])))
async def test_every_format_tells_the_same_rows(country: str, seed: int, pupils: int, dirt: set[Dirt]) -> None:
    whole = town(pupils, seed)
    told = common(whole, seed) if country == "dk" else _with_uuids(whole)
    spoil(told, frozenset(dirt), seed)
    seen = {}
    for name, (write, profile) in FORMATS.items():
        if country == "dk" or not name.startswith("stil"):
            seen[name] = await facts(write(told), mapping(profile, country))
    first = seen.pop("joined")
    assert {name: rows for name, rows in seen.items() if rows != first} == {}


def _with_uuids(told: Municipality) -> Municipality:
    """With the ids that SS12000 wants, and nothing else changed."""
    for unit in told.units:
        unit.id, unit.parent = as_uuid(unit.id), as_uuid(unit.parent)
    for person in told.persons:
        person.id = as_uuid(person.id)
    for duty in told.duties:
        duty.person, duty.unit = as_uuid(duty.person), as_uuid(duty.unit)
    for place in told.enrolments:
        place.person, place.unit = as_uuid(place.person), as_uuid(place.unit)
    for group in told.groups:
        group.id, group.unit = as_uuid(group.id), as_uuid(group.unit)
    for tie in told.memberships:
        tie.group, tie.person = as_uuid(tie.group), as_uuid(tie.person)
    for responsible in told.responsibles:
        responsible.child, responsible.guardian = as_uuid(responsible.child), as_uuid(responsible.guardian)
    return told
