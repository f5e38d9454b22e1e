"""The table of access cutoffs that every service keeps, so that a removed right takes effect within a minute.

A service's first migration calls `create_access_cutoff()`, its `models.py` calls `declare_access_cutoff(Model)`.
"""

import types
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlmodel import Field, SQLModel

from shared.kit.db import TIMESTAMP
from shared.kit.migrations import protect

TABLE = "access_cutoff"


class AccessCutoff(SQLModel):
    """Tokens of `account_id` that were issued before `not_before` are refused."""

    tenant_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    not_before: datetime = Field(sa_type=TIMESTAMP, nullable=False)


def declare_access_cutoff(base: type[SQLModel]) -> type[SQLModel]:
    """The table in the service's own metadata, for alembic."""
    body = {"__module__": base.__module__, "__tablename__": TABLE}
    return types.new_class("AccessCutoffRow", (AccessCutoff, base), {"table": True}, lambda names: names.update(body))


def create_access_cutoff() -> None:
    """Create the table behind row security; call it in the service's first migration."""
    op.create_table(
        TABLE,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("not_before", TIMESTAMP, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", name=f"pk_{TABLE}"),
    )
    protect(TABLE)


def drop_access_cutoff() -> None:
    """The way back."""
    op.drop_table(TABLE)
