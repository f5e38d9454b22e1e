"""A process begins when the database has its schema, and reads that with its own role."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from shared.kit import await_schema
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


async def test_a_database_that_does_not_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not await await_schema.wait("webhooks", "postgresql://nobody@127.0.0.1:1/nothing", 0)


def test_without_a_database_it_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    main: Callable[[Any], int] = await_schema.main
    with pytest.raises(SystemExit):
        main(["webhooks"])
    assert "set WEBHOOKS_DATABASE_URL" in capsys.readouterr().err
