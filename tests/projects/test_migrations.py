"""The migrations make exactly the tables that the models declare, and can be taken back."""

import asyncio

from alembic import command
from alembic.config import Config

from cli.servers.provision import drop, provision
from tests.support.databases import ROOT, SECRET


def config(url: str) -> Config:
    settings = Config(str(ROOT / "services" / "projects" / "alembic.ini"))
    settings.attributes["url"] = url
    return settings


async def test_migrations_and_models_agree_and_the_way_back_works(admin_url: str) -> None:
    urls = await provision(admin_url, "projects", "migrations_projects", secret=SECRET)
    try:
        for step, target in ((command.upgrade, "head"), (command.downgrade, "base"), (command.upgrade, "head")):
            await asyncio.to_thread(step, config(urls["owner"]), target)
        await asyncio.to_thread(command.check, config(urls["owner"]))
    finally:
        await drop(admin_url, "migrations_projects")
