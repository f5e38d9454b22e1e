"""Reads STIL's export of UNI-Login (WS17, `UNILoginExportFullMyndighed`) into tables that a mapping can speak of.

Streaming, by local names (the export spreads its elements over several namespaces, and may come in a SOAP envelope),
without DTD, entities or network. A delivery is one XML file, or a zip with one per institution. `GroupId` is unique
within an institution only, `GroupKey` in the whole delivery. A person without `protected` is told as such, which the
mapping reads as protected: the attribute is required.
"""

from collections.abc import Iterator

from lxml import etree

from services.sync.reading.emitting import Context
from services.sync.reading.findings import Fatal, Finding
from services.sync.reading.source import Source
from services.sync.reading.virtual import Table, Virtual

_PERSON = (
    "UserId", "FirstName", "FamilyName", "protected", "EmailAddress", "CivilRegistrationNumber", "BirthDate",
    "LocalPersonId",
)  # fmt: skip
_PERSON_GUARDED = ("EmailAddress", "CivilRegistrationNumber", "BirthDate", "LocalPersonId")
_FREE_TIME = "SFO"


def stil_tables(delivery: Source, context: Context) -> Virtual:
    """The export as tables. Raises Fatal for broken or unsafe XML, and for one that is no such export."""
    reader = _Reader(context)
    names = [name for name in delivery.names() if name.casefold().endswith(".xml")] or delivery.names()
    for name in names:
        reader.read(name, delivery)
    # Few institutions have persons from outside; whoever works there is told by Employee as well.
    return Virtual(reader.tables, ("Extern",))


class _Reader:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._institutions = Table("Institution", ("InstitutionNumber", "InstitutionName"))
        self._groups = Table(
            "Group", ("GroupKey", "GroupId", "GroupName", "GroupType", "SchoolForm", "InstitutionNumber", "FromDate",
                      "ToDate")
        )  # fmt: skip
        self._persons = Table("InstitutionPerson", _PERSON, _PERSON_GUARDED)
        self._students = Table("Student", ("UserId", "InstitutionNumber", "Role", "SchoolForm", "Level"))
        self._contacts = Table(
            "ContactPerson", ("Child", "relation", "childCustody", *_PERSON), ("childCustody", *_PERSON_GUARDED)
        )
        self._employees = Table("Employee", ("UserId", "InstitutionNumber", "Role"))
        self._externs = Table("Extern", ("UserId", "InstitutionNumber", "Role"))
        self._pupils = Table("Student.GroupId", ("GroupKey", "GroupId", "UserId"))
        self._teachers = Table("Employee.GroupId", ("GroupKey", "GroupId", "UserId"))
        self._number, self._named = "", ""
        self._here: dict[str, list[str]] = {}
        self._forms: dict[str, set[str]] = {}
        self._name = ""

    @property
    def tables(self) -> list[Table]:
        return [
            self._institutions, self._groups, self._persons, self._contacts, self._students, self._employees,
            self._externs, self._pupils, self._teachers,
        ]  # fmt: skip

    def read(self, name: str, delivery: Source) -> None:
        self._name = name
        before = self._institutions.rows
        with delivery.open(name) as stream:
            try:
                for element in _elements(stream, name):
                    self._take(element)
            except etree.XMLSyntaxError as error:
                raise Fatal("broken_xml", name, line=error.lineno) from None
        if self._institutions.rows == before:
            raise Fatal("not_stil", name)

    def _take(self, element: etree._Element) -> None:
        tag = _tag(element)
        if tag == "InstitutionNumber":
            self._number = _content(element)
        elif tag == "InstitutionName":
            self._named = _content(element)
        elif tag == "Group":
            self._group(element)
        elif tag == "InstitutionPerson":
            self._institution_person(element)
        else:
            self._institution()

    def _group(self, element: etree._Element) -> None:
        names = ("GroupId", "GroupName", "GroupType", "FromDate", "ToDate")
        self._here[_value(element, "GroupId")] = [_value(element, name) for name in names]

    def _institution(self) -> None:
        """Its groups come last: the school form of a group shows in who is in it."""
        for sid, (_, name, kind, starts, ends) in self._here.items():
            forms = {_FREE_TIME} if kind == _FREE_TIME else self._forms.get(sid, set())
            form = next(iter(forms)) if len(forms) == 1 else ""
            self._groups.add(self._key(sid), sid, name, kind, form, self._number, starts, ends)
        self._institutions.add(self._number, self._named)
        self._number, self._named = "", ""
        self._here.clear()
        self._forms.clear()

    def _institution_person(self, element: etree._Element) -> None:
        person = _child(element, "Person")
        if person is None:
            # A user made by hand outside the import: there is nothing but an id at the institution.
            self._context.sink.finding(Finding("stil_manual_user", self._name, element.sourceline))
            return
        cells = self._person(person, _value(element, "LocalPersonId"))
        self._persons.add(*cells)
        if (student := _child(element, "Student")) is not None:
            self._student(student, cells[0])
        for tag, table in (("Employee", self._employees), ("Extern", self._externs)):
            part = _child(element, tag)
            if part is None:
                continue
            for role in _values(part, "Role"):
                table.add(cells[0], self._number, role)
            if tag == "Employee":
                for group in dict.fromkeys(_values(part, "GroupId")):
                    self._teachers.add(self._key(group), group, cells[0])

    def _person(self, person: etree._Element, local_id: str) -> list[str]:
        protected = person.get("protected") or ""
        if protected in ("true", "1") and not _value(person, "AliasFirstName"):
            self._context.sink.finding(Finding("protected_without_alias", self._name, person.sourceline))
        told = [_value(person, name) for name in _PERSON if name not in ("protected", "LocalPersonId")]
        return [*told[:3], protected, *told[3:], local_id]

    def _student(self, student: etree._Element, user: str) -> None:
        role, level = _value(student, "Role"), _value(student, "Level")
        grade = level if level.isascii() and level.isdigit() else ""
        self._students.add(user, self._number, role, role, grade)
        groups = dict.fromkeys([*_values(student, "MainGroupId"), *_values(student, "GroupId")])
        for group in groups:
            self._pupils.add(self._key(group), group, user)
            self._forms.setdefault(group, set()).add(role)
        if any(group in self._here and self._here[group][2] == _FREE_TIME for group in groups):
            self._students.add(user, self._number, role, _FREE_TIME, grade)
        for contact in _children(student, "ContactPerson"):
            person = _child(contact, "Person")
            if person is not None:
                cells = self._person(person, "")
                self._contacts.add(user, contact.get("relation"), contact.get("childCustody"), *cells)

    def _key(self, group: str) -> str:
        return f"{self._number}:{group}"


def _elements(stream: object, name: str) -> Iterator[etree._Element]:
    """The elements that make up an institution, each whole, then the institution; what was read is let go."""
    events = etree.iterparse(
        stream, events=("start", "end"), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # type: ignore[call-overload]  # fmt: skip
    checked = False
    for event, element in events:
        if not checked:
            checked = True
            if element.getroottree().docinfo.doctype:
                raise Fatal("unsafe_xml", name, line=1)
        if event == "start":
            continue
        parent = element.getparent()
        if _tag(element) == "Institution" or (parent is not None and _tag(parent) == "Institution"):
            yield element
        else:
            continue
        element.clear()
        while element.getprevious() is not None and parent is not None:
            del parent[0]


def _tag(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    return (child for child in element if _tag(child) == tag)


def _child(element: etree._Element, tag: str) -> etree._Element | None:
    return next(_children(element, tag), None)


def _content(element: etree._Element) -> str:
    return (element.text or "").strip()


def _value(element: etree._Element, tag: str) -> str:
    child = _child(element, tag)
    return "" if child is None else _content(child)


def _values(element: etree._Element, tag: str) -> list[str]:
    return [value for child in _children(element, tag) if (value := _content(child))]
