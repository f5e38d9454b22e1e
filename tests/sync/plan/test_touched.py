"""Planned by what differs, a delivery comes to exactly what it comes to when it is compared as a whole."""

import csv
import io
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import pytest
from sqlalchemy import text

from cli.demo_roster import Municipality
from cli.demo_roster.joined import TRAILER
from services.sync.plan.entities import ENTITIES
from services.sync.reading.frames import Frame, Rows
from services.sync.reading.mapping import MappedFile, Mapping
from shared.kit.db import Database
from shared.kit.ids import new_id
from tests.support.databases import Clone, rolled_back
from tests.sync.disasters.damage import DISASTERS, with_rows, written
from tests.sync.disasters.world import Newcomers, base_town, copied, live
from tests.sync.plan import lasting, timetabled
from tests.sync.plan.lasting import FAULTS, Fault, Layout, with_faults
from tests.sync.plan.twofold import Twofold
from tests.sync.town import JOINED, ONEROSTER, Roster, joined_zip

SEEDS = int(os.environ.get("TOUCHED_SEEDS", "4"))
FIRST = int(os.environ.get("TOUCHED_FIRST", "0"))
NIGHTS = 4
Table = list[list[str]]
Write = Callable[[Municipality], bytes]
_FILES = ("users.csv", "users.csv", "roles.csv", "enrollments.csv", "classes.csv", "orgs.csv")
_ODD = ("", "?", " x", "Ingen", "Skyddad folkbokföring", "181501012388", "tobedeleted", "nobody", "a,b", "x" * 201)


def spoiled(content: bytes, random: Random) -> bytes:
    """Something small is another than it was: a row more, a row less, another's cell, a cell of nonsense."""

    def change(rows: list[list[str]]) -> list[list[str]]:
        if len(rows) > 2:
            row, other = random.choice(rows[1:]), random.choice(rows[1:])
            random.choice(_SPOILING)(rows, row, other, random)
        return rows

    return with_rows(content, random.choice(_FILES), change)


def _less(rows: Table, row: list[str], _: list[str], __: Random) -> None:
    rows.remove(row)


def _twice(rows: Table, row: list[str], _: list[str], random: Random) -> None:
    rows.insert(random.randrange(1, len(rows)), list(row))


def _ghost(rows: Table, row: list[str], _: list[str], random: Random) -> None:
    """A row that is marked as deleted, before or after the row itself."""
    rows.insert(random.randrange(1, len(rows)), [row[0], "tobedeleted", *row[2:]])


def _cell(_: Table, row: list[str], other: list[str], random: Random) -> None:
    place = random.randrange(len(row))
    row[place] = other[place]


def _odd(_: Table, row: list[str], __: list[str], random: Random) -> None:
    row[random.randrange(len(row))] = random.choice(_ODD)


def _swap(_: Table, row: list[str], other: list[str], random: Random) -> None:
    place = random.randrange(len(row))
    row[place], other[place] = other[place], row[place]


def _id(_: Table, row: list[str], other: list[str], __: Random) -> None:
    row[0] = other[0]


_SPOILING = (_less, _twice, _ghost, _cell, _cell, _odd, _odd, _swap, _id)


def tonight(town: Municipality, random: Random, write: Write) -> bytes:
    """A delivery: some things have happened, or something is wrong with it, or both."""
    live(town, random, Newcomers(random), random.choice((0, 1, 1, 2, 4)))
    kind = random.random()
    if kind < 0.25:
        return random.choice(DISASTERS).damage(town, random)
    content = write(town)
    for _ in range(random.choice((0, 0, 1, 1, 2, 5)) if kind < 0.9 else 0):
        content = spoiled(content, random)
    return content


def tonight_joined(town: Municipality, random: Random, write: Write) -> bytes:
    """The same of joined files, where a row tells of a pupil, a place, a class and guardians at once."""
    live(town, random, Newcomers(random), random.choice((0, 1, 1, 2, 4)))
    packed = zipfile.ZipFile(io.BytesIO(write(town)))
    files = {name: packed.read(name).decode() for name in packed.namelist()}
    for _ in range(random.choice((0, 0, 1, 1, 2, 5))):
        more = [name for name in timetabled.FILES if name in files]
        name = random.choice(["elever.csv", "elever.csv", "personal.csv", "grupper.csv", *more])
        files[name] = _spoiled_rows(files[name], random)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as pack:
        for name, body in files.items():
            pack.writestr(name, body)
    return target.getvalue()


def _spoiled_rows(body: str, random: Random) -> str:
    """One thing in one file, whose last row counts the others."""
    header, *rows, _ = csv.reader(io.StringIO(body), delimiter=";")
    if len(rows) > 2:
        random.choice(_SPOILING)(rows, random.choice(rows), random.choice(rows), random)
    target = io.StringIO()
    csv.writer(target, delimiter=";", lineterminator="\r\n").writerows([header, *rows, [TRAILER, str(len(rows))]])
    return target.getvalue()


@dataclass(frozen=True)
class Format:
    """How a municipality is delivered; `faults` are those that may last."""

    mapping: Mapping
    write: Write
    tonight: Callable[[Municipality, Random, Write], bytes]
    layout: Layout
    faults: tuple[Fault, ...] = FAULTS

    def with_lasting(self, town: Municipality, random: Random, faults: Sequence[Fault]) -> Write:
        """Writes a delivery with these faults, each about pupils of its own."""
        pupils = sorted(person.id for person in town.of_part("pupil") if person.marking == "Ingen" and person.login)
        chosen = random.sample(pupils, 2 * len(faults))
        spoiled = list(zip(faults, chosen[::2], chosen[1::2], strict=True))
        return lambda town: with_faults(self.write(town), self.layout, spoiled)


_FORMATS = {
    "oneroster": Format(ONEROSTER, written, tonight, lasting.ONEROSTER),
    "joined": Format(JOINED, joined_zip, tonight_joined, lasting.JOINED),
    "timetabled": Format(timetabled.MAPPING, timetabled.timetabled_zip, tonight_joined, lasting.JOINED),
}


@pytest.mark.parametrize("kind", _FORMATS)
async def test_whatever_happened_overnight_both_ways_come_to_the_same(worker_database: Clone, kind: str) -> None:
    urls = await worker_database("sync")
    ways: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + SEEDS):
        async with rolled_back(urls.app) as connection:
            database = Database(urls.app, bound_to=connection)
            roster = await Roster(database, new_id()).with_scope()
            async with database.transaction(roster.tenant) as session:
                both = Twofold(session, roster.tenant, _FORMATS[kind].mapping)
                await _play(both, seed, _FORMATS[kind])
            ways.update(both.ways)
            await database.stop()
    print(dict(ways))
    assert ways["part"] > NIGHTS * SEEDS / 2


@pytest.mark.parametrize("kind", ["person", "enrolment", "membership", "responsible"])
async def test_who_is_told_of_and_was_not_read_is_not_taken_for_gone(roster: Roster, kind: str) -> None:
    """The reader has left out a row that it should have read: the numbers say so, and the whole is compared."""

    def without_last(frame: Frame) -> Frame:
        if not isinstance(frame, Rows) or frame.entity != kind:
            return frame
        return Rows(kind, frame.csv[: frame.csv.rstrip(b"\n").rfind(b"\n") + 1])

    async with roster.database.transaction(roster.tenant) as session:
        both = Twofold(session, roster.tenant, ONEROSTER)
        town = copied(base_town(3))
        alone = Newcomers(Random(1)).make("guardian")  # nothing speaks of this one but its own row
        town.persons.append(alone)
        await both.load(written(town))
        child = next(row.child for row in town.responsibles)
        changed = alone.id if kind == "person" else child
        next(person for person in town.persons if person.id == changed).family = "Nyttnamn"
        assert (await both.deliver(written(town)))[1] is not None
        both.loses = without_last
        assert (await both.deliver(written(town)))[1] is None
    assert both.ways == {"no base": 1, "part": 1, "refused": 1}


@pytest.mark.parametrize("kind", _FORMATS)
async def test_faults_that_last_leave_the_nights_to_what_differs(roster: Roster, kind: str) -> None:
    form = _FORMATS[kind]
    await roster.with_scope()
    async with roster.database.transaction(roster.tenant) as session:
        both = Twofold(session, roster.tenant, form.mapping)
        random, town = Random(1), copied(base_town(4))
        await both.load(form.write(town))
        write = form.with_lasting(town, random, form.faults)
        for night in range(4):
            live(town, random, Newcomers(random), night)
            await _both_ways(both, write(town), f"night {night}")
    assert both.ways["part"] >= 6  # three nights, looked at and applied


async def test_a_register_whose_last_row_is_gone_leaves_the_nights_to_what_differs(roster: Roster) -> None:
    async with roster.database.transaction(roster.tenant) as session:
        both = Twofold(session, roster.tenant, JOINED)
        content = joined_zip(copied(base_town(3)))
        await both.load(content, "retired")
        await both.load(content)
        assert (await both.deliver(content))[1] is None
        for entity in ENTITIES:
            ended = f"UPDATE {entity.table} SET ended_at = now() WHERE tenant_id = :tenant AND source = 'retired'"
            await session.execute(text(ended), {"tenant": roster.tenant})
        await both.load(content, is_part=False)
        whole, part = await both.deliver(content)
    assert part is not None
    assert whole == part


async def test_a_file_that_need_not_be_there_and_is_not_is_found_missing_each_time(roster: Roster) -> None:
    optional = {"file": "placeringar.csv", "required": False, "emits": timetabled.MAPPING.files[-3].emits}
    mapping = JOINED.model_copy(update={"files": (*JOINED.files, MappedFile.model_validate(optional))})
    async with roster.database.transaction(roster.tenant) as session:
        both = Twofold(session, roster.tenant, mapping)
        town = copied(base_town(3))
        await both.load(joined_zip(town))
        town.persons[0].family = "Nyttnamn"
        run = await both.load(joined_zip(town))
    assert run.finding_counts == {"optional_file_missing": 1}


async def _play(both: Twofold, seed: int, form: Format) -> None:
    random = Random(seed)
    town = copied(base_town(seed % 12))
    write = form.with_lasting(town, random, random.sample(form.faults, random.randrange(4)))
    await both.load(random.choice((form.write, write))(town))
    for night in range(NIGHTS):
        await _both_ways(both, form.tonight(town, random, write), f"seed {seed}, night {night}")


async def _both_ways(both: Twofold, content: bytes, night: str) -> None:
    """What both ways make of a delivery is the same; then it is applied, unless it is held."""
    whole, part = await both.deliver(content)
    if part is not None and whole is not None:
        differing = {name: (whole[name], part[name]) for name in whole if whole[name] != part[name]}
        assert not differing, f"{night}: {_told(differing)}"
    if whole is not None and whole["guard"] != "held":
        await both.load(content)


def _told(differing: dict[str, tuple[object, object]]) -> str:
    lines = []
    for name, (whole, part) in differing.items():
        if isinstance(whole, list) and isinstance(part, list):
            lines += [f"{name}: whole only {one}" for one in whole if one not in part]
            lines += [f"{name}: part only {one}" for one in part if one not in whole]
        else:
            lines.append(f"{name}: {whole} / {part}")
    return "\n".join(lines)
