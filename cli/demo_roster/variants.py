"""The municipality in the facts that every format can carry, with ids and national numbers that every one takes."""

from dataclasses import replace
from random import Random
from uuid import UUID, uuid5

from cli.demo_roster.model import Group, Municipality, Person

_NAMES = UUID("6d2b0c4e-5a0f-4a6d-9d5e-0c1c5b8f7a11")
# STIL knows neither training parts nor an authority to work at.
_DUTIES = {"teacher", "school_leader", "school_administrator"}


def as_uuid(name: str) -> str:
    """The id that SS12000 wants, always the same for the same name; an id that is one already stays."""
    try:
        return str(UUID(name)) if name else ""
    except ValueError:
        return str(uuid5(_NAMES, name))


def common(town: Municipality, seed: int = 1) -> Municipality:
    """A copy with schools alone, Danish fictive numbers and UUIDs: the same facts in all five formats."""
    numbers = _Cpr(Random(seed))  # noqa: S311 - repeatable on purpose
    schools = {unit.id for unit in town.units if unit.kind == "school"}
    duties = [duty for duty in town.duties if duty.role in _DUTIES and duty.unit in schools]
    staff = {duty.person for duty in duties}
    persons = [person for person in town.persons if person.part != "staff" or person.id in staff]
    return Municipality(
        units=[
            replace(unit, id=as_uuid(unit.id), parent="", forms=(), code=as_uuid(unit.id))
            for unit in town.units
            if unit.id in schools
        ],
        persons=[_person(person, numbers) for person in persons],
        duties=[replace(duty, person=as_uuid(duty.person), unit=as_uuid(duty.unit)) for duty in duties],
        enrolments=[
            replace(place, person=as_uuid(place.person), unit=as_uuid(place.unit), form=_form(place.form))
            for place in town.enrolments
        ],
        groups=[_group(group) for group in town.groups],
        memberships=[replace(tie, group=as_uuid(tie.group), person=as_uuid(tie.person)) for tie in town.memberships],
        responsibles=[
            replace(tie, child=as_uuid(tie.child), guardian=as_uuid(tie.guardian)) for tie in town.responsibles
        ],
    )


def _person(person: Person, numbers: "_Cpr") -> Person:
    return replace(person, id=as_uuid(person.id), civic=numbers.next())


def _group(group: Group) -> Group:
    return replace(group, id=as_uuid(group.id), unit=as_uuid(group.unit), form=_form(group.form))


def _form(form: str) -> str:
    """STIL tells whether somebody is a child, a pupil or a student, and no more."""
    return "upper_secondary" if form == "adult" else form


class _Cpr:
    """Fictive CPR numbers, each once: the day is raised by 60, so that no human being has it."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given: set[str] = set()

    def next(self) -> str:
        while True:
            day, month, year = self._random.randint(61, 88), self._random.randint(1, 12), self._random.randint(0, 99)
            number = f"{day:02}{month:02}{year:02}{self._random.randint(1, 9999):04}"
            if number not in self._given:
                self._given.add(number)
                return number
