"""Writes the municipality as joined total files, the way Swedish registers deliver them: semicolons, wide rows.

A row of `elever.csv` is a pupil's place at a unit together with the class and up to two guardians. `MAPPING` declares
how to read the four files; it is sent along with the upload. Every file ends with a trailer row that counts the rows.
"""

from typing import Any

from cli.demo_roster.model import Dirt, Enrolment, Municipality, Person
from cli.demo_roster.tables import Table, archive

TRAILER = "SLUT"
_FORMS = {"preschool": "FS", "compulsory": "GR", "leisure": "FTH", "upper_secondary": "GY", "adult": "VUX"}
_KINDS = {"authority": "Huvudman", "area": "Verksamhetsområde", "school": "Skolenhet"}
_ROLES = {
    "school_administrator": "Skoladministratör",
    "advanced_user": "Systemförvaltare",
    "teacher": "Lärare",
    "central_administrator": "Central administratör",
    "school_leader": "Rektor",
}
_PERSON = ["ID", "Personnummer", "Förnamn", "Efternamn", "E-post", "Skydd"]


def write(town: Municipality, dirt: frozenset[Dirt]) -> bytes:
    """A zip with enheter.csv, elever.csv, personal.csv and grupper.csv."""
    return archive([_pupils(town), _units(town), _staff(town), _groups(town)], dirt, delimiter=";", trailer=TRAILER)


def _cells(person: Person) -> list[str]:
    return [person.id, person.civic, person.given, person.family, person.email, person.marking]


def _units(town: Municipality) -> Table:
    header = ["Enhetskod", "Enhet", "Typ", "Överordnad", "Skolformer", "Skolenhetskod"]
    rows = [
        [u.id, u.name, _KINDS[u.kind], u.parent, ",".join(_FORMS[form] for form in u.forms), u.code] for u in town.units
    ]
    return Table("enheter.csv", header, rows)


def _pupils(town: Municipality) -> Table:
    header = [f"Elev {name}" for name in _PERSON]
    header += ["Inloggning", "Enhetskod", "Skolform", "Årskurs", "Klass-ID", "Klass"]
    header += [f"Vh{number} {name}" for number in (1, 2) for name in _PERSON]
    persons = {person.id: person for person in town.persons}
    guardians: dict[str, list[Person]] = {}
    for tie in town.responsibles:
        if tie.guardian in persons:
            guardians.setdefault(tie.child, []).append(persons[tie.guardian])
    places: dict[str, list[Enrolment]] = {}
    for enrolment in town.enrolments:
        places.setdefault(enrolment.person, []).append(enrolment)
    homes = _homes(town)
    rows = []
    for pupil in town.of_part("pupil"):
        around = [cell for guardian in guardians.get(pupil.id, [])[:2] for cell in _cells(guardian)]
        around += [""] * (2 * len(_PERSON) - len(around))
        for place in places.get(pupil.id) or [Enrolment("", "", "")]:
            study = [place.unit, _FORMS.get(place.form, ""), place.grade, *homes.get((pupil.id, place.form), ("", ""))]
            rows.append([*_cells(pupil), pupil.login, *study, *around])
    return Table("elever.csv", header, rows)


def _homes(town: Municipality) -> dict[tuple[str, str], tuple[str, str]]:
    """Id and name of a pupil's home group, by pupil and school form."""
    groups = {group.id: group for group in town.groups if group.kind == "home"}
    return {
        (m.person, groups[m.group].form): (m.group, groups[m.group].name)
        for m in town.memberships
        if m.role == "pupil" and m.group in groups
    }


def _staff(town: Municipality) -> Table:
    header = [*_PERSON, "Inloggning", "Enhetskod", "Befattning"]
    persons = {person.id: person for person in town.persons}
    rows = []
    for duty in town.duties:
        person = persons.get(duty.person) or Person(duty.person, "Okänd", "Okänd", "staff")
        rows.append([*_cells(person), person.login, duty.unit, _ROLES[duty.role]])
    return Table("personal.csv", header, rows)


def _groups(town: Municipality) -> Table:
    """Everything that a pupil's own row does not tell: teaching groups, and the teachers of all groups."""
    header = ["GruppID", "Grupp", "Typ", "Enhetskod", "Skolform", "PersonID", "Roll"]
    groups = {group.id: group for group in town.groups}
    rows = []
    for m in town.memberships:
        group = groups.get(m.group)
        if group is not None and group.kind == "home" and m.role == "pupil":
            continue
        kind = "Klass" if group is not None and group.kind == "home" else "Undervisning"
        about = ["", kind, "", ""] if group is None else [group.name, kind, group.unit, _FORMS[group.form]]
        rows.append([m.group, *about, m.person, "Elev" if m.role == "pupil" else "Lärare"])
    return Table("grupper.csv", header, rows)


def _person(prefix: str, *, login: bool = False) -> dict[str, Any]:
    names = dict(zip(("sourceId", "nationalId", "givenName", "familyName", "email", "marking"), _PERSON, strict=True))
    fields = {field: f"{prefix}{name}" for field, name in names.items()}
    if login:
        fields["login"] = "Inloggning"
    return {"entity": "person", "repeats": True, "fields": fields, "values": {"marking": {"Ingen": "none"}}}


def _guardian(number: int) -> list[dict[str, Any]]:
    there = {"when": {"column": f"Vh{number} ID"}}
    tie = {"child": "Elev ID", "guardian": f"Vh{number} ID"}
    return [
        {**_person(f"Vh{number} "), **there},
        {"entity": "responsible", "repeats": True, "fields": tie, **there},
    ]


_FORM_VALUES = {code: form for form, code in _FORMS.items()}
MAPPING: dict[str, Any] = {
    "name": "alvsunda-totalfiler",
    "files": [
        {
            "file": "enheter.csv",
            "trailer": TRAILER,
            "emits": [
                {
                    "entity": "unit",
                    "fields": {
                        "sourceId": "Enhetskod",
                        "name": "Enhet",
                        "kind": "Typ",
                        "parent": "Överordnad",
                        "schoolForms": "Skolformer",
                        "code": "Skolenhetskod",
                    },
                    "lists": ["schoolForms"],
                    "values": {"kind": {word: kind for kind, word in _KINDS.items()}, "schoolForms": _FORM_VALUES},
                }
            ],
        },
        {
            "file": "elever.csv",
            "trailer": TRAILER,
            "emits": [
                _person("Elev ", login=True),
                {
                    "entity": "enrolment",
                    "when": {"column": "Enhetskod"},
                    "fields": {
                        "person": "Elev ID",
                        "unit": "Enhetskod",
                        "schoolForm": "Skolform",
                        "schoolYear": "Årskurs",
                    },
                    "values": {"schoolForm": _FORM_VALUES},
                },
                {
                    "entity": "group",
                    "repeats": True,
                    "when": {"column": "Klass-ID"},
                    "fields": {
                        "sourceId": "Klass-ID",
                        "name": "Klass",
                        "unit": "Enhetskod",
                        "schoolForm": "Skolform",
                    },
                    "constants": {"kind": "home"},
                    "values": {"schoolForm": _FORM_VALUES},
                },
                {
                    "entity": "membership",
                    "repeats": True,
                    "when": {"column": "Klass-ID"},
                    "fields": {"group": "Klass-ID", "person": "Elev ID"},
                    "constants": {"role": "pupil"},
                },
                *_guardian(1),
                *_guardian(2),
            ],
        },
        {
            "file": "personal.csv",
            "trailer": TRAILER,
            "emits": [
                _person("", login=True),
                {
                    "entity": "duty",
                    "fields": {"person": "ID", "unit": "Enhetskod", "role": "Befattning"},
                    "values": {"role": {word: role for role, word in _ROLES.items()}},
                },
            ],
        },
        {
            "file": "grupper.csv",
            "trailer": TRAILER,
            "emits": [
                {
                    "entity": "group",
                    "repeats": True,
                    "when": {"column": "Grupp"},
                    "fields": {
                        "sourceId": "GruppID",
                        "name": "Grupp",
                        "kind": "Typ",
                        "unit": "Enhetskod",
                        "schoolForm": "Skolform",
                    },
                    "values": {"kind": {"Klass": "home", "Undervisning": "teaching"}, "schoolForm": _FORM_VALUES},
                },
                {
                    "entity": "membership",
                    "repeats": True,
                    "fields": {"group": "GruppID", "person": "PersonID", "role": "Roll"},
                    "values": {"role": {"Elev": "pupil", "Lärare": "teacher"}},
                },
            ],
        },
    ],
}
