"""A small installation of its own: a server that keeps its log, with the databases of two services and some people."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from cli.backup.archive import Archive, load_key
from cli.backup.programs import Connection, client_programs, run
from cli.backup.server import SLOT, in_database
from cli.servers import postgres
from cli.servers.accounts import scratch_dir, unprivileged_account
from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision, role_urls
from services.sync import forgetting, models  # noqa: F401 - who forgets is known, as in sync's own processes
from services.sync.person_data import PERSON_DATA
from shared.kit.db import Database
from shared.kit.ids import new_id

SECRET = "the roles of a small installation"
SERVICES = ("sync", "webhooks")
MINE, OTHERS = UUID(int=1), UUID(int=2)
_PERSON = (
    "INSERT INTO person (tenant_id, id, source_id, given_name, family_name, protected, source, changed_version,"
    " version, created_at, updated_at)"
    " VALUES ($1, $2, $2::uuid::text, $3, 'Exempel', false, 'test', 1, 1, now(), now())"
)


@dataclass
class House:
    """`folder` holds the server's files, `archive` what is kept of them; `secret` is that of the roles."""

    folder: Path
    archive: Archive
    server: PostgresServer
    secret: str = SECRET

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    @property
    def url(self) -> str:
        return self.server.admin_url

    async def ask(
        self, service: str, sql: str, *values: object, role: str | None = None, tenant: str = ""
    ) -> list[object]:
        """The first column of what a statement gives: the administrator's, or under row security as `role`."""
        url = in_database(self.url, f"startklar_{service}")
        if role is not None:
            url = role_urls(self.url, service, secret=self.secret)[role]
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("SELECT set_config('app.tenant', $1, false)", tenant)
            return [row[0] for row in await connection.fetch(sql, *values)]
        finally:
            await connection.close()

    async def add_person(self, given: str, tenant: UUID = MINE) -> UUID:
        person = new_id()
        await self.ask("sync", _PERSON, tenant, person, given)
        return person

    async def erase(self, person: UUID) -> None:
        """As sync does it, with its ledger."""
        database = Database(role_urls(self.url, "sync", secret=self.secret)["app"], pool_size=1)
        try:
            async with database.transaction(MINE) as session:
                await PERSON_DATA.erase(session, person)
        finally:
            await database.stop()

    async def names(self) -> set[object]:
        return set(await self.ask("sync", "SELECT given_name FROM person WHERE given_name IS NOT NULL"))

    async def lose_the_slot(self) -> None:
        """As when nobody has followed for a long time, and the server threw away what was kept for it."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute("SELECT pg_create_physical_replication_slot($1, true)", SLOT)
            for _ in range(4):
                await connection.execute("SELECT pg_logical_emit_message(true, '', ''), pg_switch_wal()")
            await connection.execute("CHECKPOINT")
            lost = "SELECT wal_status FROM pg_replication_slots"
            assert await connection.fetchval(lost) == "lost"
        finally:
            await connection.close()

    def burn_down(self) -> None:
        """As when the disk is gone: no order to stop, and nothing left."""
        self.server.kill()
        for path in (self.data, self.spool):
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def small_house(folder: Path, run_admin_url: str, templates: dict[str, str]) -> Iterator[House]:
    """A started server whose databases are copies of the test run's `templates`."""
    account = unprivileged_account()
    place = scratch_dir(account)
    archive = Archive(folder / "archive", load_key(folder / "backup-key", make=True))
    archive.prepare()
    server = PostgresServer(place / "postgres")
    house = House(place, archive, server)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(postgres._SETTINGS, "max_slot_wal_keep_size", "1MB")
            server.start()
        asyncio.run(_hurry(server.admin_url))
        asyncio.run(house.lose_the_slot())
        server.stop()
        server.start()
        for service, template in templates.items():
            asyncio.run(provision(server.admin_url, service, secret=SECRET))
            _copy(run_admin_url, template, in_database(server.admin_url, f"startklar_{service}"))
        yield house
    finally:
        house.server.stop()
        shutil.rmtree(place)


async def _hurry(admin_url: str) -> None:
    """No disk is waited for; the log is kept all the same, which a forgetful server would not do."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("ALTER SYSTEM SET fsync = off")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


def _copy(admin_url: str, template: str, target: str) -> None:
    source, goal = Connection.of(in_database(admin_url, template)), Connection.of(target)
    programs = client_programs(15)
    dump = subprocess.run(
        [programs / "pg_dump", "-Fc", "-Z0", "-d", source.shown],
        check=True,
        capture_output=True,
        env=source.environment(),
    )
    scratch = Path(f"/tmp/{new_id()}")  # noqa: S108 - a copy of empty tables
    scratch.write_bytes(dump.stdout)
    try:
        run([str(programs / "pg_restore"), "-d", goal.shown, "--exit-on-error", str(scratch)], goal, what="the copy")
    finally:
        scratch.unlink()
