"""The forms in which a name, number or address may lie somewhere: encodings, escapes, dumps of bytes, base64."""

import base64
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

LEAST = 4
"""Characters; shorter ones are found by chance."""


def forms(needle: str) -> set[bytes]:
    """Every byte string that `needle` may be, in small letters; look for it with `pattern`."""
    found: set[bytes] = set()
    for spelling in _spellings(needle):
        for coding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"):
            try:
                plain = spelling.encode(coding)
            except UnicodeEncodeError:
                continue
            found |= {plain, plain.hex().encode(), *_base64(plain)}
        found |= {form.encode() for form in _escaped(spelling)}
    return {form for form in found if len(form) >= LEAST}


def pattern(needles: Iterable[str]) -> re.Pattern[bytes]:
    """Finds any form of any of them, letters large or small. ValueError for one that is too short to mean anything."""
    wanted = list(needles)
    if short := [needle for needle in wanted if len(needle) < LEAST]:
        raise ValueError(f"{len(short)} of the words are shorter than {LEAST} characters")
    every = {form for needle in wanted for form in forms(needle)}
    # The longest first, so that what is found is told as it stands there.
    return re.compile(b"|".join(re.escape(form) for form in sorted(every, key=len, reverse=True)), re.IGNORECASE)


def _spellings(needle: str) -> set[str]:
    written = {needle, needle.lower(), needle.upper(), needle.title()}
    return written | {unicodedata.normalize("NFD", one) for one in written}


def _escaped(word: str) -> Iterator[str]:
    yield json.dumps(word)[1:-1]
    yield quote(word)
    yield quote_plus(word)
    yield "".join(letter if letter.isascii() else f"&#{ord(letter)};" for letter in word)
    yield "".join(letter if letter.isascii() else f"&#x{ord(letter):x};" for letter in word)


def _base64(plain: bytes) -> Iterator[bytes]:
    """The part of base64 that depends on `plain` alone, wherever it begins: three alignments, both alphabets."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + plain)
        first = -(-before * 8 // 6)
        last = (before + len(plain)) * 8 // 6
        middle = coded[first:last]
        if len(middle) >= 2 * LEAST:
            yield middle
            yield middle.replace(b"+", b"-").replace(b"/", b"_")
