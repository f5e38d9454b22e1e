"""Secrets that we must read again (signing keys, secrets at providers), sealed under the service's file key."""

from cryptography.exceptions import InvalidTag

from shared.kit.keyring import Box


class SealBroken(Exception):
    """The sealed bytes were changed, moved to another row, or sealed under another file key."""


class Sealer:
    """AES-256-GCM under a key derived from the file key for one purpose, apart from the one that seals files.

    `info` names service and purpose ("startklar.identity.seal.v1"): what one seals, no other opens.
    """

    def __init__(self, file_key: bytes, info: bytes) -> None:
        self._box = Box(file_key, info)

    def seal(self, plain: bytes, place: str) -> bytes:
        """`plain` sealed for `place` (table and id of the row); it opens nowhere else."""
        return self._box.seal(plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The plain bytes; raises SealBroken."""
        try:
            return self._box.open(sealed, place.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(place) from error
