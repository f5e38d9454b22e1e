"""One `emit` of a mapping at work: delivered cells in, canonical rows and findings out."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import uuid_utils

from services.sync.reading.canonical import ENTITIES, EntitySpec, FieldSpec
from services.sync.reading.cells import MAX_LENGTH, BadCell, Converter, clean, converter, elements, pairs, pick
from services.sync.reading.civic import BadNumber, CivicKeys, like_number, normalise
from services.sync.reading.findings import Finding
from services.sync.reading.mapping import Emit, Picked

Cells = list[str]
Reader = Callable[[Cells], str]


class Sink(Protocol):
    """Takes what is read, in the order in which it is read."""

    def row(self, entity: str, cells: Cells) -> None: ...

    def protect(self, sid: str) -> None: ...

    def keep(self, entity: str, sid: str) -> None: ...

    def bulk(self, entity: str, csv: bytes) -> None: ...

    def finding(self, finding: Finding) -> None: ...


@dataclass
class Context:
    """What all emits of one delivery share.

    `row_by_row`: read nothing at once (to compare with). `known_prints`: those of a delivery whose facts are known.
    """

    sink: Sink
    keys: CivicKeys
    today: date
    country: str
    fail_closed: bool
    missing_rule: str = "optional_column_missing"
    row_by_row: bool = False
    known_prints: list[dict[str, Any]] | None = None
    collected: dict[str, set[str]] = field(default_factory=dict)
    seen: dict[str, dict[str, int]] = field(default_factory=dict)

    def person_id(self, sid: str) -> str:
        """The register's id of a person; a national number used as an id is only kept as its hash."""
        if like_number(sid):
            try:
                return "h:" + self.keys.digest(normalise(sid, self.country, self.today)).hex()
            except BadNumber:
                return sid
        return sid


@dataclass(frozen=True)
class Row:
    """Where a delivered row stands."""

    file: str
    line: int


class Emitter:
    """Compiled once per file; called once per row. `columns` maps comparable column names to places in the row."""

    def __init__(self, emit: Emit, columns: "Columns", context: Context) -> None:
        self.spec: EntitySpec = ENTITIES[emit.entity or ""]
        self.emit = emit
        self.context = context
        self.parts = [Part(spec, emit, columns) for spec in self.spec.fields]
        self.untold = "{" + ",".join(part.column_name for part in self.parts if part.read is None) + "}"
        self.seen = context.seen.setdefault(self.spec.name, {})
        # Of a tie that cannot be read, what the roster has for this person stays.
        persons = [place for place, field in enumerate(self.spec.fields) if field.refers_to == "person"]
        self._person_place = persons[0] if persons else 0
        self._write = self._person if self.spec.name == "person" else self._plain

    def __call__(self, cells: Cells, row: Row) -> bool:
        """Whether everything that the row must have was there and readable."""
        if self.emit.each is None:
            return self._one(cells, row, None)
        many = next(part for part in self.parts if part.spec.name == self.emit.each)
        # Every element is emitted, also after a bad one.
        return sum(not self._one(cells, row, element) for element in elements(many.raw(cells))) == 0

    def _one(self, cells: Cells, row: Row, element: str | None) -> bool:
        bad, values = False, []
        for part in self.parts:
            raw = element if element is not None and part.spec.name == self.emit.each else part.raw(cells)
            try:
                values.append(self.value(part, raw))
            except BadCell as error:
                self.context.sink.finding(Finding(error.rule, row.file, row.line, part.column))
                values.append(part.spec.fallback or "")
                bad |= part.spec.required and not part.spec.fallback
        if self.spec.has_source_id:
            # A bad row with an id still goes on: what it names was delivered and must not be taken for ended.
            if self._is_first(values, row, bad=bad):
                self._write(values, row, bad)
        elif not bad:
            self._write(values, row, bad)
        elif sid := values[self._person_place]:
            self.context.sink.keep(self.spec.name, sid)
        return not bad

    def value(self, part: "Part", raw: str) -> str:
        if part.read is None:
            return part.spec.fallback or ""
        if not raw and part.spec.form != "marking":
            if part.spec.required:
                raise BadCell("value_missing")
            return part.spec.fallback or ""
        value = part.convert(raw)
        if part.spec.form in ("id", "ref"):
            if len(value) > MAX_LENGTH:
                raise BadCell("value_too_long")
            if part.spec.refers_to == "person" or (part.spec.form == "id" and self.spec.name == "person"):
                return self.context.person_id(value)
        return value

    def value_or_none(self, part: "Part", raw: str) -> str | None:
        """The canonical cell, or None where there is a finding to make."""
        try:
            return self.value(part, raw)
        except BadCell:
            return None

    def places(self) -> dict[str, str]:
        """The place of each field among the values of a row, as text, by its name."""
        return {part.spec.name: str(place) for place, part in enumerate(self.parts)}

    def _is_first(self, values: Cells, row: Row, *, bad: bool) -> bool:
        """Whether the id is new in this delivery. A later row never changes the first, except that it may protect."""
        sid = values[0]
        if not sid:
            return False
        content = hash(tuple(values))
        known = self.seen.get(sid)
        if known is None:
            self.seen[sid] = content
            return True
        if self.spec.name == "person" and values[-1] == "t":
            self.context.sink.protect(sid)
        if bad:
            return False
        if known != content:
            self.context.sink.finding(Finding("conflicting_rows", row.file, row.line, self.parts[0].column))
        elif not self.emit.repeats:
            self.context.sink.finding(Finding("duplicate_row", row.file, row.line, self.parts[0].column))
        return False

    def _start(self, row: Row, untold: str, *, bad: bool) -> Cells:
        return [row.file, str(row.line), "t" if bad else "f", untold, str(uuid_utils.uuid7())]

    def _plain(self, values: Cells, row: Row, bad: bool) -> None:
        self.context.sink.row(self.spec.name, [*self._start(row, self.untold, bad=bad), *values])

    def _person(self, values: Cells, row: Row, bad: bool) -> None:
        sid, given, family, email, login, number, externals, marking = values
        untold, digest, sealed = self.untold, "", ""
        ids, digests = self._externals(externals, row) if externals else ("", "")
        if number:
            try:
                plain = normalise(number, self.context.country, self.context.today)
                digest = "\\x" + self.context.keys.digest(plain).hex()
                sealed = "\\x" + self.context.keys.seal(plain).hex()
            except BadNumber as error:
                self.context.sink.finding(Finding(error.rule, row.file, row.line, self.parts[5].column))
                untold = "{civic_hash" + ("," if untold != "{}" else "") + untold[1:]
        if "?" in given or "?" in family:
            self.context.sink.finding(Finding("lost_characters", row.file, row.line, self.parts[2].column))
        login_digest = "\\x" + hashlib.sha256(login.encode()).hexdigest() if login else ""
        scope = login.partition("@")[2]
        if marking == "t":  # the name of a protected person goes no further than this process
            given = family = email = login = ids = ""
        elif not marking:
            marking = "t" if self.context.fail_closed else "f"
        start = self._start(row, untold, bad=bad)
        self.context.sink.row(
            "person",
            [*start, sid, given, family, email, login, login_digest, scope, digest, sealed, ids, digests, marking],
        )

    def _externals(self, cell: str, row: Row) -> Cells:
        """Other systems' ids of the person, `context:value`, and the keyed hash of each."""
        try:
            return self.external_ids(cell)
        except BadCell as error:
            self.context.sink.finding(Finding(error.rule, row.file, row.line, self.parts[6].column))
            return ["", ""]

    def external_ids(self, cell: str) -> Cells:
        """The ids in `cell`, and the keyed hash of each, as two lists of PostgreSQL. Raises BadCell."""
        read = [(context, value, self.context.person_id(value)) for context, value in pairs(cell)]
        # What looks like a national number is never kept in plain, also where it is wrong.
        kept = sorted({f"{kind}:{found}" for kind, value, found in read if found != value or not like_number(value)})
        return [as_array(kept), as_array([self.context.keys.digest(one).hex() for one in kept])]


class Columns:
    """The columns of one file, found by comparable name."""

    def __init__(self, places: dict[str, int], key: Callable[[str], str]) -> None:
        self._places = places
        self._key = key

    def place(self, name: str) -> int | None:
        return self._places.get(self._key(name))


_COLUMN_OF = {
    "nationalId": "civic_hash",
    "marking": "protected",
    "givenName": "given_name",
    "familyName": "family_name",
    "startsOn": "starts_on",
    "endsOn": "ends_on",
    "schoolForm": "school_form",
    "schoolForms": "school_forms",
    "schoolYear": "school_year",
    "parent": "parent_id",
    "group": "group_id",
    "weeklyHours": "weekly_hours",
    "plannedMinutes": "planned_minutes",
    "externalIds": "external_ids",
}


class Part:
    """One field of one emit: where its cell stands, or which constant it is, and how it is read."""

    def __init__(self, spec: FieldSpec, emit: Emit, columns: Columns) -> None:
        self.spec = spec
        self.column_name = _COLUMN_OF.get(spec.name, spec.name)
        self.convert: Converter = converter(spec, emit.values.get(spec.name, {}), is_list=spec.name in emit.lists)
        declared = emit.fields.get(spec.name)
        self.column = declared.column if isinstance(declared, Picked) else declared
        self.pick = declared.pick if isinstance(declared, Picked) else None
        self.read = _constant(emit.constants[spec.name]) if spec.name in emit.constants else None
        self.place = columns.place(self.column) if self.column else None
        if self.place is not None:
            self.read = _reading(self.place) if self.pick is None else _picking(self.place, self.pick)

    def raw(self, cells: Cells) -> str:
        return self.read(cells) if self.read else ""


def as_array(texts: list[str]) -> str:
    """A list as PostgreSQL writes it; empty (NULL) where there is none."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}" if texts else ""


def _constant(value: str) -> Reader:
    return lambda cells: value  # noqa: ARG005 - the same for every row


def _reading(place: int) -> Reader:
    return lambda cells: clean(cells[place])


def _picking(place: int, wanted: str) -> Reader:
    return lambda cells: pick(clean(cells[place]), wanted)
