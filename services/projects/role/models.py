"""Roles of a project and who holds them, for how long, where, and with what share of their post."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.plan.vocabulary import PartySide
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

_UNIT = "coalesce(unit_id, '00000000-0000-0000-0000-000000000000'::uuid)"


class ProjectRole(Model, TenantRow, OfProject, table=True):
    """A role that somebody must hold in this project; `RoleAssignment` says who.

    `min_count` holders are needed, at each unit where `is_per_unit` is set (two administrators a school); null is one.
    `needs_mandate`: an assignment counts only with a decision and a share of the post above zero [MIT-A].
    `source_ref` is null for a role that the customer added.
    """

    __tablename__ = "project_role"
    __table_args__ = (
        to_project(),
        one_of("side", PartySide),
        CheckConstraint("min_count >= 1", name="min_count"),
        UniqueConstraint("tenant_id", "project_id", "key"),
    )

    key: str = Field(sa_type=Text)
    source_ref: str | None = Field(default=None, sa_type=Text)
    side: str = Field(sa_type=Text)
    title: dict[str, Any] = Field(sa_type=JSONB)
    duty: dict[str, Any] = Field(sa_type=JSONB)
    min_count: int | None = None
    is_per_unit: bool = False
    needs_mandate: bool = False


class RoleAssignment(Model, TenantRow, Versioned, OfProject, table=True):
    """One account holds a role, both days included; open where `valid_to` is null. Ended, never removed.

    `unit_id` is null for the whole authority. `account_id` is null after the person was erased: the history of the
    role stays. `told_on` is the day when the role was made known. `vacancy_told_at`: its end was told as a vacancy.
    """

    __tablename__ = "role_assignment"
    __table_args__ = (
        to_project(),
        to_table("project_role", "role_id"),
        to_table("unit", "unit_id"),
        to_table("decision", "decision_id"),
        CheckConstraint("valid_from <= valid_to", name="order"),
        CheckConstraint("allocation_percent >= 0 AND allocation_percent <= 100", name="allocation"),
        ExcludeConstraint(
            (literal_column("uuid_span(tenant_id, tenant_id, '[]')"), "&&"),
            (literal_column("uuid_span(role_id, role_id, '[]')"), "&&"),
            (literal_column(f"uuid_span({_UNIT}, {_UNIT}, '[]')"), "&&"),
            (literal_column("uuid_span(account_id, account_id, '[]')"), "&&"),
            (literal_column("daterange(valid_from, valid_to, '[]')"), "&&"),
            name="ex_role_assignment_once",
            using="gist",
            where=text("account_id IS NOT NULL"),
        ),
        Index("ix_role_assignment_tenant_id_project_id", "tenant_id", "project_id"),
        Index("ix_role_assignment_tenant_id_role_id", "tenant_id", "role_id"),
        Index("ix_role_assignment_tenant_id_unit_id", "tenant_id", "unit_id"),
        Index("ix_role_assignment_tenant_id_account_id", "tenant_id", "account_id"),
        Index("ix_role_assignment_tenant_id_deputy_id", "tenant_id", "deputy_id"),
        Index("ix_role_assignment_tenant_id_decision_id", "tenant_id", "decision_id"),
    )

    role_id: UUID
    unit_id: UUID | None = None
    account_id: UUID | None = None
    deputy_id: UUID | None = None
    valid_from: date
    valid_to: date | None = None
    allocation_percent: int | None = None
    decision_id: UUID | None = None
    network: str = Field(default="", sa_type=Text)
    told_on: date | None = None
    vacancy_told_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)

    def runs_on(self, day: date) -> bool:
        """Whether the day lies inside the assignment and somebody holds it."""
        ends_later = self.valid_to is None or day <= self.valid_to
        return self.account_id is not None and self.valid_from <= day and ends_later

    def counts_on(self, day: date, role: ProjectRole) -> bool:
        """Whether it fills the role: it runs, and has the decision and the share where the role needs them."""
        has_mandate = self.decision_id is not None and (self.allocation_percent or 0) > 0
        return self.runs_on(day) and (has_mandate or not role.needs_mandate)
