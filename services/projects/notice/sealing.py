"""Addresses and their codes, sealed under the service's file key: the database alone tells nobody's address."""

from cryptography.exceptions import InvalidTag

from services.projects.notice.models import NotificationPreference
from shared.kit.keyring import Box

SEAL_INFO = b"startklar.projects.notice.v1"


class Sealer:
    """AES-256-GCM under a key derived from the file key for this use alone; what is sealed opens in its row only."""

    def __init__(self, file_key: bytes) -> None:
        self._box = Box(file_key, SEAL_INFO)

    def seal(self, plain: str, row: NotificationPreference, field: str) -> bytes:
        return self._box.seal(plain.encode(), _place(row, field))

    def open(self, sealed: bytes | None, row: NotificationPreference, field: str) -> str | None:
        """None where there is nothing, or what is there was changed, moved or sealed under another key."""
        if sealed is None:
            return None
        try:
            return self._box.open(sealed, _place(row, field)).decode()
        except (InvalidTag, ValueError):
            return None


def _place(row: NotificationPreference, field: str) -> bytes:
    return f"notification_preference/{row.tenant_id}/{row.id}/{field}".encode()
