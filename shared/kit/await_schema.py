"""`python -m shared.kit.await_schema SERVICE`: wait until the database has the schema that this code was written for.

The first thing that a new process does: the migration runs beside it, and code must not meet tables that lack its
columns. A database that is further than this code knows is good too: while older code runs, a schema is only widened.
A migration that took away what older code needs has said so (`shared.kit.migrations.narrow`): such code is refused.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

from shared.kit.refusals import NEEDS, Refused

ROOT = Path(__file__).parents[2]
_PAUSE = 2.0
_QUERY = """SELECT version_num AS revision, obj_description('alembic_version'::regclass) AS note,
    current_setting('startklar.erasures_pending', true) AS pending FROM alembic_version"""


def is_enough(current: str | None, known: Sequence[str]) -> bool:
    """Whether a database at revision `current` serves code whose revisions are `known`, the newest first."""
    return current is not None and (current == known[0] or current not in known)


@dataclass(frozen=True)
class Found:
    """What a database says of itself. `revision` is None where it does not answer or has no tables yet; `note` is what
    a migration left that took something away; `restored_to` the moment of a restore, while those who were erased since
    are in it again.
    """

    revision: str | None = None
    note: str | None = None
    restored_to: str | None = None


def check_not_narrowed(note: str | None, known: Sequence[str]) -> None:
    """Raise Refused where the database's note demands a revision that is not `known`."""
    needed = (note or "").partition(NEEDS)[2]
    if needed and needed not in known:
        raise Refused(
            f"this release is too old for its database: a later one took away what it needs (after revision {needed})."
            " Start that release or a newer one, or restore a backup from before the upgrade"
        )


async def wait(service: str, url: str, seconds: float) -> bool:
    """Whether it came so far within `seconds`; tells on standard output what it waits for. Errors: Refused."""
    known = _revisions(service)
    until = time.monotonic() + seconds
    while True:
        found = await _look(url)
        check_not_narrowed(found.note, known)
        if is_enough(found.revision, known) and not found.restored_to:
            return True
        if found.restored_to:
            print(f"{service}: restored to {found.restored_to}, waiting for ./startklar restore replay", flush=True)
        else:
            print(f"{service}: the schema is at {found.revision or 'nothing'}, waiting for {known[0]}", flush=True)
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
    try:
        return 0 if asyncio.run(wait(given.service, url, given.seconds)) else 1
    except Refused as refusal:
        print(f"{given.service}: {refusal}", file=sys.stderr)
        return 1


def _revisions(service: str) -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


async def _look(url: str) -> Found:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return Found()
    try:
        row = await connection.fetchrow(_QUERY)
    except asyncpg.PostgresError:
        return Found()
    finally:
        await connection.close()
    return Found(row["revision"], row["note"], row["pending"] or None) if row else Found()


if __name__ == "__main__":
    raise SystemExit(main())
