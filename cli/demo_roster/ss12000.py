"""Writes the municipality as SS12000:2020 (v2.1) objects: what a register answers, and a package of what was pulled."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from cli.demo_roster.model import Municipality, Person
from cli.demo_roster.variants import as_uuid

Objects = dict[str, list[dict[str, Any]]]

_EPOCH = (2026, 1, 1, 0, 0, 0)
_STARTED = "2026-08-17"
_CREATED = datetime(2026, 5, 1, 4, tzinfo=UTC)
_SPREAD = 90 * 24 * 60
_FORMS = {"preschool": "FS", "compulsory": "GR", "leisure": "FTH", "upper_secondary": "GY", "adult": "VUX"}
_KINDS = {"authority": "Huvudman", "area": "Verksamhetsområde", "school": "Skolenhet"}
# Registers add roles of their own to the standard's, as they do here.
_ROLES = {
    "school_administrator": "Skoladministratör",
    "advanced_user": "Systemförvaltare",
    "teacher": "Lärare",
    "central_administrator": "Central administratör",
    "school_leader": "Rektor",
}
_MAILS = {"pupil": "Skola elev", "staff": "Skola personal", "guardian": "Privat"}


def objects(town: Municipality) -> Objects:
    """The objects of every endpoint, by its name."""
    return {
        "organisations": _organisations(town),
        "persons": _persons(town),
        "groups": _groups(town),
        "duties": _duties(town),
        "placements": [],
        "activities": [],
        "syllabuses": [],
    }


def write(town: Municipality) -> bytes:
    """A package: a zip with one NDJSON file per endpoint."""
    return package(objects(town))


def package(told: Objects) -> bytes:
    """The zip of these objects."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for entity, rows in told.items():
            info = zipfile.ZipInfo(f"{entity}.ndjson", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(info, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return target.getvalue()


def _base(name: str) -> dict[str, Any]:
    changed = _CREATED + timedelta(minutes=crc32(name.encode()) % _SPREAD)
    return {"id": as_uuid(name), "meta": {"created": _CREATED.isoformat(), "modified": changed.isoformat()}}


def _ref(name: str) -> dict[str, str]:
    return {"id": as_uuid(name)}


def _organisations(town: Municipality) -> list[dict[str, Any]]:
    rows = []
    for unit in town.units:
        row = _base(unit.id) | {"displayName": unit.name, "organisationType": _KINDS[unit.kind]}
        if unit.parent:
            row["parentOrganisation"] = _ref(unit.parent)
        if unit.forms:
            row["schoolTypes"] = [_FORMS[form] for form in unit.forms]
        if unit.code:
            row["schoolUnitCode"] = unit.code
        rows.append(row)
    return rows


def _persons(town: Municipality) -> list[dict[str, Any]]:
    places: dict[str, list[dict[str, Any]]] = {}
    for place in town.enrolments:
        row: dict[str, Any] = {"enroledAt": _ref(place.unit), "schoolType": _FORMS[place.form], "startDate": _STARTED}
        if place.grade:
            row["schoolYear"] = int(place.grade)
        places.setdefault(place.person, []).append(row)
    guardians: dict[str, list[dict[str, Any]]] = {}
    for tie in town.responsibles:
        row = {"person": _ref(tie.guardian), "relationType": "Vårdnadshavare"}
        guardians.setdefault(tie.child, []).append(row)
    return [_person(person, places, guardians) for person in town.persons]


def _person(
    person: Person, places: dict[str, list[dict[str, Any]]], guardians: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    row = _base(person.id) | {
        "givenName": person.given,
        "familyName": person.family,
        "eduPersonPrincipalNames": [person.login] if person.login else [],
        "securityMarking": person.marking,
        "personStatus": "Aktiv",
        "emails": [{"value": person.email, "type": _MAILS[person.part]}] if person.email else [],
        "enrolments": places.get(person.id, []),
        "responsibles": guardians.get(person.id, []),
    }
    if person.civic:
        row["civicNo"] = {"value": person.civic, "nationality": "DK" if len(person.civic) == 10 else "SE"}
    return row


def _groups(town: Municipality) -> list[dict[str, Any]]:
    members: dict[str, list[dict[str, Any]]] = {}
    for tie in town.memberships:
        if tie.role == "pupil":
            members.setdefault(tie.group, []).append({"person": _ref(tie.person), "startDate": _STARTED})
    return [
        _base(group.id)
        | {
            "displayName": group.name,
            "groupType": "Klass" if group.kind == "home" else "Undervisning",
            "schoolType": _FORMS[group.form],
            "organisation": _ref(group.unit),
            "startDate": _STARTED,
            "groupMemberships": members.get(group.id, []),
        }
        for group in town.groups
    ]


def _duties(town: Municipality) -> list[dict[str, Any]]:
    kinds = {group.id: group.kind for group in town.groups}
    taught: dict[str, list[dict[str, Any]]] = {}
    for tie in town.memberships:
        if tie.role == "teacher":
            role = "Mentor" if kinds.get(tie.group) == "home" else "Pedagogisk ledare"
            row = {"group": _ref(tie.group), "assignmentRoleType": role, "startDate": _STARTED}
            taught.setdefault(tie.person, []).append(row)
    return [
        _base(f"{duty.person}/{duty.unit}/{duty.role}")
        | {
            "person": _ref(duty.person),
            "dutyAt": _ref(duty.unit),
            "dutyRole": _ROLES[duty.role],
            "startDate": _STARTED,
            # Told with the first of a person's duties; SS12000 has no other place for it.
            "assignmentRole": taught.pop(duty.person, []),
        }
        for duty in town.duties
    ]
