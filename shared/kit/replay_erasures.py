"""`python -m shared.kit.replay_erasures SERVICE`: erase again whom a restored database has forgotten to have erased.

Then what else the service wants of a restored database: `restored(database)` of its module of that name, if it has one.

Reads the ledger from standard input, one JSON object a line (`tenant`, `person`, `erasedAt`, `reason`), with the
service's own settings in the environment, and asks the service's handler (`shared.kit.persondata`) for each person.
Repeating it changes nothing. Prints `{"asked": n, "erased": rows, "loggedOut": accounts}`.
"""

import argparse
import asyncio
import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.kit.db import Database
from shared.kit.persondata import PersonData


@dataclass(frozen=True)
class Erased:
    """One line of the ledger."""

    tenant: UUID
    person: UUID


async def replay(database: Database, handlers: PersonData, ledger: Iterable[Erased]) -> tuple[int, int]:
    """Each person in a transaction of their tenant; returns how many were asked for, and the rows erased now."""
    asked = erased = 0
    for line in ledger:
        async with database.transaction(line.tenant) as session:
            report = await handlers.erase(session, line.person)
        asked, erased = asked + 1, erased + report.erased
    return asked, erased


def handlers_of(service: str) -> PersonData | None:
    """The handlers that a service's app names: nothing below the services may import one. None where none is held.

    Who of its features forgets is made known first, as its own processes do.
    """
    if importlib.util.find_spec(f"services.{service}.forgetting") is not None:
        importlib.import_module(f"services.{service}.forgetting")
    found: PersonData | None = importlib.import_module(f"services.{service}.app").SPEC.person_data
    return found


def read_ledger(lines: Iterable[str]) -> list[Erased]:
    """Errors: ValueError, KeyError for a line that is not one of the ledger."""
    parsed = (json.loads(line) for line in lines if line.strip())
    return list(dict.fromkeys(Erased(UUID(entry["tenant"]), UUID(entry["person"])) for entry in parsed))


async def _run(service: str, url: str, ledger: list[Erased]) -> dict[str, int]:
    handlers = handlers_of(service)
    database = Database(url, pool_size=1)
    try:
        await database.start(restored=True)
        asked, erased = await replay(database, handlers, ledger) if handlers is not None else (0, 0)
        logged_out = 0
        if importlib.util.find_spec(f"services.{service}.restored") is not None:
            logged_out = await importlib.import_module(f"services.{service}.restored").restored(database)
        return {"asked": asked, "erased": erased, "loggedOut": logged_out}
    finally:
        await database.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everybody in the ledger is erased."""
    parser = argparse.ArgumentParser(prog="python -m shared.kit.replay_erasures", description=__doc__)
    parser.add_argument("service")
    service = parser.parse_args(arguments).service
    url = os.environ.get(f"{service.upper()}_DATABASE_URL")
    if not url:
        parser.error(f"set {service.upper()}_DATABASE_URL to the database URL of the role {service}_app")
    print(json.dumps(asyncio.run(_run(service, url, read_ledger(sys.stdin)))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
