"""A copy of the ledger of erasures outside every database that might be restored: ids alone, one JSON line each.

Each line holds the keyed hash of the line before, so that none can be changed, dropped or moved unnoticed; how many
there were stands in the archive's `reached.json`, so that a cut end is noticed too.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from cli.backup.archive import Archive
from cli.backup.sealing import BackupRefused

# An erasure commits within minutes of the time that its row names; a day is ample.
_OVERLAP = timedelta(days=1)
_ALL = """
SELECT id::text, tenant_id::text, person_id::text, reason, erased_at FROM erasure
WHERE $1::timestamptz IS NULL OR erased_at >= $1 ORDER BY erased_at, id
"""


@dataclass
class LedgerCopy:
    """The copy in an archive. `head` is the hash of the last line, '' before the first. `forgotten` counts persons of
    its last days whom the database that was followed last does not know as erased: somebody restored it."""

    archive: Archive
    entries: list[dict[str, Any]] = field(default_factory=list)
    head: str = ""
    forgotten: int = 0
    _ids: set[str] = field(default_factory=set)
    _newest: datetime | None = None

    @classmethod
    def load(cls, archive: Archive) -> "LedgerCopy":
        """Errors: `BackupRefused` when a line was changed, or lines are gone."""
        copy = cls(archive)
        for line in _lines(archive.ledger):
            entry = _parsed(line)
            if entry.pop("mac", None) != copy._mac(entry) or entry["before"] != copy.head:
                raise BackupRefused(
                    f"the ledger of erasures was changed at line {len(copy.entries) + 1}: persons could come back; "
                    "restore it from where the archive is copied to"
                )
            copy._take(entry, line)
        return copy

    def demand(self, count: int) -> None:
        """Errors: `BackupRefused` when the copy holds fewer lines than the archive says there were."""
        if len(self.entries) < count:
            raise BackupRefused(f"the ledger of erasures holds {len(self.entries)} lines of {count}: its end is gone")

    async def follow(self, sync: asyncpg.Connection) -> int:
        """Append what the database of sync has and the copy has not; returns how many. On disk when it returns."""
        since = self._newest - _OVERLAP if self._newest else None
        found = await sync.fetch(_ALL, since)
        known = {(row["tenant_id"], row["person_id"]) for row in found}
        self.forgotten = len(self._persons_since(since) - known)
        rows = [row for row in found if row["id"] not in self._ids]
        if rows:
            self._write(rows)
        return len(rows)

    def _persons_since(self, since: datetime | None) -> set[tuple[str, str]]:
        return {
            (entry["tenant"], entry["person"])
            for entry in self.entries
            if since is not None and datetime.fromisoformat(entry["erasedAt"]) >= since
        }

    def _write(self, rows: Sequence[asyncpg.Record]) -> None:
        with open(self.archive.ledger, "a", opener=_private) as out:
            for row in rows:
                out.write(self._line(row))
            out.flush()
            os.fsync(out.fileno())

    def _line(self, row: asyncpg.Record) -> str:
        entry = {
            "id": row["id"],
            "tenant": row["tenant_id"],
            "person": row["person_id"],
            "reason": row["reason"],
            "erasedAt": row["erased_at"].isoformat(),
            "before": self.head,
        }
        line = json.dumps(entry | {"mac": self._mac(entry)})
        self._take(entry, line)
        return line + "\n"

    def _take(self, entry: dict[str, Any], line: str) -> None:
        self.entries.append(entry)
        self._ids.add(entry["id"])
        at = datetime.fromisoformat(entry["erasedAt"])
        self._newest = max(self._newest or at, at)
        self.head = hashlib.sha256(line.encode()).hexdigest()

    def _mac(self, entry: dict[str, Any]) -> str:
        return self.archive.mac("ledger", json.dumps(entry, sort_keys=True, separators=(",", ":")))


def _lines(path: Path) -> list[str]:
    """Whole lines: a power cut may have left half of the last, which is then written again."""
    if not path.exists():
        return []
    text = path.read_text()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole)
    return whole.splitlines()


def _parsed(line: str) -> dict[str, Any]:
    try:
        entry: dict[str, Any] = json.loads(line)
    except ValueError as error:
        raise BackupRefused("the ledger of erasures holds a line that is not JSON") from error
    return entry if isinstance(entry, dict) else {}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
