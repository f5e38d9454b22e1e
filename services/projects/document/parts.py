"""Blocks of a printed document: a heading with words, a table, or a picture below it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from shared.kit.text import Lang, Text

Part = dict[str, Any]


def heading(level: int, text: Text, lang: Lang) -> Part:
    return {"level": level, "heading": text.pick(lang)}


def written(level: int, text: Text, content: str | None, lang: Lang) -> Part:
    """Somebody's words, a paragraph for each run of lines; without any it says so."""
    paragraphs = [" ".join(run.split()) for run in (content or "").replace("\r", "").split("\n\n")]
    return heading(level, text, lang) | {"text": [each for each in paragraphs if each]}


def table(
    level: int, text: Text, lang: Lang, columns: Sequence[tuple[Text, float]], rows: Iterable[Sequence[str]]
) -> Part:
    """`columns` are headings with their share of the width."""
    return heading(level, text, lang) | {
        "columns": [share for _, share in columns],
        "heads": [name.pick(lang) for name, _ in columns],
        "rows": [list(row) for row in rows],
    }


def chart(level: int, text: Text, lang: Lang, svg: bytes, *, wide: bool = False) -> Part:
    return heading(level, text, lang) | {"picture": svg.decode(), "alt": text.pick(lang), "wide": wide}


def said(value: Any, lang: Lang) -> str:
    """A stored text ({sv, en, da}) in the reader's language; nothing for null."""
    return "" if value is None else Text.model_validate(value).pick(lang)


def day(value: date | str | None) -> str:
    """ISO 8601, as the three languages write dates in documents."""
    return "" if value is None else str(value)
