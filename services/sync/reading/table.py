"""A delivered file as columns, read at once by polars; only where that surely gives the cells that reading row by row
gives. Everything else (short rows, blank lines, line ends inside cells, stray quotes) is left to the careful reader.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

_LONGEST = 64 * 1024
_UNUSED = "\x1f"
LINE = "line"


@dataclass(frozen=True)
class Table:
    """`frame` has a column of strings for each wanted place in the row, named by the place as text, and `line`.

    `trailer` is the last row where it is one, `lines` how many rows stand before it.
    """

    frame: pl.DataFrame
    trailer: list[str] | None
    lines: int


@dataclass(frozen=True)
class Layout:
    """How the file is written: its delimiter, the cells of its header, the word that marks a last row, if any."""

    delimiter: str
    header: list[str]
    trailer: str | None = None


def table_of(body: bytes, layout: Layout, places: list[int]) -> Table | None:
    """The columns at `places` of a file in UTF-8 without a mark, or None where it must be read with care."""
    if not _has_plain_lines(body):
        return None
    trailer = None
    if layout.trailer is not None:
        body, trailer = _without_trailer(body, layout)
    lines = body.count(b"\n") - body.endswith(b"\n")
    if lines < 1 or not _is_as_wide(body, layout, lines + 1):
        return None
    wanted = wanted_of(layout, places)
    frame = cells_of(body, layout, wanted)
    if frame is None or frame.height != lines or _has_blank_rows(frame):
        return None
    if layout.trailer is not None and (frame["0"].str.strip_chars() == layout.trailer).any():
        return None  # rows after a trailer are none
    return Table(frame.with_row_index(LINE, 2), trailer, lines)


def wanted_of(layout: Layout, places: Iterable[int]) -> list[int]:
    """The places of the columns that a table has."""
    return sorted({*places, 0} if layout.trailer is not None else set(places))


def rows_of(body: bytes, layout: Layout, places: list[int]) -> pl.DataFrame | None:
    """The columns at `places` of a file that `table_of` has taken before: what it has looked at is so."""
    if layout.trailer is not None:
        body, _ = _without_trailer(body, layout)
    frame = cells_of(body, layout, sorted(places))
    return None if frame is None else frame.with_row_index(LINE, 2)


def _has_plain_lines(body: bytes) -> bool:
    """Whether every line end is a row's, and no line is longer than the careful reader takes a cell for. Blank lines
    are left to be found by their width, or by their blank cells."""
    if b"\x00" in body or body[:1] in (b"", b"\n", b"\r"):
        return False
    if b"\r" in body and (b"\n\r\n" in body or body.count(b"\r") != body.count(b"\r\n")):
        return False
    half = _LONGEST // 2
    return all(body.find(b"\n", at, at + half) >= 0 for at in range(0, len(body) - half, half))


def _without_trailer(body: bytes, layout: Layout) -> tuple[bytes, list[str] | None]:
    start = body.rstrip(b"\r\n").rfind(b"\n") + 1
    cells = next(csv.reader([body[start:].decode(errors="replace")], delimiter=layout.delimiter), [""])
    if start == 0 or not cells or cells[0].strip() != layout.trailer:
        return body, None
    return body[:start], cells


def _is_as_wide(body: bytes, layout: Layout, lines: int) -> bool:
    """Whether every row has as many cells as the header. polars would fill short rows up and cut long ones off."""
    delimiter, between = layout.delimiter, len(layout.header) - 1
    if b'"' not in body:
        marks = body.translate(None, bytes(set(range(256)) - {ord(delimiter), ord("\n")}))
        return marks.removesuffix(b"\n") == b"\n".join([delimiter.encode() * between] * lines)
    return _is_as_wide_with_quotes(body, delimiter, between)


def _is_as_wide_with_quotes(body: bytes, delimiter: str, between: int) -> bool:
    if _UNUSED.encode() in body:
        return False
    rows = pl.read_csv(
        body, has_header=False, separator=_UNUSED, quote_char=None, infer_schema=False, empty_string_is_null=False
    ).to_series()
    is_quoted = rows.str.contains('"', literal=True)
    quoted, rows = rows.filter(is_quoted), rows.filter(~is_quoted)
    cell = f'(?:[^"{re.escape(delimiter)}]*|"(?:[^"]|"")*")'
    if not quoted.str.contains(f"^{cell}(?:{re.escape(delimiter)}{cell})*$").all():
        return False
    rows = pl.concat([rows, quoted.str.replace_all('"(?:[^"]|"")*"', "")])
    return bool((rows.str.count_matches(delimiter, literal=True) == between).all())


def cells_of(body: bytes, layout: Layout, wanted: list[int]) -> pl.DataFrame | None:
    """The columns at the `wanted` places as they stand, with nothing looked at; None where polars takes none."""
    try:
        frame = pl.read_csv(
            body,
            has_header=False,
            skip_rows=1,
            separator=layout.delimiter,
            columns=wanted,
            schema={f"column_{place + 1}": pl.String for place in range(len(layout.header))},
            infer_schema=False,
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame.rename(dict(zip(frame.columns, map(str, wanted), strict=True)))


def _has_blank_rows(frame: pl.DataFrame) -> bool:
    """Whether a row may be blank: nothing in the wanted cells. The others would have to be asked, too."""
    return bool(frame.select(pl.all_horizontal(pl.all() == "")).to_series().any())
