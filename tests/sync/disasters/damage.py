"""What goes wrong between a true register and a delivered one: every disaster is a function of a seed.

A damage takes the true town and gives the delivery of it: the town as a broken export tells it, written out, its bytes
perhaps damaged further. The true town is never touched, except where the disaster is that something really happened.
"""

import csv
import io
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from cli.demo_roster import Municipality, oneroster
from cli.demo_roster.civic import CivicNumbers
from tests.sync.disasters.beside import beside
from tests.sync.disasters.world import Newcomers, copied, shuffled, without
from tests.sync.town import member, repacked

_FILES = ("users.csv", "roles.csv", "enrollments.csv", "classes.csv", "orgs.csv")
INCOMPLETE = frozenset({"incomplete_file", "file_cut_short", "kind_emptied", "duplicates_many"})
MANY = frozenset(
    {"ends_most", "ends_many", "ends_many_at_unit", "ends_many_in_part", "lets_go_many", "unit_emptied", "part_emptied",
     "unit_ends", "kind_emptied"}
)  # fmt: skip
IDENTITY = frozenset({"identities_doubtful", "moves_many", "field_changed_most", "case_waits", "changes_many"})


@dataclass(frozen=True)
class Disaster:
    """`damage` makes the delivery. `codes`: where the guard stops it, at least one of these says why."""

    name: str
    damage: Callable[[Municipality, Random], bytes]
    codes: frozenset[str]


def written(town: Municipality) -> bytes:
    return beside(oneroster.write(town, frozenset()), town)


def with_rows(content: bytes, name: str, change: Callable[[list[list[str]]], list[list[str]]]) -> bytes:
    """The delivery with the rows of one file changed; the header stands first."""
    rows = list(csv.reader(io.StringIO(member(content, name).decode())))
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(change(rows))
    return repacked(content, **{name.replace(".", "_"): text.getvalue().encode()})


def truncation(town: Municipality, random: Random) -> bytes:
    """A file is cut off anywhere, sometimes exactly between two rows."""
    content = written(town)
    name = random.choice(_FILES)
    body = member(content, name)
    start = body.index(b"\n") + 1
    cut = random.randint(start, max(start, len(body) - 1))
    if random.random() < 0.4:
        cut = body.rfind(b"\n", 0, cut) + 1
    return repacked(content, **{name.replace(".", "_"): body[: max(cut, start)]})


def swapped_columns(town: Municipality, random: Random) -> bytes:
    """Two columns of the export have changed places, the header has not."""
    name, pairs = random.choice(
        [
            ("users.csv", ("givenName", "familyName", "username", "email", "userIds", "sourcedId", "middleName")),
            ("roles.csv", ("userSourcedId", "orgSourcedId", "role", "metadata.schoolForm", "metadata.schoolYear")),
            ("enrollments.csv", ("classSourcedId", "userSourcedId", "schoolSourcedId", "role")),
        ]
    )
    one, other = random.sample(pairs, 2)

    def swap(rows: list[list[str]]) -> list[list[str]]:
        a, b = rows[0].index(one), rows[0].index(other)
        for row in rows[1:]:
            row[a], row[b] = row[b], row[a]
        return rows

    return with_rows(written(town), name, swap)


def lost_permission(town: Municipality, random: Random) -> bytes:
    """The account that exports may see less than yesterday: no school, no part, no kind of row, or no field."""
    seen = copied(town)
    lost = random.choice(("unit", "part", "form", "file", "field", "role"))
    if lost == "unit":
        gone = random.choice([unit.id for unit in seen.units if unit.kind == "school"])
        places = [(row.person, row.unit) for row in seen.enrolments] + [(row.person, row.unit) for row in seen.duties]
        here = {person for person, unit in places if unit == gone}
        elsewhere = {person for person, unit in places if unit != gone}
        _without_unit(seen, gone)
        without(seen, here - elsewhere)
    elif lost == "part":
        part = random.choice(("guardian", "staff", "pupil"))
        without(seen, {person.id for person in seen.of_part(part)})
    elif lost == "form":
        form = random.choice(sorted({row.form for row in seen.enrolments}))
        seen.enrolments = [row for row in seen.enrolments if row.form != form]
    elif lost == "role":
        role = random.choice(sorted({row.role for row in seen.duties}))
        seen.duties = [row for row in seen.duties if row.role != role]
    content = written(seen)
    if lost == "file":
        name = random.choice(_FILES)
        return with_rows(content, name, lambda rows: rows[:1])
    if lost == "field":
        return with_rows(content, "users.csv", lambda rows: _emptied(rows, random))
    return content


def _without_unit(town: Municipality, unit: str) -> None:
    groups = {group.id for group in town.groups if group.unit == unit}
    town.units = [row for row in town.units if row.id != unit]
    town.groups = [row for row in town.groups if row.unit != unit]
    town.memberships = [row for row in town.memberships if row.group not in groups]
    town.duties = [row for row in town.duties if row.unit != unit]
    town.enrolments = [row for row in town.enrolments if row.unit != unit]


def _emptied(rows: list[list[str]], random: Random) -> list[list[str]]:
    place = rows[0].index(random.choice(("userIds", "email", "username", "metadata.securityMarking", "familyName")))
    for row in rows[1:]:
        row[place] = ""
    return rows


def identity_swap(town: Municipality, random: Random) -> bytes:
    """Ids stand with other persons: two exchanged, some in a ring, or every row shifted by one."""
    seen = copied(town)
    kind = random.choice(("two", "ring", "shift"))
    size = {"two": 2, "ring": random.randint(3, 8), "shift": len(seen.persons)}[kind]
    chosen = seen.persons if kind == "shift" else random.sample(seen.persons, size)
    ids = [person.id for person in chosen]
    for person, other in zip(chosen, ids[1:] + ids[:1], strict=True):
        person.id = other
    return written(seen)


def civic_shift(town: Municipality, random: Random) -> bytes:
    """The column with national numbers has slipped by a row, from somewhere on."""
    seen = copied(town)
    start = random.randrange(len(seen.persons) - 1)
    numbers = [person.civic for person in seen.persons]
    for place in range(start, len(seen.persons) - 1):
        seen.persons[place].civic = numbers[place + 1]
    return written(seen)


def renumbering(town: Municipality, random: Random) -> bytes:
    """The register gives new ids: to all, or to some; to persons alone, or to units and classes too."""
    seen = copied(town)
    some = random.choice((1.0, 1.0, 0.5, 0.05))
    names = {person.id: f"n{number}" for number, person in enumerate(seen.persons) if random.random() < some}
    renamed(seen, names)
    if random.random() < 0.4:
        units = {unit.id: f"u{number}" for number, unit in enumerate(seen.units)}
        groups = {group.id: f"g{number}" for number, group in enumerate(seen.groups)}
        renamed(seen, units | groups)
    return written(seen)


def renamed(town: Municipality, names: dict[str, str]) -> None:
    """Other ids, wherever they stand."""
    for row in itertools.chain(
        town.units, town.persons, town.groups, town.duties, town.enrolments, town.memberships, town.responsibles
    ):
        for field in ("id", "parent", "unit", "person", "group", "child", "guardian"):
            value = getattr(row, field, None)
            if value in names:
                setattr(row, field, names[value])


def duplicated_pages(town: Municipality, random: Random) -> bytes:
    """The export was read page by page while it moved: one page came twice, and another not at all."""
    name = random.choice(_FILES[:3])
    size = random.choice((5, 10, 20, 50))

    def double(rows: list[list[str]]) -> list[list[str]]:
        pages = [rows[start : start + size] for start in range(1, len(rows), size)]
        if len(pages) > 1:
            twice, lost = random.sample(range(len(pages)), 2)
            pages[lost] = pages[twice]
        return [rows[0], *itertools.chain.from_iterable(pages)]

    return with_rows(written(town), name, double)


def lost_marks(town: Municipality, random: Random) -> bytes:
    """Numbers and logins of many are gone, and some get new ids in the same night."""
    seen = copied(town)
    for person in random.sample(seen.persons, max(2, len(seen.persons) // random.choice((2, 5, 20)))):
        person.civic = person.login = ""
    names = {person.id: f"n{number}" for number, person in enumerate(seen.persons) if not person.civic}
    renamed(seen, dict(random.sample(sorted(names.items()), min(len(names), random.randint(1, 30)))))
    return written(seen)


def emptied(town: Municipality, random: Random) -> bytes:
    """Some files have a header alone, or all have."""
    content = written(town)
    for name in random.sample(_FILES, random.randint(1, len(_FILES))):
        content = with_rows(content, name, lambda rows: rows[:1])
    return content


def mixed_up_register(town: Municipality, random: Random) -> bytes:
    """Another municipality's register under this one's name; or both in one file."""
    newcomers = Newcomers(random)
    other = copied(town)
    numbers = CivicNumbers(random)
    for person in other.persons:
        fresh = newcomers.make(person.part)
        person.given, person.family, person.civic = fresh.given, fresh.family, numbers.next()
        person.login, person.email = fresh.login, fresh.email
    if random.random() < 0.5:
        ids = [person.id for person in other.persons] + [group.id for group in other.groups]
        renamed(other, {one: f"annan-{one}" for one in ids})
        if random.random() < 0.5:
            for field in ("persons", "groups", "duties", "enrolments", "memberships", "responsibles"):
                getattr(other, field).extend(getattr(copied(town), field))
    shuffled(other, random)
    return written(other)


DISASTERS: tuple[Disaster, ...] = (
    Disaster("truncation", truncation, INCOMPLETE | MANY | {"changes_many"}),
    Disaster("swapped columns", swapped_columns, INCOMPLETE | MANY | IDENTITY | {"too_many_bad_rows", "creates_many"}),
    Disaster(
        "lost permission", lost_permission, INCOMPLETE | MANY | IDENTITY | {"field_vanished", "too_many_bad_rows"}
    ),
    Disaster("identity swap", identity_swap, IDENTITY | MANY),
    Disaster("shifted numbers", civic_shift, IDENTITY),
    Disaster("renumbered ids", renumbering, IDENTITY | MANY | {"creates_many"}),
    Disaster("duplicated pages", duplicated_pages, INCOMPLETE | MANY),
    Disaster("lost marks", lost_marks, IDENTITY | MANY | {"field_vanished"}),
    Disaster("emptied files", emptied, INCOMPLETE),
    Disaster("another register", mixed_up_register, IDENTITY | MANY | {"creates_many"}),
)
