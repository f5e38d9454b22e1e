"""Periodic work: each slot of time is one job row, so that replicas and repeated calls make it once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kit import clock
from shared.kit.db import Database
from shared.queue.jobs import schedule_job


@dataclass(frozen=True)
class Schedule:
    """Run the platform job `kind` every `every`, counted from midnight UTC of 1970 plus `offset`.

    Missed slots are not made up for: after an outage the work runs once.
    """

    kind: str
    every: timedelta
    offset: timedelta = timedelta(0)

    def slot(self, at: datetime) -> str:
        """The name of the slot that `at` lies in."""
        return str(int((at.timestamp() - self.offset.total_seconds()) // self.every.total_seconds()))


class Scheduler:
    """Makes the job rows of the slots that have begun."""

    def __init__(self, entries: Sequence[Schedule], relay: Database) -> None:
        self._entries = entries
        self._relay = relay
        self._done: dict[str, str] = {}

    async def step(self) -> bool:
        """Make what is new since the last call."""
        now = clock.now()
        fresh = {entry.kind: entry.slot(now) for entry in self._entries}
        if fresh == self._done:
            return False
        async with self._relay.transaction(None) as session:
            for kind, slot in fresh.items():
                if self._done.get(kind) != slot:
                    await schedule_job(session, kind, slot)
        self._done = fresh
        return False
