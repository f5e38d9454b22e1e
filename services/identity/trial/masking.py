"""Values of attributes as an administrator may see them: the form can be recognised, the person not. Pure."""

import re
import unicodedata

LONGEST = 1000
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_ADDRESS = re.compile(r"(?:https?://|urn:)[A-Za-z0-9._~:/#%+-]{1,300}", re.ASCII)


def mask(value: str) -> str:
    """`anna@norrvik.example` as `a***@norrvik.example`, anything else as its first character and `***`.

    A value behind a scope keeps the scope, for that is what goes wrong; everything else may be a name or a number.
    """
    local, at, scope = value.rpartition("@")
    if at and local and _MAIL.fullmatch(value):
        return f"{local[0]}***@{scope[:100]}"
    return f"{value[0]}***" if len(value) > 3 else "***"


def is_code(value: str) -> bool:
    """Whether a value is an address of a vocabulary, such as a level of assurance, which no person can be told by.

    One that ends in what looks like an id of somebody (OIOSAML names people by an address) is none.
    """
    return bool(_ADDRESS.fullmatch(value)) and not re.search(r"\d{6}|[0-9a-f]{8}-|@", value)


def is_well_formed(name: str, value: str, login_claim: str) -> bool:
    """Whether a value can be what its attribute says: a login name with a scope, or a text without control marks."""
    if name == login_claim:
        return bool(_MAIL.fullmatch(value)) and len(value) <= 254
    return 0 < len(value) <= LONGEST and not any(unicodedata.category(mark) == "Cc" for mark in value)
