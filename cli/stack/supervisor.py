"""Keeps children alive until it is told to stop, then stops them in order. One thread, no connections."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from cli.servers.processes import ServerFailed, wait_until
from cli.stack.children import Child

LONGEST_PAUSE = 15.0
HEALTHY_AFTER = 30.0


@dataclass
class Watched:
    """A child with the history that decides how long to wait before its next start."""

    child: Child
    restarts: int = 0
    failures: int = 0
    started: float = 0.0
    next_start: float | None = None

    @property
    def state(self) -> str:
        """`running`, or `waiting` for its next start after a crash."""
        return "running" if self.child.pid is not None else "waiting"


@dataclass
class Supervisor:
    """Children are watched in the order of `add`; `stop` goes backwards, group by group.

    `changed` is called after every start and end of a child.
    """

    changed: Callable[[], None] = lambda: None
    watched: dict[str, Watched] = field(default_factory=dict)
    stopping: bool = False
    _groups: list[list[str]] = field(default_factory=list)
    _wake: tuple[int, int] | None = None

    def add(self, children: Sequence[Child]) -> None:
        """Start a group. It is stopped as one, after all groups that were added later."""
        self._groups.append([child.name for child in children])
        for child in children:
            entry = self.watched[child.name] = Watched(child)
            self._start(entry)
        self.changed()

    def listen_for_signals(self) -> None:
        """SIGTERM and SIGINT ask for the end; SIGCHLD wakes the loop, so that a crash is seen at once."""
        read, write = os.pipe()
        for end in (read, write):
            os.set_blocking(end, False)
        self._wake = (read, write)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sign, self._asked_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> None:
        """Watch until a signal asks for the end."""
        while not self.stopping:
            self.tick()
            self._sleep()

    def tick(self) -> None:
        """Note who has ended, and start again whose time has come."""
        now = time.monotonic()
        for entry in self.watched.values():
            if entry.child.pid is not None:
                if entry.failures and now - entry.started > HEALTHY_AFTER:
                    entry.failures = 0
            elif entry.next_start is None:
                entry.next_start = now + _pause(entry.failures)
                entry.failures += 1
                self.changed()
            elif now >= entry.next_start:
                entry.restarts += 1
                self._start(entry)
                self.changed()

    def stop(self, *, seconds: float = 15) -> None:
        """Ask each group to end, the last started first; kill who has not after `seconds`."""
        self.stopping = True
        for names in reversed(self._groups):
            children = [self.watched[name].child for name in names]
            for child in children:
                child.ask_to_stop()
            wait_until(_all_ended(children), seconds=seconds)
            for child in children:
                child.kill()

    def _start(self, entry: Watched) -> None:
        entry.started = time.monotonic()
        entry.next_start = None
        try:
            entry.child.start()
        except ServerFailed as error:
            if not entry.restarts:
                raise
            with contextlib.suppress(OSError), entry.child.log.open("a") as log:
                log.write(f"{error}\n")

    def _asked_to_stop(self, *_: object) -> None:
        self.stopping = True

    def _sleep(self) -> None:
        due = [entry.next_start for entry in self.watched.values() if entry.next_start is not None]
        pause = min([1.0, *(max(0.0, at - time.monotonic()) for at in due)])
        if self._wake is None:
            time.sleep(min(pause, 0.1))
            return
        select.select([self._wake[0]], [], [], pause)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake[0], 4096)


def _pause(failures: int) -> float:
    """Seconds before the next start: none after the first crash, then doubling."""
    return 0.0 if failures == 0 else min(LONGEST_PAUSE, 0.25 * 2.0**failures)


def _all_ended(children: Iterable[Child]) -> Callable[[], bool]:
    return lambda: all(child.pid is None for child in children)
