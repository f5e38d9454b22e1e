"""Filling a template, and finding what it cannot be filled with. Pure.

Only plain names in braces are places: no attribute, index, conversion or format is ever looked up, so that a template
reaches nothing but what it is given. A brace that is meant as such is doubled.
"""

from collections.abc import Collection, Mapping
from html import escape
from string import Formatter

from services.training.wording.defaults import Kind, places_of


class Broken(ValueError):
    """The braces do not pair up."""


def strangers(template: str, kind: Kind) -> list[str]:
    """The places that mails of the kind do not have, in their order. Raises Broken."""
    known = places_of(kind)
    return [name for name in _places(template) if name not in known]


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its places filled; a place without a value is left empty. Raises Broken."""
    return "".join(
        literal + ("" if name is None else values.get(name, "")) for literal, name, _, _ in _parsed(template)
    )


def as_html(text: str, lang: str, links: Collection[str] = ()) -> str:
    """Text as a page: a paragraph for each block, and `links` that can be clicked."""
    escaped = escape(text.strip())
    for link in links:
        shown = escape(link)
        escaped = escaped.replace(shown, f'<a href="{shown}">{shown}</a>')
    blocks = "".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in escaped.split("\n\n"))
    return f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"></head><body>{blocks}</body></html>'


def _places(template: str) -> list[str]:
    found = []
    for _, name, form, conversion in _parsed(template):
        if name is not None:
            found.append(name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else ""))
    return list(dict.fromkeys(found))


def _parsed(template: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(template))
    except ValueError as error:
        raise Broken(str(error)) from None
