"""Lists as files: piece after piece, and cells that no spreadsheet takes for a formula."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from shared.web.export import CSV, NDJSON, written
from shared.web.models import ApiModel


class Line(ApiModel):
    number: int
    said_so: str | None
    parts: list[str] = []
    after: dict[str, Any] | None = None


def source(lines: Sequence[Line], piece: int = 2) -> tuple[Any, list[int]]:
    """A reader of pages, and after which number it was asked each time."""
    asked: list[int] = []

    async def pages(last: Line | None) -> Sequence[Line]:
        start = last.number if last else 0
        asked.append(start)
        return lines[start : start + piece]

    return pages, asked


async def file_of(media: str, lines: Sequence[Line]) -> tuple[str, list[int]]:
    pages, asked = source(lines)
    return b"".join([piece async for piece in written(media, Line, pages)]).decode(), asked


async def test_pieces_follow_each_other_to_the_end() -> None:
    lines = [Line(number=number, said_so="ja") for number in range(1, 6)]
    whole, asked = await file_of(NDJSON, lines)
    assert [json.loads(line)["number"] for line in whole.splitlines()] == [1, 2, 3, 4, 5]
    assert asked == [0, 2, 4, 5]


async def test_a_cell_of_csv_is_never_a_formula_and_ndjson_keeps_the_words() -> None:
    evil = ['=HYPERLINK("x")', "+1", "-1", "@SUM(1)", "\t=1", "\r=1"]
    lines = [Line(number=at, said_so=word, parts=[word, "b"], after={"a": word}) for at, word in enumerate(evil, 1)]
    table, _ = await file_of(CSV, lines)
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert [row["saidSo"] for row in rows] == [f"'{word}" for word in evil]
    assert [row["parts"] for row in rows] == [f"'{word} b" for word in evil]
    assert [json.loads(row["after"])["a"] for row in rows] == evil
    said, _ = await file_of(NDJSON, lines)
    assert [json.loads(line)["saidSo"] for line in said.splitlines()] == evil


async def test_an_empty_list_is_a_head_line_alone() -> None:
    assert (await file_of(CSV, []))[0] == "\ufeffnumber;saidSo;parts;after\r\n"
    assert (await file_of(NDJSON, []))[0] == ""
