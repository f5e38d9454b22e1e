"""Opaque secrets that we hand out: codes, refresh tokens, session cookies.

A handle carries the tenant under whose row security its row lies, so that no lookup crosses tenants, and 256 random
bits. Only its SHA-256 is stored: with that much entropy a slow hash would add nothing.
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Self
from uuid import UUID

_TEXT = re.compile(r"[A-Za-z0-9_-]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Handle:
    """`text` goes out once and is never stored; `digest` is what the row holds."""

    tenant: UUID
    text: str

    @classmethod
    def new(cls, tenant: UUID) -> Self:
        """A fresh handle for a row of `tenant`."""
        return cls(tenant, base64.urlsafe_b64encode(tenant.bytes + secrets.token_bytes(32)).decode())

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """What the caller sent back; None for anything that we did not make."""
        if text is None or not _TEXT.fullmatch(text):
            return None
        return cls(UUID(bytes=base64.urlsafe_b64decode(text)[:16]), text)

    @property
    def digest(self) -> bytes:
        return digest_of(self.text)


def digest_of(text: str) -> bytes:
    """SHA-256 of a secret with at least 128 random bits."""
    return hashlib.sha256(text.encode()).digest()
