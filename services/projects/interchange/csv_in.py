"""Reading comma-separated files of any maker: the encoding and the separator are found out. Pure."""

import csv
from collections import Counter
from io import StringIO

from services.projects.interchange.context import Context
from services.projects.interchange.errors import FileUnreadable
from services.projects.interchange.findings import Place
from services.projects.interchange.layout import language_of
from services.projects.interchange.parsed import Parsed
from services.projects.interchange.sniff import decode
from services.projects.interchange.table_in import Grid, Raw, read_table
from shared.kit.text import Text

_SEPARATORS = ";,\t|"
_UNREADABLE = Text(
    sv="Filen är ingen kommaseparerad text", en="The file is no comma-separated text", da="Filen er ikke en CSV-fil"
)


def read_csv(content: bytes, context: Context) -> Parsed:
    """Raises FileUnreadable."""
    parsed = Parsed("csv")
    lines = csv_lines(content, parsed)
    parsed.lang = language_of(lines[0]) if lines else None
    rows: list[list[Raw]] = [[cell if cell else None for cell in line] for line in lines]
    parsed.rows = read_table(Grid(None, rows, letters=lambda place: str(place + 1)), context, parsed.findings)
    return parsed


def csv_lines(content: bytes, parsed: Parsed) -> list[list[str]]:
    """The cells of every line. Raises FileUnreadable."""
    text, is_guessed = decode(content)
    if is_guessed:
        parsed.findings.add("encoding_guessed", Place())
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=False))
    except csv.Error:
        raise FileUnreadable(_UNREADABLE) from None


def _separator(text: str) -> str:
    """What the line of headings is divided by; Excel puts it in front as `sep=;` if told to."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    if first.startswith("sep=") and len(first) > 4:
        return first[4]
    found = Counter(character for character in first if character in _SEPARATORS)
    return found.most_common(1)[0][0] if found else ";"
