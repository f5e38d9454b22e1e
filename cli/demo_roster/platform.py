"""Writes what a school platform would export of its own accounts, once it has taken the municipality in.

One row per account and place, one per member of a group, one per guardian of a child. `MAPPING` declares how to read
them. A platform shows no name of a protected person.
"""

from datetime import date, timedelta
from typing import Any

from cli.demo_roster.model import Municipality, Person
from cli.demo_roster.tables import Table, archive

FILE, CLASSES, GUARDIANS = "konton.csv", "grupper.csv", "vardnadshavare.csv"
HEADER = ["Konto-ID", "Användarnamn", "Förnamn", "Efternamn", "Roll", "Skola", "Status", "Senast inloggad"]
_ROLES = {
    "pupil": "Elev",
    "school_administrator": "Administratör",
    "advanced_user": "Systemförvaltare",
    "teacher": "Lärare",
    "central_administrator": "Central administratör",
    "school_leader": "Rektor",
}
_HIDDEN = ("Skyddad", "Person")


def rows(town: Municipality, today: date) -> list[dict[str, str]]:
    """A row per place of a pupil or a member of staff, to be spoilt by whoever plants a difference."""
    units = {unit.id: unit.code or unit.name for unit in town.units}
    persons = {person.id: person for person in town.persons}
    places = [(place.person, "pupil", place.unit) for place in town.enrolments]
    places += [(duty.person, duty.role, duty.unit) for duty in town.duties]
    seen = [today - timedelta(days=number % 14) for number in range(len(places))]
    told = sorted({*places})
    return [_row(persons[who], role, units[where], seen[turn]) for turn, (who, role, where) in enumerate(told)]


def _row(person: Person, role: str, unit: str, seen: date) -> dict[str, str]:
    given, family = _name(person)
    cells = [person.id, person.login, given, family, _ROLES[role], unit, "Aktiv", f"{seen.isoformat()} 08:15"]
    return dict(zip(HEADER, cells, strict=True))


def _name(person: Person) -> tuple[str, str]:
    return (person.given, person.family) if person.marking == "Ingen" else _HIDDEN


def write(told: list[dict[str, str]], town: Municipality) -> bytes:
    """The export as a zip: the accounts `told`, and the municipality's classes and guardians as the platform has them.

    An account that was left out of `told` is in no class and has no guardian.
    """
    return write_files(Table(FILE, HEADER, [list(row.values()) for row in told]), classes(town), guardians(town))


def write_files(*tables: Table) -> bytes:
    """These files as a zip."""
    return archive(list(tables), frozenset(), delimiter=";")


def classes(town: Municipality) -> Table:
    """A row for each member of a class or group."""
    units = {unit.id: unit.code or unit.name for unit in town.units}
    groups, persons = {group.id: group for group in town.groups}, {person.id for person in town.persons}
    ties = [(groups[tie.group], tie) for tie in town.memberships if tie.group in groups and tie.person in persons]
    rows = [[group.id, group.name, units[group.unit], tie.person, _ROLES[tie.role]] for group, tie in ties]
    return Table(CLASSES, ["Grupp-ID", "Grupp", "Skola", "Konto-ID", "Roll"], rows)


def guardians(town: Municipality) -> Table:
    """A row for each guardian of each child."""
    persons = {person.id: person for person in town.persons}
    ties = [tie for tie in town.responsibles if tie.child in persons and tie.guardian in persons]
    rows = [[tie.child, tie.guardian, *_name(persons[tie.guardian])] for tie in ties]
    return Table(GUARDIANS, ["Barn", "Vårdnadshavare", "Förnamn", "Efternamn"], rows)


_WHO = {
    "sourceId": "Konto-ID",
    "givenName": "Förnamn",
    "familyName": "Efternamn",
    "login": "Användarnamn",
}
_STAFF = {word: role for role, word in _ROLES.items() if role != "pupil"}
MAPPING: dict[str, Any] = {
    "name": "demo-plattform",
    "absentMarking": "filtered",
    "files": [
        {
            "file": FILE,
            "delimiter": ";",
            "emits": [
                {"entity": "person", "repeats": True, "fields": _WHO},
                {
                    "entity": "enrolment",
                    "when": {"column": "Roll", "in": ["Elev"]},
                    "fields": {"person": "Konto-ID", "unit": "Skola"},
                },
                {
                    "entity": "duty",
                    "when": {"column": "Roll", "in": sorted(_STAFF)},
                    "fields": {"person": "Konto-ID", "unit": "Skola", "role": "Roll"},
                    "values": {"role": _STAFF},
                },
                {
                    "entity": "account",
                    "fields": {"person": "Konto-ID", "state": "Status", "lastLogin": "Senast inloggad"},
                    "values": {"state": {"Aktiv": "active", "Avstängd": "inactive"}},
                },
            ],
        },
        {
            "file": CLASSES,
            "delimiter": ";",
            "emits": [
                {
                    "entity": "group",
                    "repeats": True,
                    "fields": {"sourceId": "Grupp-ID", "name": "Grupp", "unit": "Skola"},
                },
                {
                    "entity": "membership",
                    "fields": {"group": "Grupp-ID", "person": "Konto-ID", "role": "Roll"},
                    "values": {"role": {"Elev": "pupil", "Lärare": "teacher"}},
                },
            ],
        },
        {
            "file": GUARDIANS,
            "delimiter": ";",
            "emits": [
                {
                    "entity": "person",
                    "repeats": True,
                    "fields": {"sourceId": "Vårdnadshavare", "givenName": "Förnamn", "familyName": "Efternamn"},
                },
                {"entity": "responsible", "fields": {"child": "Barn", "guardian": "Vårdnadshavare"}},
            ],
        },
    ],
}
