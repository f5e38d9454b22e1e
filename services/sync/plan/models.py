"""Runs, and their plans: what a run would change, row by row, and how each row was before.

A planned row is the staging of a change and, once applied, its history. Rows that do not change are not planned.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.sync.db import Model
from services.sync.roster.models import (
    NAMELESS,
    AbsenceFields,
    ActivityFields,
    ActivityTeacherFields,
    DutyFields,
    EnrolmentFields,
    GroupFields,
    MembershipFields,
    PersonFields,
    PlacementFields,
    ResponsibleFields,
    TeachingFields,
    UnitFields,
)
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

STATES = "'queued', 'planned', 'applying', 'applied', 'failed', 'stale', 'cancelled'"
OPS = "op IN ('create', 'change', 'end', 'revive')"


class Run(Model, TenantRow, Versioned, table=True):
    """One attempt to bring the roster in step with a source.

    `kind`: delivery (an upload, planned and approved), manual (one change by hand), marking (a protection marking that
    tightened), undo (the inverse of the run `undoes_run_id`), erasure (of one person). `state`: queued, planned,
    applying, applied, failed, stale, cancelled; `ended_code` says why it did not come to be applied. `guard`: clear,
    second_person, held. `facts` are the numbers that later runs of the source are judged together with, and the runs
    that it `supersedes`; `year_roll` what became of classes and years.
    """

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint("kind IN ('delivery', 'manual', 'marking', 'undo', 'erasure')", name="kind"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("guard IN ('clear', 'second_person', 'held')", name="guard"),
        ForeignKeyConstraint(["tenant_id", "upload_id"], ["upload.tenant_id", "upload.id"]),
        ForeignKeyConstraint(["tenant_id", "undoes_run_id"], ["run.tenant_id", "run.id"]),
        Index("ix_run_applied", "tenant_id", "applied_version"),
    )

    kind: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    upload_id: UUID | None = None
    undoes_run_id: UUID | None = None
    base_version: int | None = Field(default=None, sa_type=BigInteger)
    applied_version: int | None = Field(default=None, sa_type=BigInteger)
    plan_hash: str | None = Field(default=None, sa_type=Text)
    guard: str | None = Field(default=None, sa_type=Text)
    guard_reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    counts_by_unit: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    finding_counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    files: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    year_roll: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    ended_code: str | None = Field(default=None, sa_type=Text)
    job_id: UUID | None = None
    started_by: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class Approval(Model, TenantRow, table=True):
    """Somebody's word that exactly this plan may be applied; with a reason where the plan was held.

    `person_id` is who stands behind the account, where the roster knows: two accounts of one person are one word.
    """

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("tenant_id", "run_id", "account_id"),
        ForeignKeyConstraint(["tenant_id", "run_id"], ["run.tenant_id", "run.id"]),
    )

    run_id: UUID
    account_id: UUID
    person_id: UUID | None = None
    plan_hash: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    approved_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP)


class FindingRow(Model, TenantRow, table=True):
    """One place where a delivery is not as it should be. Never the value itself.

    `entity` is the kind of row that stands there, `unit_id` the unit that it belongs to, `row_ref` the id that the row
    has in the register: never a protected person's, and never one that could be a national number.
    """

    __tablename__ = "finding"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "run_id"], ["run.tenant_id", "run.id"]),
        Index("ix_finding_run", "tenant_id", "run_id", "id"),
        Index("ix_finding_unit", "tenant_id", "unit_id", "run_id"),
    )

    run_id: UUID
    rule: str = Field(sa_type=Text)
    severity: str = Field(sa_type=Text)
    file: str = Field(sa_type=Text)
    line: int | None = None
    column_name: str | None = Field(default=None, sa_type=Text)
    entity: str | None = Field(default=None, sa_type=Text)
    unit_id: UUID | None = None
    row_ref: str | None = Field(default=None, sa_type=Text)


class PlannedRow(SQLModel):
    """Mixin: the key is (tenant, run, id of the roster row). `before` holds the row's former values, not for create.

    `at_unit` is the unit under which the change is counted.
    """

    tenant_id: UUID = Field(primary_key=True)
    run_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    op: str = Field(sa_type=Text)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    at_unit: UUID | None = None


class PlannedUnit(Model, PlannedRow, UnitFields, table=True):
    __tablename__ = "planned_unit"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedPerson(Model, PlannedRow, PersonFields, table=True):
    __tablename__ = "planned_person"
    __table_args__ = (
        CheckConstraint(OPS, name="op"),
        CheckConstraint(f"NOT protected OR ({NAMELESS})", name="protected_has_no_name"),
        Index("ix_planned_person_id", "tenant_id", "id"),
    )


class PlannedDuty(Model, PlannedRow, DutyFields, table=True):
    __tablename__ = "planned_duty"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedEnrolment(Model, PlannedRow, EnrolmentFields, table=True):
    __tablename__ = "planned_enrolment"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedGroup(Model, PlannedRow, GroupFields, table=True):
    __tablename__ = "planned_school_group"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedMembership(Model, PlannedRow, MembershipFields, table=True):
    __tablename__ = "planned_membership"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedResponsible(Model, PlannedRow, ResponsibleFields, table=True):
    __tablename__ = "planned_responsible"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedPlacement(Model, PlannedRow, PlacementFields, table=True):
    __tablename__ = "planned_placement"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedActivity(Model, PlannedRow, ActivityFields, table=True):
    __tablename__ = "planned_activity"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedTeaching(Model, PlannedRow, TeachingFields, table=True):
    __tablename__ = "planned_teaching"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedActivityTeacher(Model, PlannedRow, ActivityTeacherFields, table=True):
    __tablename__ = "planned_activity_teacher"
    __table_args__ = (CheckConstraint(OPS, name="op"),)


class PlannedAbsence(Model, PlannedRow, AbsenceFields, table=True):
    __tablename__ = "planned_absence"
    __table_args__ = (CheckConstraint(OPS, name="op"),)
