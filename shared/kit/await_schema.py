"""`python -m shared.kit.await_schema SERVICE`: wait until the database has the schema that this code was written for.

The first thing that a new process does: the migration runs beside it, and code must not meet tables that lack its
columns. A database that is further than this code knows is good too: while older code runs, a schema is only widened.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

ROOT = Path(__file__).parents[2]
_PAUSE = 2.0


def is_enough(current: str | None, known: Sequence[str]) -> bool:
    """Whether a database at revision `current` serves code whose revisions are `known`, the newest first."""
    return current is not None and (current == known[0] or current not in known)


async def wait(service: str, url: str, seconds: float) -> bool:
    """Whether it came so far within `seconds`; tells on standard output what it waits for."""
    known = _revisions(service)
    until = time.monotonic() + seconds
    while True:
        current, restored_to = await _current(url)
        if is_enough(current, known) and not restored_to:
            return True
        if restored_to:
            print(f"{service}: restored to {restored_to}, waiting for ./startklar restore replay", flush=True)
        else:
            print(f"{service}: the schema is at {current or 'nothing'}, waiting for {known[0]}", flush=True)
        if time.monotonic() >= until:
            return False
        await asyncio.sleep(_PAUSE)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the schema is there, 1 when it did not come."""
    parser = argparse.ArgumentParser(prog="python -m shared.kit.await_schema", description=__doc__)
    parser.add_argument("service")
    parser.add_argument("--seconds", type=float, default=900)
    given = parser.parse_args(arguments)
    url = os.environ.get(f"{given.service.upper()}_DATABASE_URL")
    if not url:
        parser.error(f"set {given.service.upper()}_DATABASE_URL to the database URL of the role {given.service}_app")
    return 0 if asyncio.run(wait(given.service, url, given.seconds)) else 1


def _revisions(service: str) -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


async def _current(url: str) -> tuple[str | None, str | None]:
    """The revision that the database is at, None where it does not answer or has no tables yet; and the moment that it
    was restored to, while those who were erased since are in it again.
    """
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return None, None
    try:
        row = await connection.fetchrow(
            "SELECT version_num, current_setting('startklar.erasures_pending', true) AS pending FROM alembic_version"
        )
    except asyncpg.PostgresError:
        return None, None
    finally:
        await connection.close()
    return (row["version_num"], row["pending"] or None) if row else (None, None)


if __name__ == "__main__":
    raise SystemExit(main())
