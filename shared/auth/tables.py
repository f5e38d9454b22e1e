"""The tables that every service keeps of what identity tells: removed rights, and the tenants' rules of assurance.

A service's migration calls `create_access_cutoff()` and `create_assurance_rule()`, its `models.py` calls
`declare_access_cutoff(Model)` and `declare_assurance_rule(Model)`.
"""

import types
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlmodel import Field, SQLModel

from shared.auth.principal import Acr
from shared.kit.db import TIMESTAMP
from shared.kit.files.stored import DataClass
from shared.kit.migrations import protect

TABLE = "access_cutoff"
RULE_TABLE = "assurance_rule"


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


class AssuranceRule(SQLModel):
    """What the tenant demands of `holder` (see `shared.auth.assurance`) for `data_class`; `version` is identity's."""

    tenant_id: UUID = Field(primary_key=True)
    holder: str = Field(primary_key=True, sa_type=sa.Text)
    data_class: str = Field(primary_key=True, sa_type=sa.Text)
    is_open: bool
    min_acr: str = Field(sa_type=sa.Text)
    max_age_seconds: int | None = None
    version: int


def declare_assurance_rule(base: type[SQLModel]) -> type[SQLModel]:
    """The table in the service's own metadata, for alembic."""
    body = {"__module__": base.__module__, "__tablename__": RULE_TABLE}
    return types.new_class("AssuranceRuleRow", (AssuranceRule, base), {"table": True}, lambda names: names.update(body))


def create_assurance_rule() -> None:
    """Create the table behind row security."""
    op.create_table(
        RULE_TABLE,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("data_class", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("min_acr", sa.Text(), nullable=False),
        sa.Column("max_age_seconds", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "holder", "data_class", name=f"pk_{RULE_TABLE}"),
    )
    one_of = {"data_class": tuple(one.value for one in DataClass), "min_acr": tuple(one.value for one in Acr)}
    for column, values in one_of.items():
        op.execute(f"ALTER TABLE {RULE_TABLE} ADD CONSTRAINT ck_{RULE_TABLE}_{column} CHECK ({column} IN {values})")
    protect(RULE_TABLE)


def drop_assurance_rule() -> None:
    """The way back."""
    op.drop_table(RULE_TABLE)
