"""A whole stack of our own: `./startklar up` in a temporary state folder, on a free port, gone without a trace."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from cli.servers.accounts import passable_dir
from cli.servers.postgres import PostgresServer
from cli.servers.processes import spawn, tail
from cli.stack.places import STATE_VARIABLE, Places
from cli.stack.record import Record, memory_of, read_record
from tests.benchmarks.servers import ROOT, end, free_port

_START_SECONDS = 180.0
_STOP_SECONDS = 60.0
# Nothing of the caller's: another's DATABASE_URL would put the bench into another's database.
_INHERITED = ("PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR")


@dataclass(frozen=True)
class PrivateStack:
    """A stack that is ready. `ready_seconds`: from the command until the gateway passed on a request."""

    places: Places
    record: Record
    ready_seconds: float

    @property
    def pss_bytes(self) -> int:
        """Memory of all processes now; shared pages count once."""
        return memory_of(self.record)

    async def connect(self, service: str) -> asyncpg.Connection:
        """The administrator's connection to a service's database; the caller closes it."""
        url = PostgresServer(self.places.postgres).admin_url
        return await asyncpg.connect(url, database=f"startklar_{service}")


@asynccontextmanager
async def private_stack(*, commit_times: bool = False) -> AsyncIterator[PrivateStack]:
    """A stack with new databases. `commit_times`: PostgreSQL remembers when each transaction committed.

    It ends with the block, and with this process if that is killed. Errors: RuntimeError with the end of its log.
    """
    folder = Path(tempfile.mkdtemp(prefix="startklar-bench-"))
    places = Places(folder / "state")
    try:
        if commit_times:
            _remember_commit_times(places)
        port, log = free_port(), folder / "log"
        command = [sys.executable, "-P", "-m", "cli", "up", "--json", "--port", str(port)]
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment |= {"PYTHONPATH": str(ROOT), STATE_VARIABLE: str(places.state), "NO_COLOR": "1"}
        begin = time.monotonic()
        process = spawn(command, log=log, env=environment)
        try:
            record = await _ready(places, process, log)
            yield PrivateStack(places, record, time.monotonic() - begin)
        finally:
            end(process, seconds=_STOP_SECONDS)
    finally:
        places.erase()
        shutil.rmtree(folder)


def _remember_commit_times(places: Places) -> None:
    """Make the cluster beforehand, since the setting takes effect at its next start."""
    places.prepare()
    passable_dir(places.home)
    server = PostgresServer(places.postgres)
    server.start()
    try:
        with (places.postgres / "postgresql.auto.conf").open("a") as settings:
            settings.write("track_commit_timestamp = on\n")
    finally:
        server.stop()


async def _ready(places: Places, process: subprocess.Popen[bytes], log: Path) -> Record:
    until = time.monotonic() + _START_SECONDS
    async with httpx.AsyncClient(trust_env=False) as client:
        while process.poll() is None and time.monotonic() < until:
            record = read_record(places)
            if record is not None and record.status == "ready":
                (await client.get(f"{record.gateway}/projects/v1/api-info")).raise_for_status()
                return record
            await asyncio.sleep(0.05)
    found = read_record(places)
    raise RuntimeError(f"the stack did not start: {found.error if found else ''}\n{tail(log)}")
