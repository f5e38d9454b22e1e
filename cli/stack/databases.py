"""Databases and migrations of all services, done in children so that the supervisor never opens a connection."""

import asyncio
import importlib
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import asyncpg

from cli.servers.processes import ServerFailed, tail, wait_until
from cli.servers.provision import provision
from cli.stack import keys
from cli.stack.children import Forked
from cli.stack.environment import Wiring
from cli.stack.places import ROOT


def run_to_end(
    name: str, run: Callable[[], object], *, env: Mapping[str, str], log: Path, seconds: float = 120
) -> None:
    """Run in a child and wait. Errors: `ServerFailed` with the end of its log."""
    _await([_started(name, run, env=env, log=log)], seconds)


def provision_all(wiring: Wiring) -> None:
    """Roles and databases of every service."""
    secret = keys.install_secret(wiring.places)

    async def run() -> None:
        try:
            for service in wiring.plan.with_data:
                await provision(wiring.admin_url, service, secret=secret)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # The URL holds a password, so only the kind of the fault is told with the server's own words.
            sys.exit(f"PostgreSQL (DATABASE_URL, or our own) refused: {type(error).__name__}: {error}")

    log = wiring.places.logs / "provision.log"
    run_to_end("provision", lambda: asyncio.run(run()), env=wiring.common(), log=log)


def migrate_all(wiring: Wiring) -> None:
    """Bring every service's schema up to date, side by side. Errors: `ServerFailed`."""
    children = []
    for service in wiring.plan.with_data:
        log = wiring.places.logs / f"migrate-{service}.log"
        env = wiring.of_migration(service)
        children.append(_started(f"migrate-{service}", partial(upgrade, service), env=env, log=log))
    _await(children, 300)


def alembic_ini(service: str) -> Path:
    """Where a service's migrations are configured."""
    return ROOT / "services" / service / "alembic.ini"


def upgrade(service: str) -> None:
    """`alembic upgrade head`, as the owner role of the environment."""
    config = importlib.import_module("alembic.config").Config(str(alembic_ini(service)))
    importlib.import_module("alembic.command").upgrade(config, "head")


def _started(name: str, run: Callable[[], object], *, env: Mapping[str, str], log: Path) -> Forked:
    log.write_text("")  # of this run alone
    child = Forked(name, run, env=env, log=log)
    child.start()
    return child


def _await(children: list[Forked], seconds: float) -> None:
    ended = wait_until(lambda: all(child.pid is None for child in children), seconds=seconds)
    for child in children:
        child.kill()
    if failed := [child for child in children if not ended or child.exit_status != 0]:
        texts = [f"{child.name} failed:\n{tail(child.log)}" for child in failed]
        raise ServerFailed("\n".join(texts))
