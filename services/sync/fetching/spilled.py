"""Rows by id that need not fit in memory: encrypted on disk; in memory only where each of them begins."""

from collections.abc import Iterator

from services.sync.fetching.scratch import Scratch

_LENGTH = 4


class SpilledRows:
    """The newest row of each id. `size`: bytes written, rows that a newer one has replaced among them."""

    def __init__(self) -> None:
        self._scratch = Scratch()
        self._places: dict[str, int] = {}

    @property
    def size(self) -> int:
        return self._scratch.size

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __contains__(self, sid: str) -> bool:
        return sid in self._places

    def put(self, sid: str, row: bytes) -> None:
        """Keep this row for the id, in place of any other."""
        self._places[sid] = self._scratch.size
        self._scratch.append(len(row).to_bytes(_LENGTH, "big") + row)

    def get(self, sid: str) -> bytes | None:
        """The row of the id, as it was put."""
        place = self._places.get(sid)
        if place is None:
            return None
        self._scratch.seek(place)
        return self._read(int.from_bytes(self._read(_LENGTH), "big"))

    def drop(self, sid: str) -> None:
        """Forget the row of an id that is there."""
        del self._places[sid]

    def close(self) -> None:
        self._scratch.close()

    def _read(self, count: int) -> bytes:
        found = self._scratch.read(count)
        if found is None or len(found) < count:
            raise EOFError("a row was cut off")
        return found
