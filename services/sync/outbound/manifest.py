"""What a package held, row by row, as keys and digests: the base from which a later delta is told.

Keys are ids, never names. A digest is keyed by the tenant, so that it tells nothing about a row to who finds it.
"""

import gzip
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import orjson

Key = tuple[str, ...]
# In place of a digest; no row has these. The platform has another row under the key, or perhaps one.
CHANGED, PERHAPS = b"", b"?"
_ROWS_PER_PIECE = 5000


@dataclass
class Manifest:
    """Digests by file and key. `secret` keys the digests."""

    secret: bytes
    rows: dict[str, dict[Key, bytes]] = field(default_factory=dict)

    def digest(self, cells: list[str]) -> bytes:
        """16 bytes that stand for the row."""
        return hashlib.blake2b("\x1f".join(cells).encode(), digest_size=16, key=self.secret).digest()

    def add(self, file: str, key: Key, digest: bytes) -> None:
        self.rows.setdefault(file, {})[key] = digest

    def doubt(self, other: "Manifest") -> None:
        """Count as told what `other` may have told: such a row is told again, or taken back, whatever became of it."""
        for file in {*self.rows, *other.rows}:
            known, told = self.rows.setdefault(file, {}), other.rows.get(file, {})
            for key, digest in told.items():
                if known.get(key) != digest:
                    known[key] = CHANGED if key in known and known[key] != PERHAPS else PERHAPS
            for key in known.keys() - told.keys():  # it may have taken them back
                known[key] = PERHAPS

    async def pieces(self) -> AsyncIterator[bytes]:
        """The manifest as compressed lines of JSON: file, hexadecimal digest, cells of the key."""
        for piece in self._lines():
            yield gzip.compress(piece, 1)

    def _lines(self) -> Iterator[bytes]:
        lines: list[bytes] = []
        for file, rows in self.rows.items():
            for key, digest in rows.items():
                lines.append(orjson.dumps([file, digest.hex(), *key]))
                if len(lines) == _ROWS_PER_PIECE:
                    yield b"\n".join([*lines, b""])
                    lines.clear()
        yield b"\n".join([*lines, b""])


async def read_manifest(secret: bytes, pieces: AsyncIterator[bytes]) -> Manifest:
    """The manifest that `pieces` hold."""
    packed = b"".join([piece async for piece in pieces])
    manifest = Manifest(secret)
    for line in gzip.decompress(packed).splitlines():
        if line:
            file, digest, *key = orjson.loads(line)
            manifest.add(file, tuple(key), bytes.fromhex(digest))
    return manifest
