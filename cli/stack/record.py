"""The note of what runs (`.startklar/stack.json`): written by the supervisor, read by every other command."""

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import psutil

from cli.stack.places import Places, write_private

Status = Literal["starting", "ready", "stopping", "failed"]


@dataclass
class Step:
    """A part of the start; `seconds` is None while it goes on."""

    name: str
    seconds: float | None = None


@dataclass
class ProcessNote:
    """A process as `status` shows it. `port` is its internal one."""

    name: str
    pid: int | None
    state: str
    restarts: int
    port: int | None = None


@dataclass
class Record:
    """`created` is the supervisor's start as the system counts it: a reused process id is not taken for ours."""

    pid: int
    created: float
    status: Status = "starting"
    profile: str = "large"
    gateway: str | None = None
    started_at: float = field(default_factory=time.time)
    ready_seconds: float | None = None
    error: str | None = None
    warnings: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    processes: list[ProcessNote] = field(default_factory=list)

    @classmethod
    def of_this_process(cls, profile: str = "large") -> "Record":
        return cls(os.getpid(), psutil.Process().create_time(), profile=profile)

    def save(self, places: Places) -> None:
        write_private(places.record, json.dumps(asdict(self), indent=2) + "\n")

    def supervisor(self) -> psutil.Process | None:
        """The supervisor, if it still lives."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.created) < 1 and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None


def read_record(places: Places) -> Record | None:
    """The last run's note, or None when nothing was ever started."""
    try:
        data: dict[str, Any] = json.loads(places.record.read_text())
    except (FileNotFoundError, ValueError):
        return None
    steps = [Step(**step) for step in data.pop("steps")]
    processes = [ProcessNote(**note) for note in data.pop("processes")]
    return Record(steps=steps, processes=processes, **data)


def running(places: Places) -> Record | None:
    """The note of a stack whose supervisor lives; None otherwise."""
    record = read_record(places)
    return record if record is not None and record.supervisor() is not None else None


def memory_of(record: Record) -> int:
    """Proportional set size of the supervisor and everything below it, bytes: shared pages count once."""
    supervisor = record.supervisor()
    if supervisor is None:
        return 0
    family = [supervisor, *supervisor.children(recursive=True)]
    return sum(_pss(process.pid) for process in family)


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
