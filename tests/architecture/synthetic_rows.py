"""One invented row of a tenant in every table of a database, so that there is something that must not be seen.

Values follow the column types; CHECK constraints are dropped first, so the database must be the test's own. No row is
one that was removed (`deleted_at`): nobody sees those.
"""

import re
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from shared.kit.ids import new_id

COLUMNS = """
SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type,
       (SELECT min(e.enumlabel) FROM pg_enum e WHERE e.enumtypid = a.atttypid) AS label
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attgenerated = ''
  AND a.attidentity <> 'a' AND c.relname <> 'alembic_version' AND a.attname <> 'deleted_at'
ORDER BY c.relname, a.attnum
"""
CHECKS = """
SELECT t.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS text
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
WHERE t.relnamespace = 'public'::regnamespace AND k.contype = 'c'
"""
FOREIGN_KEYS = """
SELECT t.relname AS table, p.relname AS parent,
       (SELECT array_agg(a.attname ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(num, n)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num) AS own,
       (SELECT array_agg(a.attname ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u(num, n)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num) AS theirs
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
WHERE t.relnamespace = 'public'::regnamespace AND k.contype = 'f'
"""
# `state = ANY (ARRAY['open'::text, ...])` is how PostgreSQL writes `state IN ('open', ...)`.
ONE_OF = re.compile(r"^CHECK \(\(+(\w+) = ANY \(+ARRAY\['([^']+)'")
VALUES = {
    "boolean": "false",
    "bytea": "\\x00",
    "date": "2027-08-16",
    "interval": "1 day",
    "jsonb": "{}",
    "json": "{}",
    "time without time zone": "09:00",
    "timestamp with time zone": "2027-08-16T07:00:00Z",
    "inet": "192.0.2.1",
    "tsvector": "",
}
NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")


@dataclass
class Rows:
    """The row of each table, column -> value, and every id in them."""

    tenant: UUID
    by_table: dict[str, dict[str, str | None]] = field(default_factory=dict)

    @property
    def ids(self) -> set[str]:
        """The ids that belong to the tenant alone; its own id is known to others (a membership names it)."""
        values = {value for row in self.by_table.values() for value in row.values() if value}
        return {value for value in values if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value)} - {
            str(self.tenant)
        }


async def insert_rows(owner_url: str, tenant: UUID) -> Rows:
    """Fill every table that belongs to tenants with one row of `tenant`; parents first."""
    connection = await asyncpg.connect(owner_url)
    choices: dict[tuple[str, str], str] = {}
    for row in await connection.fetch(CHECKS):
        if match := ONE_OF.match(row["text"]):
            choices[row["table"], match[1]] = match[2]
        await connection.execute(f'ALTER TABLE "{row["table"]}" DROP CONSTRAINT "{row["name"]}" CASCADE')
    tables: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(COLUMNS):
        value = choices.get((row["table"], row["column"])) or row["label"] or value_of(row["type"], row["column"])
        tables.setdefault(row["table"], {})[row["column"]] = value
    rows = Rows(tenant)
    keys = await connection.fetch(FOREIGN_KEYS)
    for table in in_order(list(tables), keys):
        if table == "tenant":  # the tenant's own entry in the directory
            rows.by_table[table] = {**tables[table], "id": str(tenant)}
            await insert(connection, table, rows.by_table[table])
        elif "tenant_id" in tables[table]:
            rows.by_table[table] = linked(tables[table], [key for key in keys if key["table"] == table], rows)
            await insert(connection, table, rows.by_table[table])
    await connection.close()
    return rows


def value_of(kind: str, column: str) -> str:
    if kind == "uuid":
        return str(new_id())
    if kind.endswith("[]"):
        return "{}"
    return "1" if kind in NUMBERS else VALUES.get(kind, f"invented {column}")


def in_order(tables: list[str], keys: list[asyncpg.Record]) -> list[str]:
    """Parents before children; a table that points at itself or in a circle comes as soon as the rest is there."""
    done: list[str] = []
    while len(done) < len(tables):
        waiting = {key["table"] for key in keys if key["parent"] not in done and key["parent"] != key["table"]}
        left = [table for table in tables if table not in done]
        done += [table for table in left if table not in waiting] or left[:1]
    return done


def linked(values: dict[str, str], keys: list[asyncpg.Record], rows: Rows) -> dict[str, str | None]:
    """The row with its tenant, and its foreign keys on the tenant's other rows; on rows not there yet, null."""
    row: dict[str, str | None] = {**values, "tenant_id": str(rows.tenant)}
    for key in keys:
        parent = rows.by_table.get(key["parent"])
        for own, theirs in zip(key["own"], key["theirs"], strict=True):
            if own != "tenant_id":
                row[own] = parent[theirs] if parent else None
    return row


async def insert(connection: asyncpg.Connection, table: str, row: dict[str, str | None]) -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    # A quoted literal takes the type of its column, so one form serves every type.
    values = ", ".join("NULL" if value is None else "'" + value.replace("'", "''") + "'" for value in row.values())
    await connection.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({values})')


async def fingerprint(owner_url: str, tenant: UUID) -> dict[str, str]:
    """A hash of all rows of a tenant for each table: whoever changes anything changes it."""
    connection = await asyncpg.connect(owner_url)
    tables = await connection.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id'"
    )
    rows = "md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
    found = {
        table: await connection.fetchval(f'SELECT {rows} FROM "{table}" t WHERE tenant_id = $1', tenant)
        for (table,) in tables
    }
    await connection.close()
    return found
