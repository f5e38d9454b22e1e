"""What Prometheus and a kubelet are told by whoever follows: metrics and probes on a small port of its own.

The times are read from the archive itself whenever somebody asks, so that a follower that has just begun tells the
truth, and one whose rounds fail tells how old the archive has become.
"""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cli.backup.archive import Archive, folders
from cli.backup.following import Follower
from cli.backup.sealing import BackupRefused
from shared.queue.probes import Answer, Probes

REACHED = "startklar_backup_reached_timestamp_seconds"
BASE = "startklar_backup_base_timestamp_seconds"
FORGOTTEN = "startklar_backup_forgotten_erasures"
METRICS = {
    REACHED: "How far the archive reaches",
    BASE: "When the newest base backup ended",
    FORGOTTEN: "Erasures of the last days that the archive knows and the database does not: it was restored",
}
_STUCK_SECONDS = 900.0
"""A round seals what a rush wrote since the last; longer than this none takes."""


class Telling:
    """The pages of one follower."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower

    def probes(self, host: str, port: int) -> Probes:
        """To be started and stopped by the caller."""
        pages = {"/metrics": self._metrics, "/livez": self._live, "/readyz": self._ready, "/startupz": self._ready}
        return Probes(pages, host, port)

    async def _metrics(self) -> Answer:
        text = "".join(_lines(self._follower.archive, self._follower))
        return 200, "text/plain; version=0.0.4; charset=utf-8", text.encode()

    async def _live(self) -> Answer:
        """A database that is away is no reason to be ended."""
        if time.monotonic() - self._follower.turned > _STUCK_SECONDS:
            return 503, "text/plain", b"a round does not end\n"
        return 200, "text/plain", b"alive\n"

    async def _ready(self) -> Answer:
        if self._follower.rounds == 0 or self._follower.failing:
            return 503, "text/plain", b"the last round brought nothing into the archive\n"
        return 200, "text/plain", b"ready\n"


def _lines(archive: Archive, follower: Follower) -> Iterator[str]:
    bases = folders(archive.bases)
    known = {
        REACHED: _moment(archive, "at", archive.reached),
        BASE: _moment(archive, "ended", bases[-1] / "manifest.json") if bases else None,
        FORGOTTEN: float(follower.forgotten),
    }
    for name, value in known.items():
        if value is not None:  # else nothing is told: an alert asks how old the last that was told is
            yield f"# HELP {name} {METRICS[name]}.\n# TYPE {name} gauge\n{name} {value:.3f}\n"


def _moment(archive: Archive, name: str, path: Any) -> float | None:
    try:
        return datetime.fromisoformat(archive.read_note(path)[name]).timestamp()
    except BackupRefused:
        return None
