"""What a drill plays on: a stack in a folder of its own, on a free port, gone when the drill has ended."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from cli.demo.cast import Cast
from cli.servers.postgres import PostgresServer
from cli.servers.processes import kill_tree
from cli.stack.places import ROOT, STATE_VARIABLE, Places
from cli.stack.record import running

# Nothing of the caller's: another's DATABASE_URL would put the drill into another's database.
_INHERITED = ("PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "STARTKLAR_PROFILE")
_COMMAND_SECONDS = 900


class DrillFailed(Exception):
    """What the runbook promises did not hold; the message says what."""


@dataclass
class Stage:
    """`say` gets one line for each step. `figures` are what was measured, by name; units stand in the names."""

    say: Callable[[str], None]
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="startklar-drill-")))
    settings: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    _begin: float = field(default_factory=time.monotonic)

    @property
    def places(self) -> Places:
        return Places(self.folder / "state")

    def begin(self, say: Callable[[str], None]) -> None:
        """The next drill on the same stack."""
        self.say, self.figures, self._begin = say, {}, time.monotonic()

    def up(self) -> Cast:
        """Start the stack with its demo municipality, unless it runs; returns who can log in."""
        if running(self.places) is not None:
            return Cast.read(self.places.demo)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.command("up", "--detach", "--port", str(port))
        return Cast.read(self.places.demo)

    def command(self, *words: str, status: int = 0) -> str:
        """`./startklar` with these words, for this stack; what it printed. Errors: DrillFailed for another status."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment = inherited | self.settings
        environment |= {STATE_VARIABLE: str(self.places.state), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, "-P", "-m", "cli", *words],
            check=False,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=_COMMAND_SECONDS,
        )
        if done.returncode != status:
            raise DrillFailed(
                f"./startklar {' '.join(words)} ended with {done.returncode}: {done.stderr or done.stdout}"
            )
        return done.stdout

    def asked(self, *words: str) -> dict[str, Any]:
        """The answer of a command that knows `--json`."""
        answer: dict[str, Any] = json.loads(self.command(*words, "--json").strip().splitlines()[-1])
        return answer

    def kill_everything(self) -> None:
        """As a power cut would: no process gets to say good-bye."""
        record = running(self.places)
        supervisor = record.supervisor() if record is not None else None
        if supervisor is None:
            raise DrillFailed("nothing runs that could be killed")
        family = [supervisor, *supervisor.children(recursive=True)]
        kill_tree(supervisor.pid)
        psutil.wait_procs(family, timeout=10)

    def process(self, name: str) -> psutil.Process:
        """A process of the stack, by its name in the profile `large`."""
        record = running(self.places)
        notes = {note.name: note.pid for note in record.processes} if record is not None else {}
        pid = notes.get(name) or notes.get("small-worker" if name.endswith("-worker") else "small")
        if pid is None or not psutil.pid_exists(pid):  # noted still, and gone already
            raise DrillFailed(f"{name} does not run")
        return psutil.Process(pid)

    def kill(self, name: str) -> None:
        """Kill -9, and wait until the stack has it back."""
        former = self.process(name)
        former.send_signal(signal.SIGKILL)
        self.wait(f"{name} runs again", lambda: self.is_back(name, former.pid))

    def is_back(self, name: str, former: int) -> bool:
        """Does `name` run under another process id than `former`?"""
        try:
            return self.process(name).pid != former
        except DrillFailed:
            return False

    def sql(self, service: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What only a fault, or an administrator of the database, would do; the rows that it returns."""

        async def run() -> list[tuple[Any, ...]]:
            url = PostgresServer(self.places.postgres).admin_url
            connection = await asyncpg.connect(url, database=f"startklar_{service}")
            try:
                if values or statement.lstrip().upper().startswith("SELECT"):
                    return [tuple(row) for row in await connection.fetch(statement, *values)]
                await connection.execute(statement)  # several statements at once
                return []
            finally:
                await connection.close()

        return asyncio.run(run())

    def step(self, text: str) -> None:
        """Tell what happens now."""
        self.say(f"{time.monotonic() - self._begin:6.1f} s  {text}")

    def demand(self, holds: bool, promise: str) -> None:
        """Errors: DrillFailed when a promise does not hold."""
        if not holds:
            raise DrillFailed(promise)
        self.step(f"holds: {promise}")

    def wait(self, what: str, holds: Callable[[], bool], seconds: float = 60) -> None:
        """Errors: DrillFailed when it has not come within `seconds`."""
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                raise DrillFailed(f"after {seconds:.0f} s still not: {what}")
            time.sleep(0.2)

    def clear(self) -> None:
        """End the stack and remove everything."""
        if running(self.places) is not None:
            self.command("down")
        self.places.erase()
        shutil.rmtree(self.folder, ignore_errors=True)
