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
    reached = _moment(archive, "at", archive.reached)
    yield from _gauge("startklar_backup_reached_timestamp_seconds", "How far the archive reaches", reached)
    bases = folders(archive.bases)
    ended = _moment(archive, "ended", bases[-1] / "manifest.json") if bases else None
    yield from _gauge("startklar_backup_base_timestamp_seconds", "When the newest base backup ended", ended)
    yield from _gauge(
        "startklar_backup_forgotten_erasures",
        "Erasures of the last days that the archive knows and the database does not: it was restored",
        float(follower.forgotten),
    )


def _moment(archive: Archive, name: str, path: Any) -> float | None:
    try:
        return datetime.fromisoformat(archive.read_note(path)[name]).timestamp()
    except BackupRefused:
        return None


def _gauge(name: str, text: str, value: float | None) -> Iterator[str]:
    """Nothing where nothing is known: an alert asks how old the last that was told is."""
    if value is not None:
        yield f"# HELP {name} {text}.\n# TYPE {name} gauge\n{name} {value:.3f}\n"
