"""Writes the municipality as STIL's export of UNI-Login (WS17, `UNILoginExportFullMyndighed`), a file per institution.

The format knows schools alone: no authority, no areas, no dates of places and duties. `variants.common` makes a
municipality of what it can carry.
"""

import io
import zipfile

from lxml import etree

from cli.demo_roster.model import Municipality, Person, Unit

NAMESPACE = "https://brugerdatabasen.stil.dk/bpi/wsieksport/7"
FULL = f"{NAMESPACE}/fullmyndighed"
COMMON = f"{NAMESPACE}/common"
SHARED = "https://brugerdatabasen.stil.dk/bpi/common/3"
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


class _Facts:
    def __init__(self, town: Municipality) -> None:
        self._persons = {person.id: person for person in town.persons}
        self._groups = {group.id: group for group in town.groups}
        self._town = town
        self._member_of: dict[tuple[str, str], list[str]] = {}
        for tie in town.memberships:
            unit = self._groups[tie.group].unit
            self._member_of.setdefault((tie.person, unit), []).append(tie.group)
        self._guardians: dict[str, list[str]] = {}
        for responsible in town.responsibles:
            self._guardians.setdefault(responsible.child, []).append(responsible.guardian)

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
        for group in self._town.groups:
            if group.unit == unit.id:
                kind = "SFO" if group.form == "leisure" else "Hovedgruppe" if group.kind == "home" else "Hold"
                told = etree.SubElement(institution, f"{{{COMMON}}}Group")
                _add(told, COMMON, GroupId=group.id, GroupName=group.name, GroupType=kind)
        for place in self._town.enrolments:
            if place.unit == unit.id and place.form != "leisure":
                student = etree.SubElement(self._person(institution, place.person), f"{{{FULL}}}Student")
                self._student(student, place.person, unit.id, (_STUDENTS[place.form], place.grade or "Andet"))
        for duty in self._town.duties:
            if duty.unit == unit.id:
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
