"""The municipality as a OneRoster 1.2 rostering service would tell it: JSON objects by collection.

What the standard has no place for travels as `metadata`, as in the CSV package: of a role the school form and school
year, of a user the protection marking, of an organisation and a class their school forms.
"""

from typing import Any

from cli.demo_roster.model import Municipality, Person
from cli.demo_roster.oneroster import ORG_TYPES, ROLES, SESSION

Row = dict[str, Any]
_CHANGED = "2026-08-01T04:00:00.000Z"


def collections(town: Municipality) -> dict[str, list[Row]]:
    """All objects, by the name of their collection."""
    return {
        "orgs": _orgs(town),
        "users": _users(town),
        "classes": _classes(town),
        "enrollments": _enrollments(town),
        "courses": [],
        "academicSessions": [
            _base(SESSION)
            | {
                "title": "Läsåret 2026/2027",
                "type": "schoolYear",
                "startDate": "2026-08-17",
                "endDate": "2027-06-11",
                "schoolYear": "2027",
            }
        ],
    }


def _base(sid: str) -> Row:
    return {"sourcedId": sid, "status": "active", "dateLastModified": _CHANGED}


def _ref(kind: str, sid: str) -> Row:
    return {"href": f"/{kind}s/{sid}", "sourcedId": sid, "type": kind}


def _orgs(town: Municipality) -> list[Row]:
    rows = []
    for unit in town.units:
        row = _base(unit.id) | {"name": unit.name, "type": ORG_TYPES[unit.kind], "identifier": unit.code}
        row["metadata"] = {"schoolForms": ",".join(unit.forms)}
        if unit.parent:
            row["parent"] = _ref("org", unit.parent)
        rows.append(row)
    return rows


def _users(town: Municipality) -> list[Row]:
    agents: dict[str, list[str]] = {}
    for tie in town.responsibles:
        agents.setdefault(tie.child, []).append(tie.guardian)
        agents.setdefault(tie.guardian, []).append(tie.child)
    roles: dict[str, list[Row]] = {}
    for duty in town.duties:
        roles.setdefault(duty.person, []).append(_role(ROLES[duty.role], duty.unit))
    for place in town.enrolments:
        about = {"schoolForm": place.form, "schoolYear": place.grade}
        roles.setdefault(place.person, []).append(_role("student", place.unit) | {"metadata": about})
    if town.units:
        for person in town.of_part("guardian"):
            roles.setdefault(person.id, []).append(_role("guardian", town.units[0].id))
    return [_user(person, agents.get(person.id, []), roles.get(person.id, [])) for person in town.persons]


def _role(role: str, org: str) -> Row:
    return {"roleType": "primary", "role": role, "org": _ref("org", org)}


def _user(person: Person, agents: list[str], roles: list[Row]) -> Row:
    return _base(person.id) | {
        "enabledUser": "true",
        "username": person.login,
        "userIds": [{"type": "nationalId", "identifier": person.civic}] if person.civic else [],
        "givenName": person.given,
        "familyName": person.family,
        "identifier": person.id,
        "email": person.email,
        "agents": [_ref("user", agent) for agent in agents],
        "roles": roles,
        "metadata": {"securityMarking": person.marking},
    }


def _classes(town: Municipality) -> list[Row]:
    return [
        _base(group.id)
        | {
            "title": group.name,
            "classType": "homeroom" if group.kind == "home" else "scheduled",
            "course": _ref("course", f"kurs-{group.form}"),
            "school": _ref("org", group.unit),
            "terms": [_ref("academicSession", SESSION)],
            "metadata": {"schoolForm": group.form},
        }
        for group in town.groups
    ]


def _enrollments(town: Municipality) -> list[Row]:
    units = {group.id: group.unit for group in town.groups}
    return [
        _base(f"plats{place:06}")
        | {
            "user": _ref("user", tie.person),
            "class": _ref("class", tie.group),
            "school": _ref("org", units.get(tie.group, "")),
            "role": "student" if tie.role == "pupil" else "teacher",
        }
        for place, tie in enumerate(town.memberships, 1)
    ]
