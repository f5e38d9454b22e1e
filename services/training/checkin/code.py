"""The code on the trainer's screen: session, step of time, and a MAC under the session's own secret."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Self
from uuid import UUID

import segno

from services.training.checkin.errors import CodeForged, CodeOld

STEP_SECONDS = 30
GRACE_STEPS = 1
"""A code is taken for so many steps after its own: a phone needs a moment."""
_MAC_BYTES = 16
_STEP_BYTES = 6
_LENGTH = 16 + _STEP_BYTES + _MAC_BYTES


def new_secret() -> bytes:
    """The secret of one session's codes."""
    return secrets.token_bytes(32)


@dataclass(frozen=True)
class DoorCode:
    """A code as it was read; whether it is genuine, `check` tells."""

    session_id: UUID
    step: int
    mac: bytes

    @classmethod
    def make(cls, tenant: UUID, session_id: UUID, secret: bytes, at: datetime) -> Self:
        """The code of this instant."""
        step = int(at.timestamp()) // STEP_SECONDS
        return cls(session_id, step, _mac(tenant, session_id, step, secret))

    @classmethod
    def read(cls, text: str) -> Self:
        """The code that somebody scanned, bare or behind the `#` of a link; CodeForged for what we did not make."""
        text = text.rpartition("#")[2]
        try:
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            raise CodeForged() from None
        if len(raw) != _LENGTH or _text(raw) != text:
            raise CodeForged()
        step = int.from_bytes(raw[16 : 16 + _STEP_BYTES], "big")
        return cls(UUID(bytes=raw[:16]), step, raw[-_MAC_BYTES:])

    @property
    def text(self) -> str:
        """As it stands in the QR symbol."""
        return _text(self.session_id.bytes + self.step.to_bytes(_STEP_BYTES, "big") + self.mac)

    @property
    def changes_at(self) -> datetime:
        """When the screen must show the next one."""
        return datetime.fromtimestamp((self.step + 1) * STEP_SECONDS, UTC)

    def check(self, tenant: UUID, secret: bytes, at: datetime) -> None:
        """Raises CodeForged unless it was made with the session's secret, CodeOld unless it is of this moment."""
        if not hmac.compare_digest(self.mac, _mac(tenant, self.session_id, self.step, secret)):
            raise CodeForged()
        if not 0 <= int(at.timestamp()) // STEP_SECONDS - self.step <= GRACE_STEPS:
            raise CodeOld()


def draw(text: str, title: str) -> str:
    """The QR symbol as SVG of its own size, with a title for who cannot see it."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, scale=8, title=title)
    return out.getvalue().decode()


def _mac(tenant: UUID, session_id: UUID, step: int, secret: bytes) -> bytes:
    told = tenant.bytes + session_id.bytes + step.to_bytes(_STEP_BYTES, "big")
    return hmac.digest(secret, told, hashlib.sha256)[:_MAC_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
