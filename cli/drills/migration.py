"""An upgrade stands still: somebody holds a table, and two migrations run at once. It says who, and gives up whole.

1. Somebody reads a table in a transaction that is never ended.
2. A migration that needs the table waits three seconds at a time, names the process that holds it, and lets the others
   who come after it through in between: writes go on.
3. A second migration of the same service names the first.
4. The runbook's step: the process that was named is ended. The migration goes through by itself.
5. Without the step it would have given up and left nothing: the schema's revision is as before.
"""

import asyncio
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import asyncpg

from cli.demo.cast import REGISTER, Cast
from cli.drills.stage import Stage
from cli.servers.postgres import PostgresServer
from cli.servers.provision import role_urls
from cli.stack import keys
from cli.stack.places import ROOT

_TABLE = "person"
# A migration of the drill's own, in a folder of its own: it only needs the lock that a real one would need.
_STEP = '''"""Needs a table to itself.

Revision ID: drill
Revises: {head}
"""
from alembic import op
revision, down_revision, branch_labels, depends_on = "drill{mark}", "{head}", None, None
def upgrade():
    op.execute("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
def downgrade():
    pass
'''


def run(stage: Stage) -> None:
    """Play it. Figures: seconds of the slowest write while the migration waited."""
    cast = stage.up()
    head = _revision(stage)
    folder = _with_a_step(stage, head)
    try:
        asyncio.run(_play(stage, cast, folder))
        stage.demand(_revision(stage) != head, "the migration went through when the holder was ended")
    finally:
        stage.sql("sync", f"UPDATE alembic_version SET version_num = '{head}'")


async def _play(stage: Stage, cast: Cast, folder: Path) -> None:
    holder = await asyncpg.connect(PostgresServer(stage.places.postgres).admin_url, database="startklar_sync")
    first, second = stage.folder / "migration.log", stage.folder / "second.log"
    first.unlink(missing_ok=True)
    second.unlink(missing_ok=True)
    running = []
    try:
        await holder.execute(f"BEGIN; SELECT count(*) FROM {_TABLE}")
        pid = holder.get_server_pid()
        running.append(_migrate(stage, folder, first))
        stage.wait("the migration says who holds it up", lambda: f"process {pid}" in first.read_text(), 90)
        told = first.read_text()
        named = re.search(r"got no lock within 3s, held by process (\d+) of (\w+); attempt \d+ of 10", told)
        stage.demand(named is not None and int(named[1]) == pid, "the migration names the process that holds the lock")
        running.append(_migrate(stage, folder, second))
        slowest = await asyncio.to_thread(_write, cast)
        stage.figures["slowest_write_seconds"] = round(slowest, 2)
        stage.demand(slowest < 10, "people go on writing while it waits")
        stage.wait("the second says for whom it waits", lambda: "another migration runs since" in second.read_text())
        stage.demand(
            "startklar migration sync on" in second.read_text(), "a second migration waits, and names the first"
        )
        await asyncio.to_thread(stage.sql, "sync", "SELECT pg_terminate_backend($1)", pid)
        stage.step(f"ended process {pid}, as the runbook says")
        stage.wait("both have ended", lambda: all(one.poll() is not None for one in running), 90)
        stage.demand([one.returncode for one in running] == [0, 0], "both end well")
    finally:
        for one in running:
            if one.poll() is None:
                one.terminate()
        holder.terminate()


def _write(cast: Cast) -> float:
    slowest = 0.0
    for _ in range(5):
        began = time.monotonic()
        cast.as_(REGISTER).post("/sync/v1/persons", {"givenName": "Prov", "familyName": uuid4().hex[:12]})
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def _revision(stage: Stage) -> str:
    return str(stage.sql("sync", "SELECT version_num FROM alembic_version")[0][0])


def _with_a_step(stage: Stage, head: str) -> Path:
    """A configuration of alembic whose versions are sync's and one more."""
    folder = stage.folder / "migrations"
    folder.mkdir(exist_ok=True)
    real = ROOT / "services" / "sync"
    (folder / "drill.py").write_text(_STEP.format(head=head, mark=uuid4().hex[:8], table=_TABLE))
    ini = (real / "alembic.ini").read_text().replace("%(here)s", str(real))
    versions = f"version_locations = {real / 'migrations' / 'versions'}{os.pathsep}{folder}\n"
    (folder / "alembic.ini").write_text(ini.replace("[alembic]\n", f"[alembic]\n{versions}", 1))
    return folder


def _migrate(stage: Stage, folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    url = role_urls(PostgresServer(stage.places.postgres).admin_url, "sync", secret=keys.install_secret(stage.places))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SYNC_OWNER_DATABASE_URL": url["owner"]}
    command = [sys.executable, "-P", "-m", "alembic", "-c", str(folder / "alembic.ini"), "upgrade", "head"]
    with log.open("wb") as file:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
