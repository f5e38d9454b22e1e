"""Login names, as accounts are found by them."""

import hashlib


def login_digest(login_name: str) -> bytes:
    """How a login name is stored for recognition: SHA-256 of its lower-case form (see `sync.PersonChange`)."""
    return hashlib.sha256(login_name.strip().lower().encode()).digest()
