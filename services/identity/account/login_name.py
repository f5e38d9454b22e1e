"""Login names, as accounts are found by them."""

import hashlib


def login_digest(login_name: str) -> bytes:
    """How a login name is stored for recognition: SHA-256 of its lower-case form (see `sync.PersonChange`)."""
    return hashlib.sha256(login_name.strip().lower().encode()).digest()


def scope_of(login_name: str) -> str | None:
    """The security domain of a scoped login name (`kim@norrvik.example`), in lower case.

    None where there is none, or more than one could be meant. Only ASCII: lower-casing turns some foreign letters
    (the Kelvin sign) into ours, and a domain that only looks like another's must not become it.
    """
    name, at, scope = login_name.strip().partition("@")
    if not (name and at and scope) or "@" in scope or not scope.isascii():
        return None
    return scope.lower()


def is_scoped(login_name: str) -> bool:
    """Whether the name says that it belongs to a domain, well formed or not."""
    return "@" in login_name
