"""The file that a data subject gets: everything as JSON for programs, and the same as a table for people."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from shared.web.export import harmless

MEDIA = "application/zip"


def pack(found: Mapping[str, Any], about: Mapping[str, str]) -> bytes:
    """A zip of `person-data.json`, `person-data.csv` (a line per value) and the texts of `about`, by file name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("person-data.json", orjson.dumps(dict(found), option=orjson.OPT_INDENT_2, default=str))
        made.writestr("person-data.csv", _table(found))
        for name, words in about.items():
            made.writestr(name, words)
    return out.getvalue()


def count(found: Any) -> int:
    """How many rows an answer holds: every object that holds a value itself."""
    if isinstance(found, dict):
        is_row = any(value is not None and not isinstance(value, dict | list) for value in found.values())
        return is_row + sum(count(value) for value in found.values() if isinstance(value, dict | list))
    return sum(1 if not isinstance(one, dict | list) else count(one) for one in found)


def _table(found: Mapping[str, Any]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["service", "field", "value"])
    for service, answer in found.items():
        writer.writerows([service, harmless(path), harmless(str(value))] for path, value in _values(answer, ""))
    return ("\ufeff" + out.getvalue()).encode()


def _values(found: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(found, dict):
        for name, value in found.items():
            yield from _values(value, f"{path}.{name}" if path else str(name))
    elif isinstance(found, list | tuple):
        for number, value in enumerate(found, start=1):
            yield from _values(value, f"{path}[{number}]")
    elif found is not None:
        yield path, found
