"""Picks values out of raw SS12000 objects. Whatever is not shaped as the standard says counts as not told."""

import json
from collections.abc import Iterator
from typing import Any

Raw = dict[str, Any]
# The address that a school uses for somebody comes before the one that they use at home.
_MAIL_ORDER = ("Skola personal", "Skola elev", "Arbete övrigt", "Privat")


def text(raw: Raw, name: str) -> str:
    """A plain value; empty where there is none."""
    value = raw.get(name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def ref(raw: Raw, name: str) -> str:
    """The id in a reference to another object."""
    value = raw.get(name)
    return text(value, "id") if isinstance(value, dict) else ""


def items(raw: Raw, name: str) -> Iterator[Raw]:
    """The objects of a list."""
    value = raw.get(name)
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def words(raw: Raw, name: str) -> str:
    """A list of plain values as a list cell."""
    value = raw.get(name)
    return ",".join(str(item) for item in value if isinstance(item, str)) if isinstance(value, list) else ""


def first(raw: Raw, name: str) -> str:
    """The first of a list of plain values."""
    value = raw.get(name)
    return next((item for item in value if isinstance(item, str) and item), "") if isinstance(value, list) else ""


def mail(person: Raw) -> str:
    """The one mail address that the roster keeps."""
    told = [(text(item, "type"), text(item, "value")) for item in items(person, "emails")]
    order = {kind: place for place, kind in enumerate(_MAIL_ORDER)}
    ranked = sorted((pair for pair in told if pair[1]), key=lambda pair: order.get(pair[0], len(order)))
    return ranked[0][1] if ranked else ""


def number(person: Raw) -> tuple[str, str]:
    """The national number, and of which nation it is."""
    value = person.get("civicNo")
    return (text(value, "value"), text(value, "nationality")) if isinstance(value, dict) else ("", "")


def externals(person: Raw) -> str:
    """The identifiers of other systems, as a JSON list of [context, value]."""
    pairs = [[text(item, "context"), text(item, "value")] for item in items(person, "externalIdentifiers")]
    told = [pair for pair in pairs if pair[0] and pair[1]]
    return json.dumps(told, ensure_ascii=False) if told else ""
