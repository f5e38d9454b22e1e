"""Texts that a spreadsheet or an XML parser would take for something else, made harmless so that they come back whole.

A cell that begins with one of `_ACTIVE` is run as a formula by spreadsheets (OWASP, CSV injection): it gets an
apostrophe in front, which `restore` takes away again. Characters that XML cannot hold are written as `_xHHHH_`, as
OOXML does (ECMA-376 part 1, 22.9.2.19).
"""

import re

_ACTIVE = frozenset("=+-@\t\r\n|%＝＋－＠")
_QUOTE = "'"
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def neutralise(text: str) -> str:
    """The text so that no spreadsheet runs it."""
    if text[:1] in _ACTIVE or _is_quoted(text):
        return _QUOTE + text
    return text


def restore(text: str) -> str:
    """What `neutralise` was given; a text that never went through it stays as it is, unless it looks as if it had."""
    return text[1:] if _is_quoted(text) else text


def escape(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _UNFIT.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescape(text: str) -> str:
    """What `escape` was given."""
    return _CODE.sub(lambda found: chr(int(found[1], 16)), text)


def _is_quoted(text: str) -> bool:
    return text[:1] == _QUOTE and (text[1:2] in _ACTIVE or text[1:2] == _QUOTE) and len(text) > 1
