"""`python -m shared.kit.resealing SERVICE`: seal everything anew that another key than the file key sealed.

The last step but one of replacing a file key (docs/upgrades.md): after it no row needs the former key. It reads the
service's settings for the keys and `<SERVICE>_OWNER_DATABASE_URL` for the rows, since it works across tenants; it may
run beside the service, be stopped and run again. What it works on stands in `services/<service>/sealed.py`.
"""

import argparse
import asyncio
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from cryptography.exceptions import InvalidTag
from sqlalchemy.engine import make_url

from shared.kit.files.cipher import FileKeys, WrappedKey
from shared.kit.files.errors import FileDamaged
from shared.kit.keyring import Box, every_key


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed bytes: what it is sealed for (`info`), and what a row's value is bound to."""

    table: str
    column: str
    info: bytes | None
    place: Callable[[Any], bytes]


@dataclass
class Resealed:
    """How many values lie under the file key already, were sealed anew, and no key of ours opens."""

    current: int = 0
    anew: int = 0
    unopened: int = 0


async def reseal(connection: asyncpg.Connection, one: SealedColumn, key: bytes) -> Resealed:
    """Go through a column in short steps; what somebody changes meanwhile is theirs, and sealed by the newest key."""
    box, done = Box(key, one.info), Resealed()
    held = await connection.fetch(f"SELECT * FROM {one.table} WHERE {one.column} IS NOT NULL")
    update = f"UPDATE {one.table} SET {one.column} = $1 WHERE tenant_id = $2 AND id = $3 AND {one.column} = $4"
    for row in held:
        try:
            anew = box.renewed(row[one.column], one.place(row))
        except (InvalidTag, ValueError):
            done.unopened += 1
            continue
        if anew is None:
            done.current += 1
        else:
            await connection.execute(update, anew, row["tenant_id"], row["id"], row[one.column])
            done.anew += 1
    return done


async def rewrap(connection: asyncpg.Connection, key: bytes) -> Resealed:
    """The same for stored files: their data keys are wrapped anew, their contents stay."""
    keys, done = FileKeys(bytes(key), every_key(key)[1:]), Resealed()
    query = "SELECT tenant_id, id, key_id, wrapped_key FROM stored_file WHERE wrapped_key IS NOT NULL"
    update = "UPDATE stored_file SET key_id = $1, wrapped_key = $2 WHERE tenant_id = $3 AND id = $4 AND key_id = $5"
    for row in await connection.fetch(query):
        held = WrappedKey(row["key_id"], row["wrapped_key"])
        try:
            anew = keys.rewrapped(held, row["tenant_id"], row["id"])
        except FileDamaged:
            done.unopened += 1
            continue
        if anew is None:
            done.current += 1
        else:
            await connection.execute(update, anew.key_id, anew.body, row["tenant_id"], row["id"], held.key_id)
            done.anew += 1
    return done


async def reseal_all(owner_url: str, columns: Sequence[SealedColumn], key: bytes) -> dict[str, Resealed]:
    """Every column of a service and its files, by `table.column`."""
    url = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        found = {f"{one.table}.{one.column}": await reseal(connection, one, key) for one in columns}
        if await connection.fetchval("SELECT to_regclass('stored_file')"):
            found["stored_file.wrapped_key"] = await rewrap(connection, key)
    finally:
        await connection.close()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every value lies under the file key, 1 when some open with no key that is given."""
    parser = argparse.ArgumentParser(prog="python -m shared.kit.resealing", description=__doc__)
    parser.add_argument("service")
    service = parser.parse_args(arguments).service
    owner = os.environ.get(f"{service.upper()}_OWNER_DATABASE_URL")
    if not owner:
        parser.error(f"set {service.upper()}_OWNER_DATABASE_URL to the database URL of the role {service}_owner")
    settings = importlib.import_module(f"services.{service}.settings").Settings()
    columns = importlib.import_module(f"services.{service}.sealed").SEALED
    found = asyncio.run(reseal_all(owner, columns, settings.file_key_bytes()))
    for name, done in found.items():
        print(f"{service}: {name}: {done.anew} sealed anew, {done.current} were, {done.unopened} open with no key")
    if any(done.unopened for done in found.values()):
        print(f"{service}: keep every key in other_file_keys until those are explained", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
