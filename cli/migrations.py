"""Migrate every service from nothing on each PostgreSQL of this machine and compare the result with the models.

    python -m cli.migrations

Exit status 1 when a migration fails or the models have drifted from it. A major version that we promise but that is not
here is reported as not proven.
"""

import asyncio
import importlib
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cli.servers.binaries import PostgresBinaries, postgres_choices
from cli.servers.postgres import PostgresServer
from cli.servers.processes import ServerFailed
from cli.servers.provision import provision
from cli.stack.databases import alembic_ini, run_to_end, upgrade
from cli.stack.plan import read_plan

PROMISED = (15, 18)
_SECRET = "only for the length of a check"  # noqa: S105 - guards an empty, temporary database


def main() -> int:
    """The exit status; prints a line per service and version."""
    services = read_plan().with_data
    choices = {found.major: found for found in postgres_choices()}
    failures = 0
    for _, found in sorted(choices.items()):
        failures += prove(found, services)
    for major in PROMISED:
        if major not in choices:
            print(f"PostgreSQL {major}: not proven, it is not on this machine")
    return 1 if failures else 0


def prove(found: PostgresBinaries, services: Sequence[str]) -> int:
    """The number of services that fail on one server version."""
    server = PostgresServer.temporary(binaries=found.source)
    failures = 0
    with tempfile.TemporaryDirectory() as logs:
        try:
            admin_url = server.start()
            for service in services:
                failures += not _prove_service(admin_url, service, Path(logs), f"PostgreSQL {found.major}")
        finally:
            server.stop()
    return failures


def _prove_service(admin_url: str, service: str, logs: Path, label: str) -> bool:
    owner = asyncio.run(provision(admin_url, service, secret=_SECRET))["owner"]
    env = {f"{service.upper()}_OWNER_DATABASE_URL": owner}
    try:
        run_to_end(service, partial(_up_and_compare, service), env=env, log=logs / f"{service}.log")
    except ServerFailed as error:
        print(f"{label}: {service} FAILED\n{error}")
        return False
    print(f"{label}: {service} is up to date with its models")
    return True


def _up_and_compare(service: str) -> None:
    upgrade(service)
    config = importlib.import_module("alembic.config").Config(str(alembic_ini(service)))
    importlib.import_module("alembic.command").check(config)


if __name__ == "__main__":
    sys.exit(main())
