"""After a restore: who was erased since then is erased again, in every service, before any service may serve; and
everybody is logged out, since sessions that were ended after the moment are open again.

The mark is a setting of each database, `startklar.erasures_pending`: `shared.kit.db` refuses to start on a database
that bears it, and the programs that wait for a schema wait for its removal too.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cli.backup.ledger import LedgerCopy
from cli.backup.server import connect, databases
from cli.servers.processes import ServerFailed
from cli.stack.places import ROOT

PENDING = "startklar.erasures_pending"
# Other services erase after the ledger was written: what was under way at the restored moment is done again.
MARGIN = timedelta(days=1)
_MODULE = "shared.kit.replay_erasures"
_KNOWS_LOGINS = "identity"


@dataclass(frozen=True)
class Replayed:
    """What one service erased again, and how many accounts it logged out."""

    service: str
    asked: int
    erased: int
    logged_out: int = 0


async def mark(admin_url: str, restored_to: datetime, services: Sequence[str] | None = None) -> list[str]:
    """No service starts on these databases (all, or those of `services`) until `unmark`."""
    connection = await connect(admin_url)
    try:
        found = await databases(connection)
        wanted = {service: name for service, name in found.items() if services is None or service in services}
        for name in wanted.values():
            await connection.execute(f"""ALTER DATABASE "{name}" SET {PENDING} = '{restored_to.isoformat()}'""")
        return sorted(wanted)
    finally:
        await connection.close()


async def marked(admin_url: str) -> dict[str, datetime]:
    """The databases that bear the mark, by service, with the moment that they were restored to."""
    connection = await connect(admin_url)
    try:
        found = await databases(connection)
        rows = await connection.fetch(
            "SELECT d.datname, split_part(c, '=', 2) AS moment FROM pg_db_role_setting s"
            " JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) c"
            " WHERE s.setrole = 0 AND split_part(c, '=', 1) = $1",
            PENDING,
        )
        moments = {row["datname"]: datetime.fromisoformat(row["moment"]) for row in rows}
        return {service: moments[name] for service, name in found.items() if name in moments}
    finally:
        await connection.close()


async def unmark(admin_url: str, service: str) -> None:
    connection = await connect(admin_url)
    try:
        name = (await databases(connection))[service]
        await connection.execute(f'ALTER DATABASE "{name}" RESET {PENDING}')
    finally:
        await connection.close()


async def replay(admin_url: str, ledger: LedgerCopy, environments: Mapping[str, Mapping[str, str]]) -> list[Replayed]:
    """Erase again in all marked services side by side, and take each one's mark away.

    `environments`: each service's own settings; its process gets those alone. Errors: `ServerFailed`; the services that
    were not done keep their mark.
    """

    async def one(service: str, moment: datetime) -> Replayed:
        if service not in environments:
            raise ServerFailed(f"{service} waits for erasures, and its settings are not known here")
        done = await asyncio.to_thread(replay_one, service, due(ledger, moment), environments[service])
        await unmark(admin_url, service)
        return done

    waiting = await marked(admin_url)
    results = await asyncio.gather(*(one(*item) for item in waiting.items()), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if isinstance(result, Replayed)]


def due(ledger: LedgerCopy, moment: datetime) -> list[dict[str, Any]]:
    """The erasures that a database restored to `moment` may not know of."""
    since = moment - MARGIN
    return [entry for entry in ledger.entries if datetime.fromisoformat(entry["erasedAt"]) >= since]


def replay_one(service: str, entries: list[dict[str, Any]], environment: Mapping[str, str]) -> Replayed:
    """Erase these again in one service, whose settings are `environment`. Errors: `ServerFailed`."""
    if not entries and service != _KNOWS_LOGINS:
        return Replayed(service, 0, 0)
    command = [sys.executable, "-P", "-m", _MODULE, service]
    lines = "".join(json.dumps(entry) + "\n" for entry in entries)
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=inherited | dict(environment) | {"PYTHONPATH": str(ROOT)},
        input=lines,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise ServerFailed(
            f"{service} could not erase again, and must not serve before it has:\n{done.stderr.strip()[-600:]}\n"
            "run ./startklar restore replay when that is mended"
        )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return Replayed(service, told["asked"], told["erased"], told["loggedOut"])


def service_settings(folder: Path, services: Sequence[str]) -> dict[str, dict[str, str]]:
    """The settings of services from `<service>.env` files, as `cli.compose prepare` writes them."""
    found = {}
    for service in services:
        path = folder / f"{service}.env"
        if path.exists():
            pairs = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
            found[service] = {name: value.strip("'") for name, _, value in pairs}
    return found
