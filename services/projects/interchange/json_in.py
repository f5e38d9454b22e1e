"""Reading our own JSON. A value of the wrong kind is a finding of its row; the others are read. Pure."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic.alias_generators import to_camel

from services.projects.interchange.cells import FIELDS, KEYS
from services.projects.interchange.context import Context
from services.projects.interchange.days import Unreadable, read_day
from services.projects.interchange.errors import FileUnreadable
from services.projects.interchange.findings import Findings
from services.projects.interchange.layout import BY_FIELD, LONGEST, MOST_ROWS
from services.projects.interchange.parsed import Parsed, Row
from services.projects.interchange.sniff import decode
from services.projects.interchange.words import choices, code_of
from shared.kit.text import LANGUAGES, Text

_UNREADABLE = Text(
    sv="Filen saknar listan activities", en="The file has no list activities", da="Filen mangler listen activities"
)


def read_json(content: bytes, context: Context) -> Parsed:
    """Raises FileUnreadable."""
    document = json.loads(decode(content)[0])
    activities = document.get("activities")
    if not isinstance(activities, list):
        raise FileUnreadable(_UNREADABLE)
    parsed = Parsed("json", project=_string(document.get("projectId")), lang=_string(document.get("language")))
    if parsed.lang not in LANGUAGES:
        parsed.lang = None
    if len(activities) > MOST_ROWS:
        parsed.findings.add("too_many_rows", Row("activities", MOST_ROWS, {}).place(), most=MOST_ROWS)
    for number, given in enumerate(activities[:MOST_ROWS], start=1):
        if isinstance(given, dict):
            parsed.rows.append(_row(number, given, context, parsed.findings))
    return parsed


def _row(number: int, given: Mapping[str, Any], context: Context, findings: Findings) -> Row:
    columns = {name: to_camel(name) for name in (*KEYS, *FIELDS)}
    row = Row("activities", number, {}, columns)
    names = {field: context.names(field) for field in ("phase", "track")}
    for field, key in columns.items():
        if key not in given:
            continue
        value = given[key]
        kind = BY_FIELD[field].kind
        why = _wrong(field, kind, value)
        if why is None and kind == "part" and value is not None and names[field].find(value) is None:
            offered = ", ".join(names[field].all(context.lang))
            findings.add(f"{field}_unknown", row.place(field), value, choices=offered)
        elif why is None:
            row.cells[field] = value
        else:
            code, words = why
            offered = ", ".join(choices(field, context.lang)) if kind == "word" else ""
            findings.add(code, row.place(field), value, choices=offered, **words)
    return row


def _wrong(field: str, kind: str, value: Any) -> tuple[str, dict[str, Any]] | None:
    """The remark about a value, and its words; None for a good one."""
    if value is None:
        return None
    if kind == "number" or field == "version":
        return None if type(value) is int else ("number_unreadable", {})
    if kind == "flag" or not isinstance(value, str):
        return None if kind == "flag" and isinstance(value, bool) else ("word_unknown", {})
    if kind == "day":
        return _wrong_day(value)
    if kind == "word" and code_of(field, value) != value:
        return "word_unknown", {}
    most = LONGEST.get(field)
    return None if most is None or len(value) <= most else ("text_shortened", {"most": most})


def _wrong_day(value: str) -> tuple[str, dict[str, Any]] | None:
    try:
        read_day(date.fromisoformat(value))
    except Unreadable as why:
        return why.code, why.words
    except ValueError:
        return "date_unreadable", {}
    return None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
