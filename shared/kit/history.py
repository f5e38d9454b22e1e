"""History of rows: a trigger keeps every image of a row, and views of the same names show the rows of any past instant.

A migration calls `create_history()` once and then `journaled(table)` for each table whose past must be readable. From
then on every INSERT, UPDATE and DELETE, by whichever path it comes, leaves a journal entry with a salted commitment
and an image that can be redacted without breaking the journal's chain. Reads of the past need no code of their own:
in a transaction that looks back (`shared.kit.db`) the schema `past` stands before `public`. See docs/adr/0006.
"""

from datetime import datetime
from types import new_class
from typing import Any
from uuid import UUID

from alembic import op
from sqlalchemy import BigInteger, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.kit.db import TIMESTAMP, TenantRow
from shared.kit.history_sql import FUNCTIONS, IMAGE_INDEXES, IMAGE_TABLE, REDACT, backfill
from shared.kit.history_views import columns_of, create_view, notes_of
from shared.kit.migrations import definer_function, protect, service_name

_EVENTS = {
    "insert": "INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
    "update": "UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
}
_SCOPE = "project_id"


class _JournalImage(TenantRow):
    """A row as a change left it; null where the change removed it. `id` is that of its journal entry."""

    seq: int | None = Field(default=None, sa_type=BigInteger, sa_column_args=(Identity(always=True),), nullable=False)
    entity: str = Field(sa_type=Text)
    entity_id: UUID
    scope_id: UUID
    at: datetime = Field(sa_type=TIMESTAMP)
    is_first: bool
    is_deleted: bool
    salt: UUID
    image: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    redacted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


def declare_history(model: type[SQLModel]) -> None:
    """Declare the table of images on a service's registry, so that `alembic check` knows it."""

    def name_it(body: dict[str, Any]) -> None:
        body["__tablename__"] = "journal_image"

    new_class("journal_image", (_JournalImage, model), {"table": True}, name_it)
    image = model.metadata.tables["journal_image"].c
    Index("ix_journal_image_entity", image.tenant_id, image.entity_id, image.at, image.seq)
    columns = (image.tenant_id, image.entity, image.scope_id, image.entity_id)
    Index("ix_journal_image_first", *columns, postgresql_where=image.is_first)


def create_history() -> None:
    """Create the table of images, the trigger functions and the schema `past`; call in a migration, once.

    Needs the journal with its commitments (`shared.kit.journal.create_seals`).
    """
    service = service_name()
    op.execute(IMAGE_TABLE)
    for statement in IMAGE_INDEXES:
        op.execute(statement)
    protect("journal_image")
    op.execute(f"REVOKE UPDATE, DELETE ON journal_image FROM {service}_app")
    for function in FUNCTIONS.values():
        _run(function)
    _run(REDACT)
    definer_function("journal_redact(uuid, text[])")
    op.execute("CREATE SCHEMA past")
    op.execute(f"GRANT USAGE ON SCHEMA past TO {service}_app")


def drop_history() -> None:
    """Undo `create_history()` and every `journaled`."""
    op.execute("DROP SCHEMA past CASCADE")
    op.execute("DROP FUNCTION journal_redact(uuid, text[])")
    for event in _EVENTS:
        op.execute(f"DROP FUNCTION journal_{event}() CASCADE")
    op.execute("DROP TABLE journal_image")


def journaled(table: str, *, scope: str | None = None) -> None:
    """Keep every image of the rows of `table` from now on, present ones included, and show its past as `past.<table>`.

    `scope` is the column by which lists are narrowed to one parent, which reads of the past must find without a scan:
    `project_id` where the table has one, else none ("gate_id" for a gate's criteria). The table's primary key is
    (tenant_id, id). The view follows the table after every run of migrations; see `refresh_past` for columns that came
    later and may not be null.
    """
    names = [name for name, _, _ in columns_of(op.get_bind(), table)]
    if scope is None and _SCOPE in names:
        scope = _SCOPE
    _run(backfill(table, scope))
    for event, on in _EVENTS.items():
        op.execute(
            f"CREATE TRIGGER {table}_journal_{event} AFTER {on.format(table=table)}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION journal_{event}('{scope or ''}')"
        )
    create_view(op.get_bind(), service_name(), table, {"scope": scope, "since": names, "reads_as": {}})


def refresh_past(table: str, **reads_as: str) -> None:
    """Let `past.<table>` follow the table's columns, and say what it reads where an image is older than a column.

    Columns are followed after every run of migrations anyway, and read NULL where an image lacks them. A migration
    that adds one which may not be null must say what else: `refresh_past("activity", modality="'on_site'")`; one that
    renames a column too: `refresh_past("activity", new_name="i.image ->> 'old_name'")`.
    """
    notes = notes_of(op.get_bind(), table)
    create_view(op.get_bind(), service_name(), table, notes | {"reads_as": notes["reads_as"] | reads_as})


def no_longer_journaled(table: str) -> None:
    """Undo `journaled(table)`, for a downgrade; its images stay."""
    op.execute(f"DROP VIEW IF EXISTS past.{table}")
    for event in _EVENTS:
        op.execute(f"DROP TRIGGER {table}_journal_{event} ON {table}")


def _run(statement: str) -> None:
    """Run a statement as it stands: what looks like a bound parameter is not one."""
    op.execute(text(statement.replace(":", r"\:")))
