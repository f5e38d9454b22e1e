"""The archive: a folder, best on another disk or machine, that holds everything a restore needs but the keys.

base/<stamp>/      manifest.json, base.sealed      the files of a PostgreSQL server (PITR begins here)
wal/               <segment>[.partial], *.history  its log since then, sealed one by one
dump/<stamp>/      manifest.json, <service>/...    portable dumps, one per service
ledger/            erasures.ndjson                 who must be erased again after a restore (ids alone)
reached.json                                       how far the archive reaches, written every few seconds
"""

import base64
import binascii
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.backup.sealing import BackupRefused
from cli.servers.accounts import private_dir
from cli.stack.places import BACKUP_VARIABLE, write_private

FORMAT = 1
KEY_VARIABLE = "STARTKLAR_BACKUP_KEY_FILE"
FOLDER_VARIABLE = BACKUP_VARIABLE
_STAMP = "%Y%m%dT%H%M%SZ"


def load_key(path: Path, *, make: bool = False) -> bytes:
    """The 32 bytes of the backup key (base64 in `path`). `make`: draw one where there is none.

    Errors: `BackupRefused`.
    """
    if make and not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(32)).decode())
    try:
        key = base64.b64decode(path.read_text().strip(), validate=True)
    except OSError as error:
        raise BackupRefused(
            f"the backup key is not in {path}: nothing can be opened without it; bring it back with "
            f"./startklar restore keys, or name its place in {KEY_VARIABLE}"
        ) from error
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != 32:
        raise BackupRefused(f"{path} must hold base64 of exactly 32 bytes")
    return key


@dataclass(frozen=True)
class Archive:
    """`root` is the folder, `key` seals what goes in."""

    root: Path
    key: bytes

    def prepare(self) -> None:
        """Make the folders, for their owner alone. Errors: `ServerFailed`, `OSError`."""
        for folder in (self.root, self.bases, self.wal, self.dumps, self.ledger.parent):
            private_dir(folder)

    @property
    def bases(self) -> Path:
        return self.root / "base"

    @property
    def wal(self) -> Path:
        return self.root / "wal"

    @property
    def dumps(self) -> Path:
        return self.root / "dump"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger" / "erasures.ndjson"

    @property
    def reached(self) -> Path:
        return self.root / "reached.json"

    def write_note(self, path: Path, note: dict[str, Any]) -> None:
        """A JSON file whose `mac` shows later that it is ours and unchanged."""
        write_private(path, json.dumps(note | {"mac": self._mac(path, note)}, indent=1) + "\n")

    def read_note(self, path: Path) -> dict[str, Any]:
        """Errors: `BackupRefused` when it is absent, changed, of a later format, or another key's."""
        name = path.relative_to(self.root)
        try:
            note: dict[str, Any] = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise BackupRefused(f"{name} is absent or unreadable: that backup is incomplete") from error
        mac = note.pop("mac", "")
        if not hmac.compare_digest(str(mac), self._mac(path, note)):
            raise BackupRefused(f"{name} was changed, or belongs to an installation with another backup key")
        if note.get("format", FORMAT) > FORMAT:
            raise BackupRefused(f"{name} was written by a later release: restore with that one")
        return note

    def mac(self, purpose: str, text: str) -> str:
        """Proves that a text is ours."""
        key = hmac.digest(self.key, f"startklar.backup-mac.v1:{purpose}".encode(), "sha256")
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def _mac(self, path: Path, note: dict[str, Any]) -> str:
        text = json.dumps(note, sort_keys=True, separators=(",", ":"))
        return self.mac(f"note:{path.relative_to(self.root)}", text)

    @contextmanager
    def being_followed(self) -> Iterator[bool]:
        """Holds the place of the one process that follows a server; yields False where another holds it."""
        with (self.root / "follow.lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def stamp(at: datetime) -> str:
    """The name of a backup that was begun at `at`."""
    return at.astimezone(UTC).strftime(_STAMP)


def folders(parent: Path) -> list[Path]:
    """The finished backups of one kind, oldest first: unfinished ones have no manifest."""
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if (path / "manifest.json").exists())


def sync_folder(path: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
