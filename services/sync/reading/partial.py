"""Reads of a delivery only what differs from the one before, whose content and findings are at hand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from services.sync.reading.apart import Former
from services.sync.reading.bulk import BulkReader
from services.sync.reading.canonical import ENTITIES
from services.sync.reading.emitting import Cells, Context
from services.sync.reading.file import FileReader, Reading, Summary, at_a_time
from services.sync.reading.findings import Fatal, Finding
from services.sync.reading.frames import FULL, SCOPE
from services.sync.reading.prints import total, uneven
from services.sync.reading.table import LINE
from services.sync.reading.touched import NotTouched, Selection, Sheet, select


class PartReading:
    """The files of one delivery, all of them tables."""

    def __init__(self, readers: Sequence[FileReader], reading: Reading) -> None:
        self._readers = readers
        self._reading = reading

    def read(self, former: Former, summary: Summary) -> Summary:
        """Emit what differs. Raises NotTouched, and has emitted nothing then."""
        sheets = self._sheets(former)
        selection = select(sheets, self._reading.context)
        sink = self._reading.context.sink
        for kind, ids in selection.scope.items():
            _tell(SCOPE, pl.DataFrame({"kind": kind, "sid": sorted(ids - {""})}), self._reading.context)
        for name, lines in selection.full.items():
            _tell(FULL, pl.DataFrame({"file": name, "line": lines}), self._reading.context)
        summary.retold = self._retold(sheets, selection)
        for reader in self._readers:
            chosen = {number: lines for (name, number), lines in selection.lines.items() if name == reader.file.file}
            done = reader.read(summary, chosen)
            summary.files.append(done)
            if not done.is_complete:
                raise RuntimeError("a file that has a print is whole")
        if not summary.tells_marking and self._reading.context.fail_closed:
            sink.finding(Finding("marking_unknown"))
        return summary

    def _sheets(self, former: Former) -> list[Sheet]:
        about = [one["about"] for one in former.prints]
        if [reader.print and reader.print["about"] for reader in self._readers] != about:
            raise NotTouched
        pairs = list(zip(self._readers, former.prints, strict=True))
        try:
            return at_a_time(lambda pair: sheet_of(*pair, former), pairs)
        except Fatal:
            raise NotTouched from None

    def _retold(self, sheets: Sequence[Sheet], selection: Selection) -> dict[str, int]:
        """By kind, how many rows more there are than in the delivery before; of kinds that are told row by row."""
        now, before = _Counting(), _Counting()
        for sink, is_now in ((now, True), (before, False)):
            context = replace(self._reading.context, sink=sink, collected={}, seen={})
            reading = Reading(context, BulkReader(self._reading.bulk.several))
            for reader, sheet in zip(self._readers, sheets, strict=True):
                _count(reader, sheet, selection, reading, is_now=is_now)
        emits = [emit for sheet in sheets for emit in sheet.file.emits if emit.entity]
        kinds = {emit.entity or "" for emit in emits}
        # What many rows repeat, or several emits tell, cannot be counted from a part of them.
        kinds -= {emit.entity for emit in emits if emit.repeats and ENTITIES[emit.entity or ""].has_source_id}
        kinds -= {kind for kind in self._reading.bulk.several if ENTITIES[kind].has_source_id}
        return {kind: now.counts[kind] - before.counts[kind] for kind in sorted(kinds)}


def sheet_of(reader: FileReader, told: Mapping[str, Any], former: Former) -> Sheet:
    """What differs in one file, whose print was `told`. Raises NotTouched, and Fatal for an unreadable former file."""
    apart = reader.apart
    said = pl.Series(reader.noted, dtype=pl.UInt32)
    if apart is not None:
        found = pl.concat([apart.found, said]).unique().sort()
        return Sheet(reader.file, reader.columns, apart.ids, reader.at, apart.came, apart.gone, found)
    rows, were = reader.rows, reader.former(former.source())
    if rows is None or were is None or were[0].height != told["rows"]:
        raise NotTouched
    (now, hashes), (then, old) = rows, were
    if f"{total(old):x}" != told["sums"][0]:
        raise NotTouched
    came, gone = uneven(hashes, old)
    lines = former.found_in(reader.name)
    if any(line >= then.height for line in lines):
        raise NotTouched
    about = old.gather(lines)
    return Sheet(
        file=reader.file,
        columns=reader.columns,
        now=now,
        at=reader.at,
        came=now[LINE].filter(came),
        gone=then.filter(gone),
        found=now[LINE].filter(hashes.is_in(about.implode()) | now[LINE].is_in(said.implode())),
    )


def _count(reader: FileReader, sheet: Sheet, selection: Selection, reading: Reading, *, is_now: bool) -> None:
    """Emit the rows that are told other than before, as they are told now, or as they were told."""
    name = sheet.file.file
    asked = [lines for (file, _), lines in selection.asked.items() if file == name]
    retold = selection.retold[name]
    lines = pl.concat([retold, *asked]).unique()
    rows = sheet.at(lines)
    told = rows.with_columns(told=pl.col(LINE).is_in(retold.implode()))
    if not is_now:
        stayed = told.filter(~pl.col(LINE).is_in(sheet.came.implode()))
        told = pl.concat([sheet.gone.with_columns(told=pl.lit(True)), stayed])
    rows = told.drop(LINE).with_row_index(LINE, 2)
    every, counted = rows[LINE], rows[LINE].filter(rows["told"])
    chosen = {number: every if emit.collect else counted for number, emit in enumerate(sheet.file.emits)}
    reader.say(rows.drop("told"), chosen, reading)


def _tell(entity: str, rows: pl.DataFrame, context: Context) -> None:
    if rows.height:
        context.sink.bulk(entity, rows.write_csv(include_header=False).encode())


@dataclass
class _Counting:
    """A Sink that counts rows and keeps nothing."""

    counts: Counter[str] = field(default_factory=Counter)

    def row(self, entity: str, cells: Cells) -> None:  # noqa: ARG002 - a Sink
        self.counts[entity] += 1

    def bulk(self, entity: str, csv: bytes) -> None:
        self.counts[entity] += csv.count(b"\n")  # no plain cell holds a line end

    def protect(self, sid: str) -> None:
        pass

    def keep(self, entity: str, sid: str) -> None:
        pass

    def finding(self, finding: Finding) -> None:
        pass
