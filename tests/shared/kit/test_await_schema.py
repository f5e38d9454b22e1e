"""A process begins when the database has its schema, and reads that with its own role."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from shared.kit import await_schema
from shared.kit.refusals import NEEDS
from tests.support.databases import Clone


@pytest.mark.parametrize(
    ("current", "enough"),
    [(None, False), ("1", False), ("2", False), ("3", True), ("4, which newer code made", True)],
)
def test_a_schema_is_enough_when_it_is_ours_or_newer(current: str | None, enough: bool) -> None:
    assert await_schema.is_enough(current, ["3", "2", "1"]) is enough


async def test_it_waits_for_the_migration_and_no_longer(
    fresh_database: Clone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = await fresh_database("webhooks")
    assert await await_schema.wait("webhooks", urls.app, 0)
    owner = await asyncpg.connect(urls.owner)
    head = await owner.fetchval("SELECT version_num FROM alembic_version")
    former = await_schema._revisions("webhooks")[-1]
    await owner.execute("UPDATE alembic_version SET version_num = $1", former)
    try:
        if former != head:
            assert not await await_schema.wait("webhooks", urls.app, 0)
            assert f"waiting for {head}" in capsys.readouterr().out
        monkeypatch.setattr(await_schema, "_PAUSE", 0.05)
        waiting = asyncio.create_task(await_schema.wait("webhooks", urls.app, 20))
        await asyncio.sleep(0.1)
        await owner.execute("UPDATE alembic_version SET version_num = $1", head)
        assert await waiting
    finally:
        await owner.close()


async def test_code_that_is_too_old_for_what_was_taken_away_is_refused(
    fresh_database: Clone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = await fresh_database("webhooks")
    owner = await asyncpg.connect(urls.owner)
    known = await_schema._revisions("webhooks")[-1]
    await owner.execute(f"COMMENT ON TABLE alembic_version IS '{NEEDS}{known}'")
    assert await await_schema.wait("webhooks", urls.app, 0)
    await owner.execute(f"COMMENT ON TABLE alembic_version IS '{NEEDS}of_a_later_release'")
    await owner.close()
    monkeypatch.setenv("WEBHOOKS_DATABASE_URL", urls.app)
    main: Callable[[Any], int] = await_schema.main
    assert await asyncio.to_thread(main, ["webhooks"]) == 1
    assert "webhooks: this release is too old for its database" in capsys.readouterr().err


async def test_after_a_restore_it_waits_until_the_erasures_are_done_again(
    fresh_database: Clone, admin_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = await fresh_database("webhooks")
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f"""ALTER DATABASE "{urls.name}" SET startklar.erasures_pending = '2026-11-22'""")
        assert not await await_schema.wait("webhooks", urls.app, 0)
        assert "restored to 2026-11-22, waiting for ./startklar restore replay" in capsys.readouterr().out
        await admin.execute(f'ALTER DATABASE "{urls.name}" RESET startklar.erasures_pending')
    finally:
        await admin.close()
    assert await await_schema.wait("webhooks", urls.app, 0)


async def test_a_database_that_does_not_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not await await_schema.wait("webhooks", "postgresql://nobody@127.0.0.1:1/nothing", 0)


def test_without_a_database_it_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    main: Callable[[Any], int] = await_schema.main
    with pytest.raises(SystemExit):
        main(["webhooks"])
    assert "set WEBHOOKS_DATABASE_URL" in capsys.readouterr().err
