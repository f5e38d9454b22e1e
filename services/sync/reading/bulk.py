"""The emits of one file for all its rows at once: plainly good rows as columns, the others by the careful `Step`.

`emitting` stays the one truth of what a row means. What is decided here for whole columns is decided for cells about
which it has nothing to say; a row that it might find something in, and every row of an id that comes more than once,
goes through it, in the order of the file.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from services.sync.reading import quick
from services.sync.reading.cells import BadCell
from services.sync.reading.emitting import Cells, Emitter, Part, Row
from services.sync.reading.persons import person_cells, read_marks
from services.sync.reading.steps import Collector, Step, Test
from services.sync.reading.table import LINE

_SLICE = 50_000
# The lines that each step reads, by its number; None: all.
Chosen = Mapping[int, pl.Series] | None
_WHOLE = ("text", "id", "ref", "national_id")


@dataclass
class BulkReader:
    """Reads the tables of one delivery. `written` keeps what was written of kinds that several emits fill."""

    several: frozenset[str]
    written: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def read(self, frame: pl.DataFrame, steps: list[Step], name: str, width: int, chosen: Chosen = None) -> set[int]:
        """Emit every row, or by step those on the `chosen` lines; returns the lines of rows that are not good."""
        if chosen is not None:
            frame = frame.filter(pl.col(LINE).is_in(pl.concat(chosen.values()).unique().implode()))
        cells = [column for column in frame.columns if column != LINE]
        plain = frame.select(pl.all_horizontal(quick.is_plain(frame[column]) for column in cells)).to_series()
        all_odd, frame = frame.filter(~plain), _where(plain, frame)
        bad: set[int] = set()
        for step in steps:
            odd, mine = _on(chosen, step, all_odd), _on(chosen, step, frame)
            rows = _where(_holds(step, mine), mine)
            if isinstance(step.run, Collector):
                step.run.ids.update(rows[str(step.run.place)])
                careful = odd
            else:
                careful = pl.concat([odd, self._emit(step.run, rows, odd, name, width)]).sort(LINE)
            for line, whole in _by_row(careful, width):
                if not step(whole, Row(name, line)):
                    bad.add(line)
        return bad

    def tell(self, seen: dict[str, dict[str, int]]) -> None:
        """Let the careful way know what was written: the rest of the delivery is read by it."""
        for kind, frames in self.written.items():
            for frame in frames:
                for row in frame.iter_rows():
                    seen.setdefault(kind, {}).setdefault(row[0], hash(row))
        self.written.clear()

    def _emit(self, emitter: Emitter, rows: pl.DataFrame, odd: pl.DataFrame, name: str, width: int) -> pl.DataFrame:
        """Write the good ones of `rows`; returns the others."""
        values = _values(emitter, rows)
        careful = values.filter(pl.any_horizontal(pl.all().is_null()))[LINE].unique()
        if emitter.spec.has_source_id:
            careful = self._once(emitter, values, careful, [odd, rows], width)
        good = _where(~values[LINE].is_in(careful.implode()), values)
        del values
        if emitter.spec.has_source_id and emitter.emit.repeats:
            good = good.unique(_fields(emitter), keep="first", maintain_order=True)
        if emitter.spec.name in self.several and emitter.spec.has_source_id:
            self.written.setdefault(emitter.spec.name, []).append(good.select(_fields(emitter)))
        _write(emitter, good, name)
        return rows.filter(pl.col(LINE).is_in(careful.implode()))

    def _once(
        self, emitter: Emitter, values: pl.DataFrame, careful: pl.Series, rows: list[pl.DataFrame], width: int
    ) -> pl.Series:
        """`careful` with every line of an id that stands on several lines, here or before."""
        odd, all_rows = rows
        looked_at = pl.concat([odd, all_rows.filter(pl.col(LINE).is_in(careful.implode()))])
        ids = {*_ids_of(emitter, looked_at, width), *emitter.seen}
        first = values.select(LINE, "0")
        facts = values.unique(_fields(emitter)) if emitter.emit.repeats else values
        ids.update(facts["0"].filter(facts["0"].is_duplicated()).drop_nulls())
        for frame in self.written.get(emitter.spec.name, []):
            here = pl.concat([first["0"], pl.Series("0", list(ids), pl.String)])
            again = frame.filter(pl.col("0").is_in(here.implode()))
            for known in again.iter_rows():
                emitter.seen.setdefault(known[0], hash(known))
                ids.add(known[0])
        lines = first.filter(pl.col("0").is_in(pl.Series(list(ids), dtype=pl.String).implode()))[LINE]
        return pl.concat([careful, lines]).unique()


def _on(chosen: Chosen, step: Step, frame: pl.DataFrame) -> pl.DataFrame:
    return frame if chosen is None else frame.filter(pl.col(LINE).is_in(chosen[step.number].implode()))


def _where(holds: pl.Series, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows where it holds; a copy only where it does not hold for all, which is rare and costs memory."""
    return frame if holds.all() else frame.filter(holds)


def _ids_of(emitter: Emitter, rows: pl.DataFrame, width: int) -> list[str]:
    """The ids of rows that the careful way will read."""
    ids = []
    part = emitter.parts[0]
    for _, cells in _by_row(rows, width):
        try:
            ids.append(emitter.value(part, part.raw(cells)))
        except BadCell:
            continue
    return ids


def _by_row(rows: pl.DataFrame, width: int) -> "list[tuple[int, Cells]]":
    """Rows as the careful way takes them: cells that the mapping does not speak of are empty."""
    places = [int(column) for column in rows.columns if column != LINE]
    found = []
    for line, *cells in rows.select(LINE, *map(str, places)).iter_rows():
        whole = [""] * width
        for place, cell in zip(places, cells, strict=True):
            whole[place] = cell
        found.append((line, whole))
    return found


def _holds(step: Step, frame: pl.DataFrame) -> pl.Series:
    holds = pl.repeat(True, frame.height, eager=True)
    for test in step.tests:
        holds &= _test(test, frame)
    for skip in step.skips:
        holds &= ~_test(skip, frame)
    return holds


def _test(test: Test, frame: pl.DataFrame) -> pl.Series:
    cells = frame[str(test.place)]
    if test.collected is not None:
        return cells.is_in(pl.Series(list(test.collected), dtype=pl.String).implode())
    if test.among is None:
        return cells != ""
    return quick.each_once(cells, lambda cell: "t" if test.holds(cell) else "f") == "t"


def _values(emitter: Emitter, rows: pl.DataFrame) -> pl.DataFrame:
    """The canonical cells of each row, or of each element, by the field's place; null where care is needed."""
    if emitter.emit.each is not None:
        many = next(part for part in emitter.parts if part.spec.name == emitter.emit.each)
        column = str(many.place)
        rows = rows.with_columns(pl.col(column).str.split(",").alias("each")).explode("each")
        rows = rows.with_columns(pl.col("each").str.strip_chars(" ")).filter(pl.col("each") != "")
    columns = [_column(emitter, part, rows).alias(str(place)) for place, part in enumerate(emitter.parts)]
    values = pl.DataFrame([rows[LINE], *columns])
    return values.with_columns(read_marks(emitter, values)) if emitter.spec.name == "person" else values


def _fields(emitter: Emitter) -> list[str]:
    return [str(place) for place in range(len(emitter.parts))]


def _column(emitter: Emitter, part: Part, rows: pl.DataFrame) -> pl.Series:
    if part.place is None:
        return pl.repeat(emitter.value_or_none(part, part.raw([])), rows.height, eager=True, dtype=pl.String)
    is_element = emitter.emit.each == part.spec.name
    cells = rows["each" if is_element else str(part.place)]
    if part.pick is not None and not is_element:
        cells = quick.picked(cells, part.pick)
    if part.spec.form not in (*_WHOLE, "email", "login"):
        return quick.each_once(cells, lambda cell: emitter.value_or_none(part, cell))
    read = {"email": quick.mail, "login": quick.login}.get(part.spec.form, quick.text)(cells)
    if part.spec.refers_to == "person" or (part.spec.form == "id" and emitter.spec.name == "person"):
        read = quick.person_ids(read, emitter.context.person_id)
    if emitter.spec.name == "person" and part.spec.name in ("givenName", "familyName"):
        read = quick.keep(read, ~read.str.contains("?", literal=True))  # letters that were lost are a finding
    empty = emitter.value_or_none(part, "")
    return read if empty == "" else read.set(cells == "", empty)


def _write(emitter: Emitter, good: pl.DataFrame, name: str) -> None:
    """In the order of the ids, so that what refers to them comes in order, too; the ids of our own as well."""
    for piece in good.sort(_fields(emitter)[:2]).iter_slices(_SLICE):
        cells = person_cells(emitter, piece) if emitter.spec.name == "person" else piece[_fields(emitter)].get_columns()
        frame = pl.DataFrame(
            [
                pl.repeat(name, piece.height, eager=True).alias("file"),
                piece[LINE],
                pl.repeat("f", piece.height, eager=True).alias("bad"),
                pl.repeat(emitter.untold, piece.height, eager=True).alias("untold"),
                new_ids(piece.height).alias("id"),
                *(column.alias(f"c{place}") for place, column in enumerate(cells)),
            ]
        )
        frame = frame.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep())
        emitter.context.sink.bulk(emitter.spec.name, frame.write_csv(include_header=False).encode())


def new_ids(count: int) -> pl.Series:
    """So many UUIDs of version 7 (RFC 9562) in rising order: time, 12 random bits for all, a running number, 32
    random bits for each."""
    stamp = f"{time.time_ns() // 1_000_000:012x}"
    start = f"{stamp[:8]}-{stamp[8:]}-7{os.urandom(2).hex()[:3]}-8"
    noise = pl.Series([os.urandom(4 * count).hex()]).str.extract_all(".{8}").explode()
    return start + _running(count) + noise


@cache
def _running(count: int) -> pl.Series:
    """Nearly all pieces are as long as the first."""
    return pl.Series([f"{n >> 16:03x}-{n & 0xFFFF:04x}" for n in range(count)], dtype=pl.String)
