"""Which rows of a delivery must be read, given the delivery before, whose facts are the roster's.

Rows are told apart by hashes over the columns that the mapping speaks of. Touched are the rows that came, those about
which something was found before, and those that speak of an id whose own row came, went or changed. Whom they tie is in
scope: all that ties them is read, with the rows that these refer to. Everything else says what it said before. Where
that cannot be told from here (`NotTouched`), the delivery is read as a whole.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

import polars as pl

from services.sync.reading.canonical import ENTITIES, FieldSpec
from services.sync.reading.cells import clean
from services.sync.reading.emitting import Columns, Context
from services.sync.reading.mapping import Emit, MappedFile, Picked
from services.sync.reading.quick import some
from services.sync.reading.table import LINE

# Beyond this share of the rows, looking at all of them is no slower.
MOST = 0.2
_FEW = 20_000
SCOPED = ("unit", "person", "group", "activity")
_SIMPLE = "^[!-~]*$"
_NUMBER_LIKE = "^[0-9]{6}"
# What a tie hangs on: it is in scope with this one.
_PRIMARY = {
    "duty": "person",
    "enrolment": "person",
    "membership": "person",
    "responsible": "child",
    "placement": "child",
    "activity_teacher": "person",
    "teaching": "activity",
}
# Where these stand depends on the unit that they refer to.
_PLACED = ("group", "activity")

Key = tuple[str, int]


class NotTouched(Exception):
    """What has changed cannot be told apart from what has not: the delivery must be read as a whole."""


@dataclass(frozen=True)
class Sheet:
    """One file: of its rows `now` at least the columns that speak of ids; the whole rows `at` some lines; the lines of
    those that `came`, the rows that are `gone`, and the lines of those about which something was `found` before."""

    file: MappedFile
    columns: Columns
    now: pl.DataFrame
    at: Callable[[pl.Series], pl.DataFrame]
    came: pl.Series
    gone: pl.DataFrame
    found: pl.Series


@dataclass(frozen=True)
class Selection:
    """What to read. `lines` by file and emit. `scope`: the ids of each kind that may change. `full`: by file, the lines
    that are read by all emits. `retold`: by file, the lines that count other than before; `asked`, by file and emit,
    those that collect what others ask for."""

    lines: dict[Key, pl.Series]
    scope: dict[str, set[str]]
    full: dict[str, pl.Series]
    retold: dict[str, pl.Series]
    asked: dict[Key, pl.Series]


@dataclass(frozen=True)
class _Speech:
    """A column that speaks of ids of a kind; `is_own`: of the row's own."""

    spec: FieldSpec
    column: str
    kind: str
    is_own: bool


@dataclass
class _Part:
    """One emit of one sheet. `columns` are all that decide what it says."""

    sheet: Sheet
    number: int
    emit: Emit
    speeches: list[_Speech]
    columns: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.sheet.file.file, self.number

    @property
    def own(self) -> _Speech | None:
        return next((speech for speech in self.speeches if speech.is_own), None)


def select(sheets: Iterable[Sheet], context: Context) -> Selection:
    """The rows to read. Raises NotTouched."""
    return _Closure(list(sheets), context).select()


class _Closure:
    def __init__(self, sheets: list[Sheet], context: Context) -> None:
        self._person_id = context.person_id
        self._sheets = sheets
        self._parts = [
            part for sheet in sheets for number, emit in enumerate(sheet.file.emits)
            if (part := _part_of(sheet, number, emit)) is not None
        ]  # fmt: skip
        self._tables: dict[tuple[str, str, bool, bool], pl.DataFrame] = {}
        self._touched: dict[str, set[int]] = {sheet.file.file: set() for sheet in sheets}
        self._retold = {sheet.file.file: set(sheet.came) for sheet in sheets}
        self._changed: dict[str, set[str]] = {kind: set() for kind in ENTITIES}
        self._scope: dict[str, set[str]] = {kind: set() for kind in SCOPED}

    def select(self) -> Selection:
        for part in self._parts:
            self._compare(part)
        for sheet in self._sheets:
            self._note(sheet, sheet.gone)
            self._touch(sheet, {*sheet.came, *sheet.found})
        self._touch_twins()
        self._spread()
        for kind in SCOPED:
            self._scope[kind] |= self._changed[kind]
        lines = self._chosen()
        total = sum(sheet.now.height for sheet in self._sheets)
        if sum(map(len, lines.values())) > MOST * max(total, _FEW):
            raise NotTouched
        asked = self._asked(lines)
        return Selection(lines | asked, self._scope, _series(self._touched), _series(self._retold), asked)

    def _compare(self, part: _Part) -> None:
        """Find out whose own rows came, went or changed, as far as this emit is concerned."""
        sheet = part.sheet
        if part.emit.entity == "absence" and (len(sheet.came) or sheet.gone.height):
            raise NotTouched
        own = part.own
        if own is None and part.emit.collect is None:
            return
        came = sheet.at(sheet.came).select(part.columns)
        gone = sheet.gone.select(part.columns)
        counted = pl.concat([came.with_columns(n=pl.lit(1)), gone.with_columns(n=pl.lit(-1))])
        if part.emit.repeats or own is None:
            counted = counted.unique()
        counted = counted.group_by(part.columns).agg(pl.col("n").sum()).filter(pl.col("n") != 0).drop("n")
        if counted.is_empty():
            return
        column = own.column if own else part.columns[0]
        if part.emit.repeats or own is None:
            lines = sheet.now[LINE].filter(sheet.now[column].is_in(counted[column].implode()))
            common = sheet.at(lines.filter(~lines.is_in(sheet.came.implode())))
            counted = counted.join(common.select(part.columns), on=part.columns, how="anti", nulls_equal=True)
        if own is not None:
            self._changed[own.kind].update(self._canonical(counted[column], is_person=own.kind == "person"))
        else:
            self._retell(str(part.emit.collect), set(map(clean, counted[column])))

    def _retell(self, name: str, cells: set[str]) -> None:
        """A set that others ask for has changed by these: rows that ask for them say something else than before."""
        for part in self._parts:
            for when in (*part.emit.conditions, *part.sheet.file.skips):
                place = part.sheet.columns.place(when.column)
                if when.collected == name and place is not None:
                    lines = set(self._holding(part.sheet, str(place), cells))
                    self._retold[part.sheet.file.file] |= lines
                    self._touch(part.sheet, lines)

    def _touch(self, sheet: Sheet, lines: set[int]) -> None:
        touched = self._touched[sheet.file.file]
        new = lines - touched
        touched |= new
        if len(touched) > MOST * max(_FEW, sheet.now.height):
            raise NotTouched
        self._note(sheet, _at(sheet.now, _lines(new)))

    def _touch_twins(self) -> None:
        """Of several rows of one id, the order decides about which of them something is found."""
        owning = [(part, own) for part in self._parts if (own := part.own) is not None]
        twins: dict[str, set[str]] = {}
        for part, own in owning:
            if len(part.sheet.found):
                ids = set(self._ids(part, own, part.sheet.at(part.sheet.found))["id"])
                found = self._contradicted(part, own, ids) if part.emit.repeats else ids
                twins.setdefault(own.kind, set()).update(found)
        for part, own in owning:
            if ids := twins.get(own.kind, set()):
                self._touch(part.sheet, set(self._speaking(part, own, ids)))

    def _contradicted(self, part: _Part, own: _Speech, ids: set[str]) -> set[str]:
        """Those of `ids` of which rows that may repeat each other do not."""
        rows = part.sheet.at(self._speaking(part, own, ids)).unique(part.columns)
        told = self._ids(part, own, rows)["id"]
        return set(told.filter(told.is_duplicated()))

    def _note(self, sheet: Sheet, rows: pl.DataFrame) -> None:
        """Whom these rows tie, and which persons they are the rows of, is in scope."""
        for part in self._parts if rows.height else ():
            if part.sheet is sheet:
                for speech in part.speeches:
                    is_person = speech.is_own and speech.kind == "person"
                    if is_person or _PRIMARY.get(part.emit.entity or "") == speech.spec.name:
                        self._scope[speech.kind].update(self._ids(part, speech, rows)["id"])

    def _spread(self) -> None:
        """Touch what speaks of changed ids. A group that stands at a changed unit has changed as well."""
        done: dict[str, set[str]] = {}
        while done != self._changed:
            fresh = {kind: ids - done.get(kind, set()) for kind, ids in self._changed.items()}
            done = {kind: set(ids) for kind, ids in self._changed.items()}
            for part, speech in self._speeches():
                if not fresh[speech.kind]:
                    continue
                lines = set(self._speaking(part, speech, fresh[speech.kind]))
                if lines and part.emit.entity == "absence":
                    raise NotTouched
                self._touch(part.sheet, lines)
                own = part.own
                if own is not None and own.kind in _PLACED and not speech.is_own:
                    self._changed[own.kind].update(self._ids(part, own, _at(part.sheet.now, _lines(lines)))["id"])

    def _chosen(self) -> dict[Key, pl.Series]:
        """By emit: what is touched, what ties those in scope, and the first row of each that these refer to."""
        touched = _series(self._touched)
        chosen = {part.key: touched[part.sheet.file.file] for part in self._parts if part.emit.entity}
        for part, speech in self._speeches():
            entity = ENTITIES[part.emit.entity or ""]
            is_hung_on = speech.kind == "person" or speech.spec.name == _PRIMARY.get(entity.name)
            if not entity.has_source_id and is_hung_on and self._scope[speech.kind]:
                more = self._speaking(part, speech, self._scope[speech.kind])
                chosen[part.key] = pl.concat([chosen[part.key], more]).unique()
        wanted = {kind: set(ids) for kind, ids in self._scope.items()}
        if self._changed["unit"]:
            wanted["unit"] |= self._all_units()
        fresh = dict(chosen)
        done: dict[str, set[str]] = {kind: set() for kind in SCOPED}
        while fresh:
            self._refer(fresh, wanted)
            missing = {kind: wanted[kind] - done[kind] for kind in SCOPED}
            done = {kind: set(ids) for kind, ids in wanted.items()}
            fresh = self._first_rows(missing)
            for key, lines in fresh.items():
                chosen[key] = pl.concat([chosen[key], lines]).unique()
        return chosen

    def _refer(self, lines: Mapping[Key, pl.Series], wanted: dict[str, set[str]]) -> None:
        for part, speech in self._speeches():
            if part.key in lines:
                wanted[speech.kind].update(self._ids(part, speech, _at(part.sheet.now, lines[part.key]))["id"])

    def _first_rows(self, ids: Mapping[str, set[str]]) -> dict[Key, pl.Series]:
        """Of each, every row that says something else than those before it: one that is left out may stand first."""
        found = {}
        for part in self._parts:
            own = part.own
            if own is not None and ids[own.kind]:
                table = self._table(part, own)
                lines = table.filter(pl.col("id").is_in(_texts(ids[own.kind])))[LINE]
                if len(lines):
                    rows = part.sheet.at(lines)
                    found[part.key] = rows.unique(part.columns, keep="first", maintain_order=True)[LINE]
        return found

    def _all_units(self) -> set[str]:
        own = [(part, speech) for part, speech in self._speeches() if speech.is_own and speech.kind == "unit"]
        return {one for part, speech in own for one in self._table(part, speech)["id"].unique()}

    def _asked(self, chosen: Mapping[Key, pl.Series]) -> dict[Key, pl.Series]:
        """The lines that collect what a chosen line, or one that is gone, asks for."""
        asked: dict[str, set[str]] = {}
        for part in self._parts:
            for when in (*part.emit.conditions, *part.sheet.file.skips):
                place = part.sheet.columns.place(when.column)
                if when.collected is not None and place is not None:
                    if part.emit.collect is not None:
                        raise NotTouched  # a set that depends on another one
                    rows = _at(part.sheet.now, chosen[part.key])
                    cells = chain(rows[str(place)], part.sheet.gone[str(place)])
                    asked.setdefault(when.collected, set()).update(map(clean, cells))
        return {
            part.key: self._holding(part.sheet, part.columns[0], asked.get(part.emit.collect, set()))
            for part in self._parts
            if part.emit.collect is not None
        }

    def _speeches(self) -> Iterator[tuple[_Part, _Speech]]:
        return ((part, speech) for part in self._parts for speech in part.speeches)

    def _speaking(self, part: _Part, speech: _Speech, ids: set[str]) -> pl.Series:
        """The lines on which the column speaks of one of `ids`."""
        table = self._table(part, speech)
        return table.filter(pl.col("id").is_in(_texts(ids)))[LINE].unique()

    def _table(self, part: _Part, speech: _Speech) -> pl.DataFrame:
        """Line and id of all rows."""
        key = (part.sheet.file.file, speech.column, part.emit.each == speech.spec.name, speech.kind == "person")
        if key not in self._tables:
            self._tables[key] = self._ids(part, speech, part.sheet.now)
        return self._tables[key]

    def _ids(self, part: _Part, speech: _Speech, rows: pl.DataFrame) -> pl.DataFrame:
        """Line and id for each id that the column of `rows` speaks of."""
        found = rows.select(LINE, pl.col(speech.column).alias("id")).filter(pl.col("id") != "")
        if part.emit.each == speech.spec.name:
            cleaned = self._canonical(found["id"], is_person=False)
            found = found.with_columns(cleaned.str.split(",").alias("id")).explode("id")
            found = found.with_columns(pl.col("id").str.strip_chars(" ")).filter(pl.col("id") != "")
        return found.with_columns(self._canonical(found["id"], is_person=speech.kind == "person").alias("id"))

    def _canonical(self, cells: pl.Series, *, is_person: bool) -> pl.Series:
        """As `Emitter.value` reads ids."""
        odd = ~cells.str.contains(_SIMPLE)
        if is_person:
            odd |= cells.str.len_bytes().is_between(10, 13) & cells.str.contains(_NUMBER_LIKE)
        return some(cells, odd, lambda cell: self._person_id(clean(cell)) if is_person else clean(cell))

    def _holding(self, sheet: Sheet, column: str, cells: set[str]) -> pl.Series:
        """The lines whose cell, cleaned, is one of `cells`."""
        cleaned = self._canonical(sheet.now[column], is_person=False)
        return sheet.now[LINE].filter(cleaned.is_in(_texts(cells)))


def _part_of(sheet: Sheet, number: int, emit: Emit) -> _Part | None:
    """None for an emit that does not run, since a column that it asks for is missing. Raises NotTouched."""
    places = {}
    for name, declared in emit.fields.items():
        place = sheet.columns.place(declared.column if isinstance(declared, Picked) else declared)
        if place is not None:
            places[name] = str(place)
    asked = [when.column for when in emit.conditions] + [when.column for when in sheet.file.skips]
    tested = [str(place) for column in asked if (place := sheet.columns.place(column)) is not None]
    if any(sheet.columns.place(when.column) is None for when in emit.conditions):
        return None
    columns = list(dict.fromkeys([*places.values(), *tested]))
    return _Part(sheet, number, emit, _speeches_of(emit, places), columns)


def _speeches_of(emit: Emit, places: Mapping[str, str]) -> list[_Speech]:
    speeches = []
    for spec in ENTITIES[emit.entity].fields if emit.entity else ():
        is_own = spec.form == "id"
        if not is_own and spec.form != "ref":
            continue
        is_picked = spec.name in emit.constants or isinstance(emit.fields.get(spec.name), Picked)
        if is_picked or (is_own and emit.each == spec.name):
            raise NotTouched
        if spec.name in places:
            speeches.append(_Speech(spec, places[spec.name], (emit.entity or "") if is_own else spec.refers_to, is_own))
    return speeches


def _at(rows: pl.DataFrame, lines: pl.Series) -> pl.DataFrame:
    """The rows on these lines; `rows` are all of a file, in order."""
    return rows[lines.sort().cast(pl.Int64) - 2]


def _lines(lines: set[int]) -> pl.Series:
    return pl.Series(sorted(lines), dtype=pl.UInt32)


def _series(lines: Mapping[str, set[int]]) -> dict[str, pl.Series]:
    return {name: _lines(found) for name, found in lines.items()}


def _texts(texts: set[str]) -> pl.Series:
    return pl.Series(list(texts), dtype=pl.String).implode()
