"""Writes the municipality as STIL's export of UNI-Login (WS17, `UNILoginExportFullMyndighed`), a file per institution.

The format knows schools alone: no authority, no areas, no dates of places and duties. `variants.common` makes a
municipality of what it can carry.
"""

import io
import zipfile
from collections.abc import Iterable
from typing import TypeVar

from lxml import etree

from cli.demo_roster.model import Municipality, Person, Unit

NAMESPACE = "https://brugerdatabasen.stil.dk/bpi/wsieksport/7"
FULL = f"{NAMESPACE}/fullmyndighed"
COMMON = f"{NAMESPACE}/common"
SHARED = "https://brugerdatabasen.stil.dk/bpi/common/3"
Key = TypeVar("Key")
Value = TypeVar("Value")
_EPOCH = (2026, 1, 1, 0, 0, 0)
_WRITTEN = "2026-11-20T04:00:00Z"
_STUDENTS = {"preschool": "Barn", "compulsory": "Elev", "upper_secondary": "Studerende"}
_EMPLOYEES = {"teacher": "Lærer", "school_leader": "Leder", "school_administrator": "TAP"}


def write(town: Municipality) -> bytes:
    """A zip with the export of each institution."""
    facts = _Facts(town)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for unit in town.units:
            info = zipfile.ZipInfo(f"{unit.id}.xml", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(info, facts.document([unit]))
    return target.getvalue()


def document(town: Municipality) -> bytes:
    """All institutions in one file."""
    return _Facts(town).document(town.units)


def of_institution(town: Municipality, number: str) -> bytes:
    """The export of one institution."""
    return _Facts(town).document([unit for unit in town.units if unit.id == number])


class _Facts:
    """The rows by where they are written. The format has no place for a tie to nobody, and a leisure group says by
    itself that a child is there."""

    def __init__(self, town: Municipality) -> None:
        persons = self._persons = {person.id: person for person in town.persons}
        groups = self._groups = {group.id: group for group in town.groups}
        here = [place for place in town.enrolments if place.form != "leisure" and place.person in persons]
        ties = [tie for tie in town.memberships if tie.group in groups]
        guardians = [tie for tie in town.responsibles if tie.guardian in persons]
        self._groups_at = _grouped((group.unit, group) for group in town.groups)
        self._places_at = _grouped((place.unit, place) for place in here)
        self._duties_at = _grouped((duty.unit, duty) for duty in town.duties if duty.person in persons)
        self._member_of = _grouped(((tie.person, groups[tie.group].unit), tie.group) for tie in ties)
        self._guardians = _grouped((tie.child, tie.guardian) for tie in guardians)

    def document(self, units: list[Unit]) -> bytes:
        root = etree.Element(
            f"{{{FULL}}}UNILoginExportFullMyndighed",
            {"exportDateTime": _WRITTEN, "accessLevel": "FullMyndighed"},
            nsmap={None: FULL, "c": COMMON, "b": SHARED},
        )
        attributes = {"source": "demo", "sourceDateTime": _WRITTEN, "schoolYear": "2026-2027"}
        etree.SubElement(root, f"{{{COMMON}}}ImportSource", attributes)
        for unit in units:
            self._institution(etree.SubElement(root, f"{{{FULL}}}Institution"), unit)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)

    def _institution(self, institution: etree._Element, unit: Unit) -> None:
        _add(institution, COMMON, InstitutionNumber=unit.id, InstitutionName=unit.name)
        for group in self._groups_at.get(unit.id, []):
            kind = "SFO" if group.form == "leisure" else "Hovedgruppe" if group.kind == "home" else "Hold"
            told = etree.SubElement(institution, f"{{{COMMON}}}Group")
            _add(told, COMMON, GroupId=group.id, GroupName=group.name, GroupType=kind)
        for place in self._places_at.get(unit.id, []):
            student = etree.SubElement(self._person(institution, place.person), f"{{{FULL}}}Student")
            self._student(student, place.person, unit.id, (_STUDENTS[place.form], place.grade or "Andet"))
        for duty in self._duties_at.get(unit.id, []):
            employee = etree.SubElement(self._person(institution, duty.person), f"{{{COMMON}}}Employee")
            _add(employee, COMMON, Role=_EMPLOYEES[duty.role])
            for group_id in self._member_of.get((duty.person, unit.id), []):
                _add(employee, SHARED, GroupId=group_id)

    def _student(self, student: etree._Element, person: str, unit: str, study: tuple[str, str]) -> None:
        role, level = study
        mine = self._member_of.get((person, unit), [])
        main = [group for group in mine if self._groups[group].kind == "home" and self._groups[group].form != "leisure"]
        _add(student, COMMON, Role=role, Level=level, **({"MainGroupId": main[0]} if main else {}))
        for group in mine:
            if group not in main[:1]:
                _add(student, SHARED, GroupId=group)
        for guardian in self._guardians.get(person, []):
            attributes = {"relation": "Andet", "childCustody": "true", "accessLevel": "Fuld"}
            contact = etree.SubElement(student, f"{{{FULL}}}ContactPerson", attributes)
            _tell(contact, self._persons[guardian])

    def _person(self, institution: etree._Element, person: str) -> etree._Element:
        told = etree.SubElement(institution, f"{{{FULL}}}InstitutionPerson", {"source": "demo"})
        _tell(told, self._persons[person])
        return told


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _tell(parent: etree._Element, person: Person) -> None:
    is_protected = person.marking != "Ingen"
    element = etree.SubElement(parent, f"{{{FULL}}}Person", {"protected": "true" if is_protected else "false"})
    _add(element, COMMON, FirstName=person.given, FamilyName=person.family, UserId=person.id)
    if person.civic:
        _add(element, COMMON, CivilRegistrationNumber=person.civic)
    if person.email:
        _add(element, COMMON, EmailAddress=person.email)
    if is_protected:
        _add(element, FULL, AliasFirstName="Alias", AliasFamilyName="Alias")


def _add(parent: etree._Element, namespace: str, **values: str) -> None:
    for name, value in values.items():
        etree.SubElement(parent, f"{{{namespace}}}{name}").text = value
