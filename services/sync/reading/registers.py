"""Registers' own formats as deliveries: what they hold becomes tables before the mapping reads them."""

from services.sync.reading.emitting import Context
from services.sync.reading.mapping import Mapping
from services.sync.reading.source import Source
from services.sync.reading.ss12000 import ss12000_tables
from services.sync.reading.stil import stil_tables
from services.sync.reading.virtual import Virtual


def as_tables(source: Source, mapping: Mapping, context: Context) -> tuple[Source, Mapping]:
    """The delivery as files of rows: itself, unless it is in a format of its own. Raises Fatal.

    The mapping comes back without the files that this source has never had: they prove nothing, and end nothing.
    """
    if mapping.manifest == "ss12000":
        tables = ss12000_tables(source, context.today)
    elif mapping.manifest == "stil":
        tables = stil_tables(source, context)
    else:
        return source, mapping
    return tables, _without_never_told(mapping, tables)


def _without_never_told(mapping: Mapping, tables: Virtual) -> Mapping:
    files = tuple(file for file in mapping.files if file.file not in tables.never_told)
    return mapping.model_copy(update={"files": files}) if files else mapping
