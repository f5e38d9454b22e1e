"""Reads a package of SS12000:2020 (v2.1) objects as they were pulled, into tables that a mapping can speak of.

A package is a flat zip with one NDJSON file per endpoint (`persons.ndjson`, ...), an object per line. The tables carry
the standard's names: `persons`, and for what lies inside an object `persons.enrolments`. What an endpoint was not
permitted to tell is no table, or a column that is not there; it is never taken for empty. Enum values pass through as
they are, since registers add their own: the mapping decides, and what it does not know never fails.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import orjson

from services.sync.reading.findings import Fatal
from services.sync.reading.source import Source
from services.sync.reading.ss12000_values import Raw, externals, first, items, mail, number, ref, text, words
from services.sync.reading.virtual import Table, Virtual, nearness

# Written by whoever pulls: {"tables": [...]}, all tables that have ever had rows in this source.
SEEN = "seen.json"
_SEEN_BYTES = 10_000
_DATES = ("startDate", "endDate")
_TIE = ("person", "personStatus", *_DATES)


def ss12000_tables(package: Source, today: date) -> Virtual:
    """The package as tables. Raises Fatal for what is no SS12000 package."""
    reader = _Reader(package, today)
    tables = reader.read()
    seen = reader.seen()
    never = () if seen is None else (table.name for table in tables if table.name not in seen)
    return Virtual(tables, never)


class _Reader:
    def __init__(self, package: Source, today: date) -> None:
        self._package = package
        self._names = {name.casefold(): name for name in package.names()}
        self._today = today
        self._status: dict[str, str] = {}
        self._duty_holders: dict[str, str] = {}
        self._subjects: dict[str, str] = {}
        self._tables: list[Table] = []

    def read(self) -> list[Table]:
        if "persons.ndjson" not in self._names:
            raise Fatal("file_missing", "persons.ndjson")
        steps: tuple[Callable[[], None], ...] = (
            self._organisations, self._persons, self._groups, self._duties, self._syllabuses, self._activities,
            self._placements,
        )  # fmt: skip
        for step in steps:
            step()
        return self._tables

    def seen(self) -> set[str] | None:
        """The tables that ever had rows, as who pulled them has noted; None where nobody has."""
        if SEEN not in self._package.names():
            return None
        with self._package.open(SEEN) as stream:
            noted = _parsed(stream.read(_SEEN_BYTES), SEEN, 1)
        return set(words(noted, "tables").split(","))

    def _objects(self, entity: str) -> Iterator[Raw]:
        name = self._names.get(f"{entity}.ndjson")
        if name is None:
            return
        with self._package.open(name) as stream:
            for line, body in enumerate(stream, 1):
                if body.strip():
                    yield _parsed(body, name, line)

    def _table(self, name: str, *columns: str, guarded: tuple[str, ...] = ()) -> Table:
        table = Table(name, columns, guarded)
        self._tables.append(table)
        return table

    def _organisations(self) -> None:
        columns = ("id", "displayName", "organisationType", "parentOrganisation", "schoolTypes", "schoolUnitCode")
        table = self._table("organisations", *columns, guarded=columns[3:])
        for raw in self._objects("organisations"):
            table.add(
                text(raw, "id"), text(raw, "displayName"), text(raw, "organisationType"),
                ref(raw, "parentOrganisation"), words(raw, "schoolTypes"), text(raw, "schoolUnitCode"),
            )  # fmt: skip

    def _persons(self) -> None:
        told = (
            "email", "eduPersonPrincipalNames", "civicNo", "nationality", "externalIdentifiers", "securityMarking",
            "personStatus", "birthDate",
        )  # fmt: skip
        persons = self._table("persons", "id", "givenName", "familyName", *told, guarded=told)
        enrolments = self._table(
            "persons.enrolments", "person", "personStatus", "enroledAt", "schoolType", "schoolYear", "cancelled",
            *_DATES,
        )  # fmt: skip
        responsibles = self._table("persons.responsibles", "child", "personStatus", "guardian", "relationType")
        for raw in self._objects("persons"):
            sid, status = text(raw, "id"), text(raw, "personStatus")
            self._status[sid] = status
            persons.add(
                sid, text(raw, "givenName"), text(raw, "familyName"), mail(raw), first(raw, "eduPersonPrincipalNames"),
                *number(raw), externals(raw), text(raw, "securityMarking"), status, text(raw, "birthDate"),
            )  # fmt: skip
            for enrolment in self._nearest(items(raw, "enrolments"), _place):
                enrolments.add(
                    sid, status, ref(enrolment, "enroledAt"), text(enrolment, "schoolType"),
                    text(enrolment, "schoolYear"), text(enrolment, "cancelled"), *_span(enrolment),
                )  # fmt: skip
            for tie in items(raw, "responsibles"):
                responsibles.add(sid, status, ref(tie, "person"), text(tie, "relationType"))

    def _groups(self) -> None:
        groups = self._table(
            "groups", "id", "displayName", "groupType", "organisation", "schoolType", *_DATES, guarded=("schoolType",)
        )
        memberships = self._table("groups.groupMemberships", "group", "groupType", *_TIE)
        for raw in self._objects("groups"):
            sid = text(raw, "id")
            groups.add(
                sid, text(raw, "displayName"), text(raw, "groupType"), ref(raw, "organisation"),
                text(raw, "schoolType"), *_span(raw),
            )  # fmt: skip
            for tie in self._nearest(items(raw, "groupMemberships"), _person):
                person = ref(tie, "person")
                memberships.add(sid, text(raw, "groupType"), person, self._status.get(person), *_span(tie))

    def _duties(self) -> None:
        duties = self._table("duties", "id", "dutyAt", "dutyRole", *_TIE)
        assignments = self._table("duties.assignmentRole", "group", "assignmentRoleType", *_TIE)
        best: dict[tuple[str, ...], tuple[tuple[int, str], tuple[str, ...]]] = {}
        for raw in self._objects("duties"):
            person, at, role = ref(raw, "person"), ref(raw, "dutyAt"), text(raw, "dutyRole")
            status = self._status.get(person, "")
            self._duty_holders[text(raw, "id")] = person
            told = (self._nearness(raw), (text(raw, "id"), at, role, person, status, *_span(raw)))
            best[person, at, role] = min(best.get((person, at, role), told), told)
            for tie in self._nearest(items(raw, "assignmentRole"), _group):
                group, role = ref(tie, "group"), text(tie, "assignmentRoleType")
                assignments.add(group, role, person, status, *_span(tie))
        for _, cells in best.values():
            duties.add(*cells)

    def _syllabuses(self) -> None:
        for raw in self._objects("syllabuses"):
            self._subjects[text(raw, "id")] = text(raw, "subjectName") or text(raw, "courseName")

    def _activities(self) -> None:
        activities = self._table(
            "activities", "id", "displayName", "activityType", "organisation", "subject", *_DATES, guarded=("subject",)
        )
        groups = self._table("activities.groups", "activity", "group")
        teachers = self._table("activities.teachers", "activity", *_TIE)
        taught = self._table("activities.groups.teachers", "group", *_TIE)
        for raw in self._objects("activities"):
            sid = text(raw, "id")
            activities.add(
                sid, text(raw, "displayName"), text(raw, "activityType"), ref(raw, "organisation"),
                self._subjects.get(ref(raw, "syllabus")), *_span(raw),
            )  # fmt: skip
            here = [text(item, "id") for item in items(raw, "groups")]
            for group in here:
                groups.add(sid, group)
            for tie in self._nearest(items(raw, "teachers"), _duty):
                person = self._duty_holders.get(ref(tie, "duty"), "")
                teachers.add(sid, person, self._status.get(person), *_span(tie))
                for group in here:
                    taught.add(group, person, self._status.get(person), *_span(tie))

    def _placements(self) -> None:
        table = self._table(
            "placements", "id", "child", "personStatus", "placedAt", "group", "schoolType", *_DATES,
            "maxWeeklyScheduleHours", guarded=("group", "maxWeeklyScheduleHours"),
        )  # fmt: skip
        best: dict[tuple[str, ...], tuple[tuple[int, str], tuple[str, ...]]] = {}
        for raw in self._objects("placements"):
            child, at, form = ref(raw, "child"), ref(raw, "placedAt"), text(raw, "schoolType")
            cells = (
                text(raw, "id"), child, self._status.get(child, ""), at, ref(raw, "group"), form, *_span(raw),
                text(raw, "maxWeeklyScheduleHours"),
            )  # fmt: skip
            told = (self._nearness(raw), cells)
            best[child, at, form] = min(best.get((child, at, form), told), told)
        for _, row in best.values():
            table.add(*row)

    def _nearest(self, rows: Iterator[Raw], key: Callable[[Raw], tuple[str, ...]]) -> Iterable[Raw]:
        """Of what tells the same, the one that holds today: the roster has room for one."""
        best: dict[tuple[str, ...], tuple[tuple[int, str], Raw]] = {}
        for row in rows:
            near = self._nearness(row)
            if key(row) not in best or near < best[key(row)][0]:
                best[key(row)] = (near, row)
        return [row for _, row in best.values()]

    def _nearness(self, raw: Raw) -> tuple[int, str]:
        return nearness(text(raw, "startDate"), text(raw, "endDate"), self._today)


def _place(raw: Raw) -> tuple[str, ...]:
    # A cancelled place is left out by the mapping, and must not stand in for one that is not.
    return ref(raw, "enroledAt"), text(raw, "schoolType"), text(raw, "cancelled")


def _person(raw: Raw) -> tuple[str, ...]:
    return (ref(raw, "person"),)


def _group(raw: Raw) -> tuple[str, ...]:
    return (ref(raw, "group"),)


def _duty(raw: Raw) -> tuple[str, ...]:
    return (ref(raw, "duty"),)


def _span(raw: Raw) -> tuple[str, str]:
    return text(raw, "startDate"), text(raw, "endDate")


def _parsed(body: bytes, name: str, line: int) -> Raw:
    try:
        raw = orjson.loads(body)
    except ValueError:
        raise Fatal("not_json", name, line=line) from None
    if not isinstance(raw, dict):
        raise Fatal("not_json", name, line=line)
    return raw
