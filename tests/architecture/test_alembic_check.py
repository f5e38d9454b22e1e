"""The migrations of each service make exactly the tables that its models declare, and can be taken back."""

import asyncio
import io

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from tests.architecture.test_services_are_uniform import OWNERS
from tests.architecture.tree import ROOT
from tests.support.databases import Clone


def config(service: str, url: str) -> Config:
    made = Config(str(ROOT / "services" / service / "alembic.ini"), stdout=io.StringIO())
    made.attributes["url"] = url
    return made


@pytest.mark.parametrize("service", OWNERS)
async def test_models_and_migrations_agree(service: str, worker_database: Clone) -> None:
    urls = await worker_database(service)
    await asyncio.to_thread(command.check, config(service, urls.owner))


@pytest.mark.parametrize("service", OWNERS)
async def test_migrations_can_be_taken_back_and_applied_again(service: str, fresh_database: Clone) -> None:
    urls = await fresh_database(service)
    made = config(service, urls.owner)
    await asyncio.to_thread(command.downgrade, made, "base")
    connection = await asyncpg.connect(urls.owner)
    left = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    assert [row["tablename"] for row in left] == ["alembic_version"]
    await asyncio.to_thread(command.upgrade, made, "head")
