"""One migration at a time, none that waits for ever, and none that leaves half of itself."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from shared.kit import migration_turn, migrations, refusals
from tests.support.databases import ROOT, Clone, migrate

HEADING = "from alembic import op\nfrom shared.kit import migrations\nrevision = 'trial'\ndown_revision = {head!r}\n"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in production, with less patience."""
    monkeypatch.setattr(migrations, "_LOCK_TIMEOUT", "200ms")
    monkeypatch.setattr(migrations, "_ATTEMPTS", 3)
    monkeypatch.setattr(migrations, "_PAUSE", 0.05)
    monkeypatch.setattr(migration_turn, "_PATIENCE", 0.3)
    monkeypatch.setattr(migration_turn, "_PAUSE", 0.05)
    monkeypatch.setattr(migration_turn, "_WATCH", 0.02)


async def trial(urls: str, body: str, folder: Path) -> None:
    """Migrate webhooks by one more revision, whose upgrade is `body`."""
    owner = await asyncpg.connect(urls)
    head = await owner.fetchval("SELECT version_num FROM alembic_version")
    await owner.close()
    (folder / "trial.py").write_text(HEADING.format(head=head) + f"def upgrade():\n    {body}\n")
    locations = f"{ROOT / 'services/webhooks/migrations/versions'} {folder}"
    await asyncio.to_thread(migrate, "webhooks", urls, "head", locations)


async def test_the_second_of_two_migrations_says_who_runs_the_first(
    fresh_database: Clone, quick: None, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = await fresh_database("webhooks")
    first = await asyncpg.connect(urls.owner, server_settings={"application_name": "startklar migration on pod-1"})
    await first.execute(f"SELECT pg_advisory_lock({migration_turn._LOCK})")
    pid = await first.fetchval("SELECT pg_backend_pid()")
    with pytest.raises(SystemExit, match=f"gave up: another migration runs since .*on pod-1.* process {pid}"):
        await asyncio.to_thread(migrate, "webhooks", urls.owner)
    waiting = asyncio.create_task(asyncio.to_thread(migrate, "webhooks", urls.owner))
    await asyncio.sleep(0.1)
    await first.close()
    await waiting
    assert "webhooks: waiting, another migration runs since" in capsys.readouterr().out


async def test_a_migration_behind_a_long_transaction_gives_up_and_leaves_nothing(
    fresh_database: Clone, quick: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = await fresh_database("webhooks")
    body = "op.execute('CREATE TABLE half (a int)'); op.execute('ALTER TABLE endpoint ADD COLUMN trial int')"
    reader = await asyncpg.connect(urls.app)
    await reader.execute("BEGIN; SELECT FROM endpoint")
    pid = await reader.fetchval("SELECT pg_backend_pid()")
    with pytest.raises(SystemExit, match=f"held by process {pid} of webhooks_app.*gave up after 3 attempts"):
        await trial(urls.owner, body, tmp_path)
    owner = await asyncpg.connect(urls.owner)
    assert await owner.fetchval("SELECT to_regclass('half')") is None
    waiting = asyncio.create_task(trial(urls.owner, body, tmp_path))
    await asyncio.sleep(0.3)
    await reader.close()
    await waiting
    assert "attempt 1 of 3" in capsys.readouterr().out
    assert await owner.fetchval("SELECT version_num FROM alembic_version") == "trial"
    await owner.close()


async def test_an_older_release_finds_a_schema_that_is_further_and_leaves_it(
    fresh_database: Clone, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a rollback runs: its job is to end well, since the older code serves on the wider schema."""
    urls = await fresh_database("webhooks")
    await trial(urls.owner, "pass", tmp_path)
    await asyncio.to_thread(migrate, "webhooks", urls.owner)
    owner = await asyncpg.connect(urls.owner)
    assert await owner.fetchval("SELECT version_num FROM alembic_version") == "trial"
    await owner.close()
    assert "webhooks: the schema is at trial, further than this release knows; nothing to do" in capsys.readouterr().out


async def test_indexes_and_constraints_are_added_to_tables_in_use(
    fresh_database: Clone, quick: None, tmp_path: Path
) -> None:
    """A transaction that has written to the table stays open, and an attempt that broke off left an invalid index."""
    urls = await fresh_database("webhooks")
    owner = await asyncpg.connect(urls.owner)
    with pytest.raises(asyncpg.QueryCanceledError):
        writer = await asyncpg.connect(urls.app)
        await writer.execute("BEGIN; LOCK TABLE endpoint IN ROW EXCLUSIVE MODE")
        await owner.execute("SET statement_timeout = '200ms'")
        await owner.execute("CREATE INDEX CONCURRENTLY ix_trial ON endpoint (tenant_id, state)")
    assert not await owner.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_trial'::regclass")
    await writer.close()
    body = (
        "migrations.add_index('ix_trial', 'endpoint', 'tenant_id, state');"
        " migrations.add_constraint('endpoint', 'ck_trial', 'CHECK (version > 0)')"
    )
    await trial(urls.owner, body, tmp_path)
    assert await owner.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_trial'::regclass")
    assert await owner.fetchval("SELECT convalidated FROM pg_constraint WHERE conname = 'ck_trial'")
    await owner.close()


async def test_a_migration_refuses_an_administrator_and_an_unfit_server(
    fresh_database: Clone, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = await fresh_database("webhooks")
    admin = make_url(admin_url).set(database=urls.name).render_as_string(hide_password=False)
    with pytest.raises(SystemExit, match="migrations run as webhooks_owner, not as"):
        await asyncio.to_thread(migrate, "webhooks", admin)
    monkeypatch.setattr(refusals, "OLDEST_POSTGRES", 99)
    with pytest.raises(SystemExit, match=r"webhooks: PostgreSQL \d+ is too old"):
        await asyncio.to_thread(migrate, "webhooks", urls.owner)
