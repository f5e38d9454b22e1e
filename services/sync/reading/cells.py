"""Turns one delivered cell into one canonical cell, as text for COPY (the empty string is NULL)."""

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date

from services.sync.reading.canonical import FieldSpec

MAX_LENGTH = 200
MAX_EXTERNALS = 2000
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?")
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_MONTH = re.compile(r"(\d{4})-?(0[1-9]|1[0-2])(?:-?\d{2})?(?:[T ].*)?")
_PAIR = re.compile(r"\{\s*([^:{}]+?)\s*:\s*([^{}]*?)\s*\}")


class BadCell(Exception):
    """The cell breaks `rule`; the row goes on with an empty cell, or is left out where the field is required."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


Converter = Callable[[str], str]


def clean(cell: str) -> str:
    """Composed letters, no control or direction-override characters, single blanks."""
    if cell.isascii() and cell.isalnum():
        return cell
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", cell)).split())


def converter(field: FieldSpec, values: dict[str, str], *, is_list: bool) -> Converter:
    """How a cell of `field` is read; `values` translates it first, exactly as the file spells it or ignoring case."""
    if field.form == "choices":
        return _Choices(_Choice(field, values), is_list=is_list)
    if field.form == "choice":
        return _Choice(field, values)
    if field.form == "marking":
        return _Marking(values)
    return _CONVERTERS.get(field.form, _text)


def pick(cell: str, wanted: str) -> str:
    """The value of type `wanted` in `{type:value},{type:value}`; empty where there is none."""
    for kind, value in _PAIR.findall(cell):
        if kind.casefold() == wanted.casefold():
            return str(value)
    return ""


def pairs(cell: str) -> list[tuple[str, str]]:
    """All of `{context:value},{context:value}`; or, where a context holds colons, a JSON list of [context, value]."""
    if not cell.startswith("["):
        return [(kind, value) for kind, value in _PAIR.findall(cell) if value]
    try:
        read = json.loads(cell)
    except ValueError:
        raise BadCell("value_malformed") from None
    if not all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair) for pair in read):
        raise BadCell("value_malformed")
    return [(clean(kind), clean(value)) for kind, value in read if value]


def elements(cell: str) -> list[str]:
    """The elements of a comma-separated list cell."""
    return [part for part in (piece.strip() for piece in cell.split(",")) if part]


def _text(cell: str) -> str:
    if len(cell) > MAX_LENGTH:
        raise BadCell("value_too_long")
    return cell


def _date(cell: str) -> str:
    match = _DATE.fullmatch(cell)
    try:
        return date(*(int(part) for part in match.groups())).isoformat() if match else _malformed()
    except ValueError:
        return _malformed()


def _number(cell: str) -> str:
    return str(int(cell)) if cell.isascii() and cell.isdigit() and len(cell) <= 4 else _malformed()


def _count(cell: str) -> str:
    return str(int(cell)) if cell.isascii() and cell.isdigit() and len(cell) <= 9 else _malformed()


def _month(cell: str) -> str:
    match = _MONTH.fullmatch(cell)
    return f"{match[1]}-{match[2]}-01" if match and match[1] > "0000" else _malformed()


def _externals(cell: str) -> str:
    if len(cell) > MAX_EXTERNALS:
        raise BadCell("value_too_long")
    return cell


def _mail(cell: str) -> str:
    return cell if len(cell) <= MAX_LENGTH and _MAIL.fullmatch(cell) else _malformed()


def _login(cell: str) -> str:
    return _text(cell.casefold()) if " " not in cell else _malformed()


def _malformed() -> str:
    raise BadCell("value_malformed")


_CONVERTERS: dict[str, Converter] = {
    "date": _date,
    "month": _month,
    "number": _number,
    "count": _count,
    "email": _mail,
    "login": _login,
    "externals": _externals,
}


class _Choice:
    def __init__(self, field: FieldSpec, values: dict[str, str]) -> None:
        self._known = {word: word for word in field.choices}
        self._known |= {word.casefold(): value for word, value in values.items()}
        self._allowed = field.choices
        self.fallback = field.fallback

    def __call__(self, cell: str) -> str:
        value = self._known.get(cell.casefold())
        if value is None or value not in self._allowed:
            raise BadCell("value_unknown")
        return value


class _Choices:
    def __init__(self, choice: _Choice, *, is_list: bool) -> None:
        self._choice = choice
        self._is_list = is_list

    def __call__(self, cell: str) -> str:
        parts = elements(cell) if self._is_list else [cell]
        return "{" + ",".join(dict.fromkeys(self._choice(part) for part in parts)) + "}"


class _Marking:
    """Fails closed: only a value that is declared to mean `none` says that a person is not protected."""

    def __init__(self, values: dict[str, str]) -> None:
        self._open = {word.casefold() for word, value in values.items() if value == "none"}

    def __call__(self, cell: str) -> str:
        return "f" if cell.casefold() in self._open else "t"
