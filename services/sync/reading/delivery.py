"""Reads a whole delivery: file by file, row by row, telling at the end what was there and what was not."""

import csv
from collections import Counter
from collections.abc import Iterable

from services.sync.reading.apart import Former
from services.sync.reading.bulk import BulkReader
from services.sync.reading.canonical import ENTITIES
from services.sync.reading.emitting import Context
from services.sync.reading.file import FileReader, Reading, Summary, at_a_time, entities_of
from services.sync.reading.findings import Fatal, Finding
from services.sync.reading.mapping import Emit, MappedFile, Mapping
from services.sync.reading.oneroster import check_manifest
from services.sync.reading.partial import PartReading
from services.sync.reading.prints import Print, states_the_same
from services.sync.reading.source import Source
from services.sync.reading.touched import NotTouched

_FIELD_LIMIT = 64 * 1024


def read_delivery(source: Source, mapping: Mapping, context: Context, former: Former | None = None) -> Summary:
    """Everything in `source` into the context's sink; or what differs from `former`, where that can be told.

    Raises Fatal where nothing can be made of it.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    if mapping.manifest == "oneroster":
        check_manifest(source, mapping)
    names = {name.casefold(): name for name in source.names()}
    # What the mapping does not speak of, the delivery says nothing about.
    spoken = {kind for file in mapping.files for kind in entities_of(file.emits)}
    summary = Summary(incomplete=set(ENTITIES) - spoken)
    reading = Reading(context, BulkReader(_several(mapping)), former)
    opened = at_a_time(lambda file: _reader(source, names, file, reading), mapping.files)
    readers = {reader.file.file: reader for reader in opened if reader}
    summary.prints = _prints(readers.values())
    if states_the_same(summary.prints, context.known_prints):
        summary.is_known = True
        return summary
    if former is not None and _is_read_in_part(list(readers.values()), reading, former, summary):
        return summary
    _read_whole(mapping, readers, context, summary)
    return summary


def _is_read_in_part(readers: list[FileReader], reading: Reading, former: Former, summary: Summary) -> bool:
    try:
        PartReading(readers, reading).read(former, summary)
    except NotTouched:
        for reader in readers:
            reader.forget()
        return False
    return True


def _read_whole(mapping: Mapping, readers: dict[str, FileReader], context: Context, summary: Summary) -> None:
    for file in mapping.files:
        if file.file not in readers:
            context.sink.finding(Finding("optional_file_missing", file.file))
            summary.incomplete |= entities_of(file.emits) | _asking_for(mapping, file.emits)
            continue
        done = readers.pop(file.file).read(summary)
        summary.files.append(done)
        if not done.is_complete:
            summary.incomplete |= entities_of(file.emits) | _asking_for(mapping, file.emits)
    if not summary.tells_marking and context.fail_closed:
        context.sink.finding(Finding("marking_unknown"))


def _reader(source: Source, names: dict[str, str], file: MappedFile, reading: Reading) -> FileReader | None:
    """The file made ready, or None where it is missing and may be."""
    name = names.get(file.file.casefold())
    if name is not None:
        return FileReader(source, name, file, reading)
    if file.required:
        raise Fatal("file_missing", file.file)
    return None


def _prints(readers: Iterable[FileReader]) -> list[Print] | None:
    """The prints of all files; None where one of them must be read row by row."""
    prints = [reader.print for reader in readers]
    return None if None in prints else [found for found in prints if found is not None]


def _asking_for(mapping: Mapping, emits: Iterable[Emit]) -> set[str]:
    """The kinds whose rows depend on ids that these emits collect."""
    collected = {emit.collect for emit in emits if emit.collect}
    asking = (
        emit
        for file in mapping.files
        for emit in file.emits
        if any(condition.collected in collected for condition in emit.conditions)
    )
    return {emit.entity for emit in asking if emit.entity}


def _several(mapping: Mapping) -> frozenset[str]:
    """The kinds that more than one emit fills."""
    counts = Counter(emit.entity for file in mapping.files for emit in file.emits if emit.entity)
    return frozenset(kind for kind, count in counts.items() if count > 1)
