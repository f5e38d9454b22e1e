"""Joined files of a register that has places in child care, a timetable and counts of absence besides."""

import csv
import io
import zipfile
from typing import Any

from cli.demo_roster import Municipality, joined
from cli.demo_roster.joined import TRAILER
from services.sync.reading.mapping import Mapping
from tests.sync.town import joined_zip

_CARE = ("preschool", "leisure")


def _file(name: str, *emits: dict[str, Any]) -> dict[str, Any]:
    return {"file": name, "trailer": TRAILER, "emits": list(emits)}


_PLACED = {"child": "Barn", "unit": "Enhet", "group": "Avdelning", "schoolForm": "Form", "weeklyHours": "Timmar"}
_LESSON = {"sourceId": "Lektion", "name": "Namn", "unit": "Enhet", "subject": "Ämne"}
_TAUGHT = {"activity": "Lektion", "group": "Grupp"}
_TEACHING = {"activity": "Lektion", "person": "Lärare"}
_AWAY = {"unit": "Enhet", "group": "Klass", "month": "Månad", "pupils": "Elever", "absentMinutes": "Minuter"}
MAPPING = Mapping.model_validate(
    joined.MAPPING
    | {
        "files": [
            *joined.MAPPING["files"],
            _file("placeringar.csv", {"entity": "placement", "fields": _PLACED}),
            _file(
                "schema.csv",
                {"entity": "activity", "repeats": True, "fields": _LESSON},
                {"entity": "teaching", "repeats": True, "when": {"column": "Grupp"}, "fields": _TAUGHT},
                {"entity": "activity_teacher", "repeats": True, "when": {"column": "Lärare"}, "fields": _TEACHING},
            ),
            _file("frånvaro.csv", {"entity": "absence", "fields": _AWAY}),
        ]
    }
)
FILES = ("placeringar.csv", "schema.csv", "schema.csv")


def timetabled_zip(town: Municipality) -> bytes:
    """The joined files, and three more."""
    target = io.BytesIO(joined_zip(town))
    with zipfile.ZipFile(target, "a") as pack:
        for name, header, rows in (
            ("placeringar.csv", ["Barn", "Enhet", "Avdelning", "Form", "Timmar"], _places(town)),
            ("schema.csv", ["Lektion", "Namn", "Enhet", "Ämne", "Grupp", "Lärare"], _lessons(town)),
            ("frånvaro.csv", ["Enhet", "Klass", "Månad", "Elever", "Minuter"], _absences(town)),
        ):
            text = io.StringIO()
            csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([header, *rows, [TRAILER, str(len(rows))]])
            pack.writestr(name, text.getvalue())
    return target.getvalue()


def _places(town: Municipality) -> list[list[str]]:
    homes = {(tie.person, group.unit): group.id for group in town.groups for tie in town.memberships
             if tie.group == group.id and group.kind == "home"}  # fmt: skip
    return [
        [row.person, row.unit, homes.get((row.person, row.unit), ""), row.form, "30"]
        for row in town.enrolments
        if row.form in _CARE or row.person.endswith("3")
    ]


def _lessons(town: Municipality) -> list[list[str]]:
    """A lesson has several groups, and a group several teachers: a row for each of both."""
    rows = []
    groups = {group.id: group for group in town.groups if group.kind == "teaching"}
    teachers = {group: [""] for group in groups}
    for tie in town.memberships:
        if tie.role == "teacher" and tie.group in groups:
            teachers[tie.group].append(tie.person)
    for group in groups.values():
        lesson = [f"lektion-{group.id[:-1]}", "Lektion", group.unit, "SV"]
        rows += [[*lesson, group.id, teacher] for teacher in teachers[group.id][1:] or [""]]
    return rows


def _absences(town: Municipality) -> list[list[str]]:
    schools = sorted(unit.id for unit in town.units if unit.kind == "school")
    return [[school, "", month, "30", "1200"] for school in schools for month in ("2026-09", "2026-10")]
