"""Writes what a school platform would export of its own accounts, once it has taken the municipality in.

One row per account and place. `MAPPING` declares how to read it. A platform shows no name of a protected person.
"""

from datetime import date, timedelta
from typing import Any

from cli.demo_roster.model import Municipality, Person
from cli.demo_roster.tables import Table, archive

FILE = "konton.csv"
_HEADER = ["Konto-ID", "Användarnamn", "Förnamn", "Efternamn", "Roll", "Skola", "Status", "Senast inloggad"]
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
    given, family = (person.given, person.family) if person.marking == "Ingen" else _HIDDEN
    cells = [person.id, person.login, given, family, _ROLES[role], unit, "Aktiv", f"{seen.isoformat()} 08:15"]
    return dict(zip(_HEADER, cells, strict=True))


def write(told: list[dict[str, str]]) -> bytes:
    """The export as a zip with one file."""
    return archive([Table(FILE, _HEADER, [list(row.values()) for row in told])], frozenset(), delimiter=";")


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
        }
    ],
}
