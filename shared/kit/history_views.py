"""The views of schema `past`: one for each journaled table, following its columns.

A view's comment remembers, as JSON, the table's `scope`, the columns that it had when its history began (`since`), and
what the past reads for columns that came later (`reads_as`).
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, text

from shared.kit.history_sql import VIEW

_COLUMNS = text(
    "SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required"
    " FROM pg_attribute a WHERE a.attrelid = to_regclass(:schema || '.' || :table) AND a.attnum > 0"
    " AND NOT a.attisdropped ORDER BY a.attnum"
)
_NOTES = text("SELECT obj_description(to_regclass('past.' || :table), 'pg_class')")
_TABLES = text("SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('past') AND relkind = 'v' ORDER BY 1")

Column = tuple[str, str, bool]
"""Name, type as SQL, and whether it may not be null."""


def columns_of(connection: Connection, table: str, schema: str = "public") -> list[Column]:
    """The columns of a table or view in their order; none when it does not exist."""
    rows = connection.execute(_COLUMNS, {"schema": schema, "table": table})
    return [(row.name, row.type, row.is_required) for row in rows]


def past_tables(connection: Connection) -> list[str]:
    """The names of all tables whose past can be read."""
    return list(connection.execute(_TABLES).scalars())


def notes_of(connection: Connection, table: str) -> dict[str, Any]:
    """What the view of `table` remembers."""
    notes: dict[str, Any] = orjson.loads(connection.execute(_NOTES, {"table": table}).scalar_one())
    return notes


def follow_tables(connection: Connection, service: str) -> None:
    """Bring every view of the past up to its table; the last step of every run of migrations."""
    for table in past_tables(connection):
        now, shown = columns_of(connection, table), columns_of(connection, table, "past")
        if not now:
            connection.execute(text(f"DROP VIEW past.{table}"))
        elif [column[:2] for column in now] != [column[:2] for column in shown]:
            create_view(connection, service, table, notes_of(connection, table))


def create_view(connection: Connection, service: str, table: str, notes: Mapping[str, Any]) -> None:
    """Make `past.<table>` anew from the table's present columns.

    The view names types and never the table, so that no later change of the table is in its way.
    """
    shown, read = [], []
    for name, type_, is_required in columns_of(connection, table):
        if name in ("tenant_id", "id"):
            shown.append(f"d.{'tenant_id' if name == 'tenant_id' else 'entity_id'} AS {name}")
        elif name == notes["scope"] and is_required:
            shown.append(f"d.scope_id AS {name}")
        else:
            default = notes["reads_as"].get(name)
            held = f"CASE WHEN i.image ? '{name}' THEN r.{name} ELSE ({default})::{type_} END"
            shown.append(f"{held if default else f'r.{name}'} AS {name}")
            read.append(f"{name} {type_}")
    comment = orjson.dumps(dict(notes)).decode().replace("'", "''")
    for statement in (
        f"DROP VIEW IF EXISTS past.{table}",
        VIEW.format(table=table, shown=", ".join(shown), read=", ".join(read)),
        f"COMMENT ON VIEW past.{table} IS '{comment}'",
        f"GRANT SELECT ON past.{table} TO {service}_app",
    ):
        connection.exec_driver_sql(statement)
