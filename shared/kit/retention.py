"""Each service's copy of how long its tenants keep what, and which tenants have anything to purge.

A migration calls `create_retention(*tables)`, `models.py` calls `declare_retention_rule(Model)`. What is kept, why, and
within which bounds stands in `shared.contracts.processing`; the purge is `shared.queue.retention`.
"""

import types
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlmodel import Field, SQLModel

from shared.kit.migrations import definer_function, protect

TABLE = "retention_rule"

# Tenants of a table, by skipping from one to the next: the table may be too large to be read for that.
_OF_TABLE = """
        SELECT t.tenant_id FROM (
            WITH RECURSIVE known AS (
                (SELECT e.tenant_id FROM {table} e ORDER BY e.tenant_id LIMIT 1)
                UNION ALL
                SELECT (SELECT e.tenant_id FROM {table} e WHERE e.tenant_id > k.tenant_id
                        ORDER BY e.tenant_id LIMIT 1)
                FROM known k WHERE k.tenant_id IS NOT NULL
            )
            SELECT tenant_id FROM known WHERE tenant_id IS NOT NULL
        ) t"""
_TENANTS = """
CREATE FUNCTION retention_tenants() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
{tables}
$$
"""


class RetentionRule(SQLModel):
    """How many days the tenant keeps the holding `key`; without a row the catalogue's default. `version` is sync's."""

    tenant_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True, sa_type=sa.Text)
    days: int
    version: int


def declare_retention_rule(base: type[SQLModel]) -> type[SQLModel]:
    """The table in the service's own metadata, for alembic."""
    body = {"__module__": base.__module__, "__tablename__": TABLE}
    return types.new_class("RetentionRuleRow", (RetentionRule, base), {"table": True}, lambda names: names.update(body))


def create_retention(*tables: str) -> None:
    """Create the table behind row security, and the function that names the tenants with rows in any of `tables`."""
    op.create_table(
        TABLE,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=f"pk_{TABLE}"),
    )
    protect(TABLE)
    if tables:
        op.execute(_TENANTS.format(tables="\n    UNION".join(_OF_TABLE.format(table=table) for table in tables)))
        definer_function("retention_tenants()")


def drop_retention() -> None:
    """Undo `create_retention`."""
    op.execute("DROP FUNCTION IF EXISTS retention_tenants()")
    op.drop_table(TABLE)
