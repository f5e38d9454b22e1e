"""Rules about dates and times: RFC 3339, with an offset (DOT)."""

import re
from collections.abc import Iterator

from openapi.rules.document import Document, Found, Node, error, warning

DATE = re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
TIME = re.compile(
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
    r"([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)?$"
)
OFFSET = re.compile(r"([Zz]|[+-]\d\d:\d\d)$")


def dated(doc: Document) -> Iterator[tuple[str, str, object]]:
    """Pointer, format and example (or None) of each date or date-time property, nullable ones included."""
    for pointer, _, schema in doc.properties():
        for part in [schema, *schema.get("anyOf", []), *schema.get("oneOf", [])]:
            if part.get("format") in ("date", "date-time"):
                yield pointer, part["format"], example_of(schema, part)
                break


def example_of(schema: Node, part: Node) -> object:
    return schema.get("example", part.get("example"))


def rfc3339(doc: Document) -> Iterator[Found]:
    for pointer, form, example in dated(doc):
        pattern = DATE if form == "date" else TIME
        if example is None:
            yield pointer, f"a {form} without an example"
        elif not pattern.match(str(example)):
            yield pointer, f"example {example!r} is no RFC 3339 {form}"


def with_offset(doc: Document) -> Iterator[Found]:
    for pointer, form, example in dated(doc):
        if form == "date-time" and example is not None and not OFFSET.search(str(example)):
            yield pointer, f"example {example!r} has no offset (Z or +hh:mm)"


RULES = (
    error("DOT.02", "every date and time has an example in RFC 3339", rfc3339),
    warning("DOT.04", "every time carries an offset from UTC", with_offset),
)
