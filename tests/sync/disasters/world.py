"""The true municipality of a simulation, and the small things that happen in it between two deliveries."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from cli.demo_roster import Municipality
from cli.demo_roster.civic import CivicNumbers
from cli.demo_roster.model import Duty, Enrolment, Membership, Person, Responsible
from cli.demo_roster.municipality import build
from cli.demo_roster.people import DOMAIN

_FAMILIES = ("Ahlvik", "Broman", "Cederlid", "Dalmark", "Ekstrand", "Forsne", "Grankvist", "Hedbo")
_GIVEN = ("Alva", "Bo", "Cleo", "Dan", "Eira", "Folke", "Greta", "Hugo")


def base_town(number: int) -> Municipality:
    """Town `number` of those that simulations start from: 60 to some 200 persons, not all with number and login."""
    random = Random(7_000 + number)
    town = build(pupils=random.randint(24, 80), seed=number, staff_share=0.006)
    for person in town.persons:
        if person.part == "guardian" and random.random() < 0.08:
            person.civic = ""
        if person.part == "pupil" and random.random() < 0.05:
            person.login = ""
    for person in random.sample(town.persons, 2):
        person.marking = "Sekretessmarkering"
    return town


def copied(town: Municipality) -> Municipality:
    """Rows of its own, so that changing them leaves the other as it is."""
    return replace(
        town,
        units=[replace(row) for row in town.units],
        persons=[replace(row) for row in town.persons],
        duties=[replace(row) for row in town.duties],
        enrolments=[replace(row) for row in town.enrolments],
        groups=[replace(row) for row in town.groups],
        memberships=[replace(row) for row in town.memberships],
        responsibles=[replace(row) for row in town.responsibles],
    )


def without(town: Municipality, ids: set[str]) -> None:
    """Take persons out, with everything that ties them."""
    town.persons = [row for row in town.persons if row.id not in ids]
    town.duties = [row for row in town.duties if row.person not in ids]
    town.enrolments = [row for row in town.enrolments if row.person not in ids]
    town.memberships = [row for row in town.memberships if row.person not in ids]
    town.responsibles = [row for row in town.responsibles if not ids & {row.child, row.guardian}]


def shuffled(town: Municipality, random: Random) -> None:
    """The same rows in another order, as most exports give them."""
    for rows in (town.persons, town.duties, town.enrolments, town.memberships, town.responsibles):
        random.shuffle(rows)


def family_of(town: Municipality, child: str) -> set[str]:
    """A child, its guardians, and their other children."""
    guardians = {row.guardian for row in town.responsibles if row.child == child}
    return {child} | guardians | {row.child for row in town.responsibles if row.guardian in guardians}


class Newcomers:
    """Makes persons that nobody has had before."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._civic = CivicNumbers(random)
        self._number = 0

    def make(self, part: str) -> Person:
        self._number += 1
        name = f"ny{part[:2]}{self._number:04}x{self._random.randint(0, 9999):04}"
        return Person(
            id=name,
            given=self._random.choice(_GIVEN),
            family=self._random.choice(_FAMILIES),
            part=part,
            civic=self._civic.next(),
            email=f"{name}@{DOMAIN}",
            login="" if part == "guardian" else f"{name}@{DOMAIN}",
        )


def leave(town: Municipality, random: Random, _: Newcomers) -> None:
    """A family moves away."""
    children = town.of_part("pupil")
    if children:
        without(town, family_of(town, random.choice(children).id))


def arrive(town: Municipality, random: Random, newcomers: Newcomers) -> None:
    """A child comes with a guardian, into a class that there is."""
    homes = [group for group in town.groups if group.kind == "home" and group.form != "leisure"]
    home = random.choice(homes)
    child, guardian = newcomers.make("pupil"), newcomers.make("guardian")
    grade = next((row.grade for row in town.enrolments if row.unit == home.unit and row.form == home.form), "")
    town.persons += [child, guardian]
    town.enrolments.append(Enrolment(child.id, home.unit, home.form, grade))
    town.memberships.append(Membership(home.id, child.id, "pupil"))
    town.responsibles.append(Responsible(child.id, guardian.id))


def rename(town: Municipality, random: Random, _: Newcomers) -> None:
    """Somebody takes another family name."""
    random.choice(town.persons).family = random.choice(_FAMILIES) + "son"


def regroup(town: Municipality, random: Random, _: Newcomers) -> None:
    """A pupil changes to another teaching group or class of the school."""
    rows = [row for row in town.memberships if row.role == "pupil"]
    if not rows:
        return
    row = random.choice(rows)
    group = {one.id: one for one in town.groups}[row.group]
    taken = {one.group for one in town.memberships if one.person == row.person}
    others = [one.id for one in town.groups if (one.unit, one.form) == (group.unit, group.form) and one.id not in taken]
    if others:
        row.group = random.choice(others)


def hire(town: Municipality, random: Random, newcomers: Newcomers) -> None:
    """A teacher begins."""
    person = newcomers.make("staff")
    town.persons.append(person)
    schools = [unit.id for unit in town.units if unit.kind == "school"]
    town.duties.append(Duty(person.id, random.choice(schools), "teacher"))


def resign(town: Municipality, random: Random, _: Newcomers) -> None:
    """A teacher leaves."""
    staff = [row.person for row in town.duties if row.role == "teacher"]
    if len(staff) > 4:
        without(town, {random.choice(staff)})


def mail(town: Municipality, random: Random, newcomers: Newcomers) -> None:
    """Somebody has another mail address; a login name is never given twice."""
    random.choice(town.persons).email = newcomers.make("mail").email


Event = Callable[[Municipality, Random, Newcomers], None]
EVENTS: tuple[Event, ...] = (leave, arrive, rename, regroup, hire, resign, mail)


def live(town: Municipality, random: Random, newcomers: Newcomers, events: int) -> None:
    """Let some things happen, then write the rows in another order."""
    for _ in range(events):
        random.choice(EVENTS)(town, random, newcomers)
    shuffled(town, random)
