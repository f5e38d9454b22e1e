"""One file of a delivery: at once as columns where that can be, else row by row."""

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import polars as pl

from services.sync.reading.apart import Apart, Former, LineFile, NotApart
from services.sync.reading.bulk import BulkReader, Chosen
from services.sync.reading.cells import clean
from services.sync.reading.emitting import Cells, Columns, Context, Row
from services.sync.reading.findings import Fatal, Finding
from services.sync.reading.lines import is_like, lines_of, told_of
from services.sync.reading.mapping import Emit, MappedFile
from services.sync.reading.prints import Print, hashes_of, print_of, seed_of, sums_of
from services.sync.reading.sniff import Encoded, column_key, in_utf8, sniff_body, sniff_delimiter, sniff_encoding
from services.sync.reading.source import Source
from services.sync.reading.steps import (
    Step,
    asked_of,
    column_of,
    columns_of,
    ids_of,
    is_asked_while_collected,
    is_required,
)
from services.sync.reading.table import LINE, Layout, Table, rows_of, table_of, wanted_of

_FIELD_LIMIT = 64 * 1024
# A larger file is read row by row, so that memory does not grow with it.
_AT_ONCE = 400 * 1024 * 1024
# What a larger file holds is not kept until its turn comes, but read anew.
_KEPT = 32 * 1024 * 1024
_AT_A_TIME = 2

One = TypeVar("One")
Other = TypeVar("Other")


@dataclass
class FileSummary:
    """One file of the delivery: rows read, rows left out, how it is written, whether it is whole."""

    name: str
    rows: int = 0
    bad_rows: int = 0
    encoding: str = ""
    delimiter: str = ""
    is_complete: bool = True
    ends_with_line: bool = True


@dataclass
class Summary:
    """`incomplete` names the kinds of rows of which the delivery may hold only a part: they never end anything.

    `prints` tells the facts of the delivery from those of another; `is_known`: they are those that the task named, and
    nothing was emitted. `retold`: nothing was emitted but what differs from the delivery before, and there are so many
    rows more of each kind that is told row by row.
    """

    files: list[FileSummary] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)
    tells_marking: bool = False
    prints: list[Print] | None = None
    is_known: bool = False
    retold: dict[str, int] | None = None


@dataclass(frozen=True)
class Reading:
    """What the files of a delivery share. With a delivery before them, all of them are needed at the same time."""

    context: Context
    bulk: BulkReader
    former: Former | None = None


def at_a_time(prepare: Callable[[One], Other], files: Iterable[One]) -> list[Other]:
    """`prepare` each, in order, two at a time: unpacking and looking at columns leave the interpreter to others.

    Raises what the first that fails raises.
    """
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(prepare, files))


def columns_in(header: Cells) -> Columns:
    """The columns of a file by comparable name; of two with one name, the first."""
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        places.setdefault(column_key(cell), place)
    return Columns(places, column_key)


def entities_of(emits: "tuple[Emit, ...] | list[Emit]") -> set[str]:
    """The kinds of rows that these emit."""
    return {emit.entity for emit in emits if emit.entity}


class FileReader:
    """One file. Made ready at once: what it holds as a table, where it can be one, and the print of that."""

    def __init__(self, source: Source, name: str, file: MappedFile, reading: Reading) -> None:
        self._source = source
        self._name = name
        self._file = file
        self._context = reading.context
        self._bulk = reading.bulk
        self._done = FileSummary(name)
        self._header: Cells = []
        self._table: Table | None = None
        self._hashes: pl.Series | None = None
        self._lines: LineFile | None = None
        self.print: Print | None = None
        self.apart: Apart | None = None
        body = source.read(name, _AT_ONCE + 1)
        is_small = len(body) <= _AT_ONCE
        self._is_large = len(body) > _KEPT
        self._encoded = sniff_body(body, name, file.encoding) if is_small else self._sniff_stream()
        self._at_once = is_small and not self._context.row_by_row
        if self._at_once:
            self._at_once = self._make_ready(in_utf8(body, self._encoded.encoding), reading.former)
        if reading.former is None:
            self.forget()

    def _sniff_stream(self) -> Encoded:
        with self._source.open(self._name) as stream:
            return sniff_encoding(stream, self._name, self._file.encoding)

    @property
    def name(self) -> str:
        return self._name

    @property
    def file(self) -> MappedFile:
        return self._file

    @property
    def columns(self) -> Columns:
        return columns_in(self._header)

    @property
    def noted(self) -> list[int]:
        """The lines at which something is said about the file as a whole."""
        return [finding.line for finding in self._encoded.findings if finding.line]

    @property
    def rows(self) -> tuple[pl.DataFrame, pl.Series] | None:
        """All rows and their hashes, where they are known."""
        return None if self._table is None or self._hashes is None else (self._table.frame, self._hashes)

    def forget(self) -> None:
        """Keep no rows of a large file until its turn comes."""
        self._hashes = self._lines = self.apart = None
        if self._is_large:
            self._table = None

    def former(self, before: Source) -> tuple[pl.DataFrame, pl.Series] | None:
        """The rows of the same file in a delivery that was written in the same way, with their hashes."""
        if self._table is None:
            return None
        body = in_utf8(before.read(self._name, _AT_ONCE), self._encoded.encoding)
        places = [int(column) for column in self._table.frame.columns if column != LINE]
        layout = Layout(self._sniffed(body), self._header, self._file.trailer)
        rows = rows_of(body, layout, places)
        return None if rows is None else (rows, hashes_of(rows, self._seed(layout, places)))

    def at(self, lines: pl.Series) -> pl.DataFrame:
        """The rows on these lines, with all columns, of a file whose rows are known."""
        if self._lines is not None:
            return self._lines.at(lines)
        if self._table is None:
            raise RuntimeError("the rows of the file are not kept")
        return self._table.frame[lines.sort().cast(pl.Int64) - 2]

    def say(self, rows: pl.DataFrame, chosen: Chosen, reading: Reading) -> None:
        """Emit some rows elsewhere, and nothing about the file itself."""
        steps = [
            Step(self._file, number, self.columns, reading.context)
            for number, emit in enumerate(self._file.emits)
            if self._can_run(emit, self.columns)
        ]
        reading.bulk.read(rows, steps, self._name, len(self._header), chosen)

    def read(self, summary: Summary, chosen: Chosen = None) -> FileSummary:
        """Emit every row, or by emit those on the `chosen` lines."""
        for finding in self._encoded.findings:
            self._context.sink.finding(finding)
        self._done.encoding = self._encoded.encoding
        self._done.ends_with_line = self._encoded.ends_with_line
        if self._lines is not None and chosen is not None:
            self._table = Table(self.at(pl.concat(chosen.values()).unique()), None, len(self._lines.lines.rows))
        if self._table is None and self._at_once:
            body = self._source.read(self._name, _AT_ONCE)
            self._table = self._as_table(in_utf8(body, self._encoded.encoding))
        if self._table is not None:
            self._read_table(self._table, summary, chosen)
            return self._done
        self._bulk.tell(self._context.seen)
        with self._source.open(self._name) as stream:
            text = io.TextIOWrapper(stream, self._encoded.encoding, errors="replace", newline="")
            self._read_text(text, summary, is_cut=not self._encoded.ends_with_line)
        return self._done

    def _make_ready(self, body: bytes, former: Former | None) -> bool:
        """Whether its rows can be read at once. What few differ from those before are told apart by their lines."""
        laid = self._laid_out(body)
        if laid is None:
            return False
        layout, places = laid
        seed = self._seed(layout, places)
        before = former.print_like(seed) if former else None
        told = before.get("lines") if before else None
        if former and before and told and is_like(body, told, seed) and layout.trailer is None:
            try:
                self._tell_apart(LineFile(body, layout, places, self._ids(), seed), former, before)
            except (NotApart, Fatal):
                pass
            else:
                return True
        self._table = table_of(body, layout, places)
        if self._table is not None:
            self.print = self._printed(self._table, seed)
        # Of a file whose lines are all new each time, nothing would ever come of them.
        if self.print is not None and not told and (lines := lines_of(body, seed)):
            self.print |= {"lines": told_of(lines)}
        return self._table is not None

    def _tell_apart(self, lines: LineFile, former: Former, before: Mapping[str, Any]) -> None:
        def fetch() -> bytes:
            return in_utf8(former.source().read(self._name, _AT_ONCE), self._encoded.encoding)

        self.apart = lines.apart(fetch, before, former.found_in(self._name))
        self._lines, self.print = lines, self.apart.print

    def _laid_out(self, body: bytes) -> tuple[Layout, list[int]] | None:
        """How the file is written, and the places of the columns that are asked for; None where its rows must be read
        one by one."""
        first = body[: body.find(b"\n") + 1].decode(errors="replace")
        delimiter = self._sniffed(body)
        header = next(csv.reader([first], delimiter=delimiter), [])
        if not header or first.count('"') % 2 or is_asked_while_collected(self._file):
            return None
        columns = columns_in(header)
        places = [place for name in asked_of(self._file) if (place := columns.place(name)) is not None]
        self._done.delimiter, self._header = delimiter, header
        return (Layout(delimiter, header, self._file.trailer), places) if places else None

    def _as_table(self, body: bytes) -> Table | None:
        """All rows at once; None where they must be read one by one."""
        laid = self._laid_out(body)
        return None if laid is None else table_of(body, *laid)

    def _ids(self) -> set[int]:
        return {place for name in ids_of(self._file) if (place := self.columns.place(name)) is not None}

    def _sniffed(self, body: bytes) -> str:
        first = body[: body.find(b"\n") + 1].decode(errors="replace")
        return self._file.delimiter or sniff_delimiter(first, columns_of(self._file))

    def _seed(self, layout: Layout, places: list[int]) -> bytes:
        about = [self._name, self._encoded.encoding, *self._header]
        return seed_of(map(str, wanted_of(layout, places)), about, self._context.keys.hashing)

    def _printed(self, table: Table, seed: bytes) -> Print | None:
        """None where the file is not whole: such a delivery is never taken for known."""
        counted = str(table.lines) if self._file.trailer is not None else None
        if counted is not None and (table.trailer or ["", ""])[1:2] != [counted]:
            return None
        self._hashes = hashes_of(table.frame, seed)
        return print_of(seed, table.lines, sums_of(table.frame, seed, self._hashes))

    def _read_table(self, table: Table, summary: Summary, chosen: Chosen) -> None:
        self._table = None
        self._done.rows = table.lines
        steps = self._compile(self._header, summary)
        self._done.bad_rows = len(self._bulk.read(table.frame, steps, self._name, len(self._header), chosen))
        if table.trailer is not None:
            self._check_trailer(table.trailer, table.lines + 2)
        else:
            self._finish(table.lines + 1, is_cut=False)

    def _read_text(self, text: io.TextIOWrapper, summary: Summary, *, is_cut: bool) -> None:
        first = text.readline(_FIELD_LIMIT)
        self._done.delimiter = self._file.delimiter or sniff_delimiter(first, columns_of(self._file))
        reader = csv.reader(itertools.chain([first], text), delimiter=self._done.delimiter)
        header = next(reader, [])
        steps = self._compile(header, summary)
        width = len(header)
        last_line = 1
        is_short = False
        for line, cells in self._rows(reader):
            if self._is_trailer(cells):
                self._check_trailer(cells, line)
                return
            self._done.rows += 1
            last_line = line
            is_short = len(cells) < width
            is_good = self._has_width(cells, width, line)
            row = Row(self._name, line)
            for step in steps:
                is_good &= step(cells, row)
            self._done.bad_rows += not is_good
        self._finish(last_line, is_cut=is_cut and is_short)

    def _rows(self, reader: Iterator[Cells]) -> Iterator[tuple[int, Cells]]:
        """The rows that are not blank. A row that the CSV reader cannot take ends the file."""
        line = 1
        while True:
            line = reader.line_num + 1  # type: ignore[attr-defined]
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                self._incomplete(Finding("unreadable_rest", self._name, line))
                return
            if any(cells):
                yield line, cells

    def _has_width(self, cells: Cells, width: int, line: int) -> bool:
        """Whether the row is as wide as the header; a short one is filled up, since its ids still were delivered."""
        if len(cells) == width or (len(cells) > width and not any(cells[width:])):
            return True
        self._context.sink.finding(Finding("wrong_column_count", self._name, line))
        cells.extend([""] * (width - len(cells)))
        return False

    def _is_trailer(self, cells: Cells) -> bool:
        return self._file.trailer is not None and clean(cells[0]) == self._file.trailer

    def _check_trailer(self, cells: Cells, line: int) -> None:
        if len(cells) < 2 or cells[1].strip() != str(self._done.rows):
            self._incomplete(Finding("trailer_count", self._name, line))
        elif self._done.rows == 0:
            self._incomplete(Finding("empty_file", self._name))

    def _finish(self, last_line: int, *, is_cut: bool) -> None:
        if self._file.trailer is not None and self._done.is_complete:
            self._incomplete(Finding("trailer_missing", self._name, last_line))
        if is_cut:
            self._incomplete(Finding("truncated_file", self._name, last_line))
        if self._done.rows == 0:
            self._incomplete(Finding("empty_file", self._name))

    def _incomplete(self, finding: Finding) -> None:
        self._done.is_complete = False
        self._context.sink.finding(finding)

    def _compile(self, header: Cells, summary: Summary) -> list[Step]:
        if not any(header):
            raise Fatal("empty_file", self._name)
        columns = columns_in(header)
        steps = []
        for number, emit in enumerate(self._file.emits):
            if not self._check_columns(emit, columns):
                summary.incomplete |= entities_of([emit])
                continue
            steps.append(Step(self._file, number, columns, self._context))
            if emit.entity == "person" and column_of(emit, "marking") and columns.place(column_of(emit, "marking")):
                summary.tells_marking = True
        return steps

    def _check_columns(self, emit: Emit, columns: Columns) -> bool:
        """Whether the emit can run. A column that a required field needs must be there."""
        for name in emit.fields:
            column = column_of(emit, name)
            if columns.place(column) is not None:
                continue
            if is_required(emit, name):
                raise Fatal("column_missing", self._name, line=1, column=column)
            self._context.sink.finding(Finding(self._context.missing_rule, self._name, 1, column))
        return self._can_run(emit, columns)

    def _can_run(self, emit: Emit, columns: Columns) -> bool:
        return all(columns.place(condition.column) is not None for condition in emit.conditions)
