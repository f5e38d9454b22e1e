"""`backup.restore_1m_s`: a burnt server with a million persons, from its archive to a database that may serve.

Rows are made by SQL, with every index and foreign key of the real schema: a million persons, half of them pupils with
a place, a class and a guardian. The base backup is made of all of it; then some are changed, so that there is
log to replay. Beside it: the size and time of the backup, and the same service from a portable dump.
"""

import asyncio
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from cli.backup.archive import Archive, load_key
from cli.backup.dumps import dump_all, restore_service
from cli.backup.following import back_up_now
from cli.backup.restoring import Report, Restore, replay_pending
from cli.backup.server import in_database
from cli.servers.accounts import scratch_dir, unprivileged_account
from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from tests.benchmarks.measure import Figure
from tests.support.databases import migrate

NAMES = ("backup.restore_1m_s", "backup.restore_1m_dump_s")
PERSONS = 1_000_000
AIM_SECONDS = 300.0
SECRET = "the roles of a bench"
_TENANT = UUID(int=7)
_COMMON = "tenant_id, id, source, changed_version, version, created_at, updated_at"
_VALUES = "$1, {id}, 'bench', 1, 1, now(), now()"
_UNITS, _GROUPS = 1_000, 20_000


def _id(kind: int, number: str) -> str:
    """The id of the nth row of a kind, in the form of ours."""
    return f"('0197{kind:04x}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def _rows(table: str, columns: str, values: str, kind: int, count: int) -> str:
    return (
        f"INSERT INTO {table} ({_COMMON}, {columns})"
        f" SELECT {_VALUES.format(id=_id(kind, 'n'))}, {values} FROM generate_series(1, {count}) n"
    )


_HALF = PERSONS // 2
_FILL = (
    _rows("unit", "source_id, name, kind, school_forms", "'u' || n, 'Skola ' || n, 'school', '{}'", 1, _UNITS),
    _rows(
        "school_group",
        "source_id, name, kind, unit_id",
        f"'g' || n, 'Klass ' || n, 'home', {_id(1, f'1 + n % {_UNITS}')}",
        2,
        _GROUPS,
    ),
    _rows(
        "person",
        "source_id, given_name, family_name, email, login, login_digest, login_scope, protected",
        "'p' || n, 'Förnamn' || n % 4000, 'Efternamn' || n % 9000, 'p' || n || '@skola.example',"
        " 'p' || n || '@skola.example', sha256(('p' || n)::bytea), 'skola.example', false",
        3,
        PERSONS,
    ),
    _rows(
        "enrolment",
        "person_id, unit_id, school_form, school_year",
        f"{_id(3, 'n')}, {_id(1, f'1 + n % {_UNITS}')}, 'compulsory', 1 + n % 9",
        4,
        _HALF,
    ),
    _rows(
        "membership",
        "group_id, person_id, role",
        f"{_id(2, f'1 + n % {_GROUPS}')}, {_id(3, 'n')}, 'pupil'",
        5,
        _HALF,
    ),
    _rows("responsible", "child_id, guardian_id", f"{_id(3, 'n')}, {_id(3, f'n + {_HALF}')}", 6, _HALF),
)
_CHANGE = "UPDATE person SET family_name = 'Nyberg' WHERE tenant_id = $1 AND right(id::text, 1) = '7'"


@dataclass(frozen=True)
class _Made:
    """A backup of the million: its size sealed, and how long it took."""

    archive: Archive
    data: Path
    rows: int
    sealed_mb: float
    plain_mb: float
    seconds: float


async def run() -> list[Figure]:
    """One round: a restore reads and writes gigabytes, and is the same work each time."""
    place = scratch_dir(unprivileged_account())
    kept = Path(tempfile.mkdtemp(prefix="startklar-bench-"))
    try:
        made = await _make(place, kept)
        report = await _restore(made)
        figures = [_figure(NAMES[0], report, made)]
        figures.append(await _from_dump(made))
        return figures
    finally:
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(kept, ignore_errors=True)


async def _make(place: Path, kept: Path) -> _Made:
    archive = Archive(kept / "archive", load_key(kept / "key", make=True))
    archive.prepare()
    server = PostgresServer(place / "postgres")
    url = server.start()
    try:
        urls = await provision(url, "sync", secret=SECRET)
        await asyncio.to_thread(migrate, "sync", urls["owner"])
        sync = await asyncpg.connect(in_database(url, "startklar_sync"))
        rows = 0
        for statement in _FILL:
            rows += int((await sync.execute(statement, _TENANT)).split()[-1])
        begin = time.monotonic()
        folder = await back_up_now(archive, url, place / "spool", lambda _: None)
        seconds = time.monotonic() - begin
        await sync.execute(_CHANGE, _TENANT)
        await sync.close()
        # What was written since goes into the archive with a second look; the first base alone is restored.
        await back_up_now(archive, url, place / "spool", lambda _: None)
        for newer in sorted(archive.bases.iterdir())[1:]:
            shutil.rmtree(newer)
        note = archive.read_note(folder / "manifest.json")["files"]["base.sealed"]
    finally:
        server.kill()
    shutil.rmtree(place / "postgres")
    return _Made(archive, place / "postgres", rows, note["bytes"] / 1e6, note["plain_bytes"] / 1e6, seconds)


async def _restore(made: _Made) -> Report:
    report = await Restore(made.archive, made.data, SECRET, None, print).run()
    if report.pending or report.rows["sync"] < made.rows:
        raise RuntimeError(f"not everything came back: {report}")
    return report


async def _from_dump(made: _Made) -> Figure:
    server = PostgresServer(made.data)
    url = server.start()
    try:
        begin = time.monotonic()
        folder = await dump_all(made.archive, url, ("sync",))
        dumped = time.monotonic() - begin
        begin = time.monotonic()
        told = await restore_service(made.archive, folder, "sync", url, SECRET, force=True)
        await replay_pending(url, made.archive, SECRET)
        seconds = time.monotonic() - begin
    finally:
        server.stop()
    if told["rows"] < made.rows:
        raise RuntimeError(f"not everything came back: {told}")
    note = f"{made.rows} rows of sync alone, from a portable dump that took {dumped:.0f} s; one round"
    return Figure(NAMES[1], seconds, "s", "lower", AIM_SECONDS, seconds / AIM_SECONDS, 0.0, note)


def _figure(name: str, report: Report, made: _Made) -> Figure:
    note = (
        f"{made.rows} rows of a million persons, then 62 500 of them changed; backup {made.seconds:.0f} s,"
        f" {made.plain_mb:.0f} MB in {made.sealed_mb:.0f} MB sealed; one round"
    )
    return Figure(name, report.seconds, "s", "lower", AIM_SECONDS, report.seconds / AIM_SECONDS, 0.0, note)
