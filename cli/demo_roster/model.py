"""The synthetic municipality as plain records; the writers turn it into files, dirt spoils it on purpose."""

from dataclasses import dataclass, field
from enum import StrEnum


class Dirt(StrEnum):
    """What can be wrong in a delivered register, each switchable."""

    duplicates = "duplicates"  # the same row twice, one id with two names, one person under two ids
    national_ids = "national-ids"  # wrong check digit, letters, a digit lost, what a spreadsheet makes of them
    orphans = "orphans"  # enrolments, duties and memberships that point at nothing
    encoding = "encoding"  # one file in Windows-1252, one with a byte order mark
    bad_rows = "bad-rows"  # three rows of ten without a family name or an id


@dataclass
class Unit:
    id: str
    name: str
    kind: str  # authority, area, school
    parent: str = ""
    forms: tuple[str, ...] = ()
    code: str = ""


@dataclass
class Person:
    id: str
    given: str
    family: str
    part: str  # pupil, staff, guardian
    civic: str = ""
    email: str = ""
    login: str = ""
    marking: str = "Ingen"


@dataclass
class Duty:
    person: str
    unit: str
    role: str


@dataclass
class Enrolment:
    person: str
    unit: str
    form: str
    grade: str = ""


@dataclass
class Group:
    id: str
    name: str
    kind: str  # home, teaching
    unit: str
    form: str


@dataclass
class Membership:
    group: str
    person: str
    role: str  # pupil, teacher


@dataclass
class Responsible:
    child: str
    guardian: str


@dataclass
class Municipality:
    """Everything that the registers of one authority hold; `dirt` counts what was spoiled, by kind."""

    units: list[Unit] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    responsibles: list[Responsible] = field(default_factory=list)
    dirt: dict[str, int] = field(default_factory=dict)

    def of_part(self, part: str) -> list[Person]:
        """The persons in one part: pupil, staff or guardian."""
        return [person for person in self.persons if person.part == part]
