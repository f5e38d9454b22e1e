"""The canonical roster: units, persons, and what ties them. Rows are never removed, they end and can come back.

Every row carries the roster version in which it last changed, so that the change feed is an index scan. The names of
a protected person are not here at all: the row of such a person has an id, digests and the mark.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.sync.db import Model
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, Versioned

NAMELESS = "given_name IS NULL AND family_name IS NULL AND email IS NULL AND login IS NULL AND external_ids IS NULL"

GONE = "ended_at IS NOT NULL AND source_id NOT LIKE 'erased:%'"


class UnitFields(SQLModel):
    """What a unit is. `source_id` is the delivering register's id."""

    source_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    parent_id: UUID | None = None
    school_forms: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    code: str | None = Field(default=None, sa_type=Text)


class PersonFields(SQLModel):
    """Who a person is. `login_digest` is the login name's SHA-256, `login_scope` the domain after its @, also of a
    protected person; `civic_hash` is keyed, `civic_cipher` sealed. `external_ids` are other systems' ids, each
    `context:value`; `external_digests` the keyed hash of each in hex, also of a protected person."""

    source_id: str = Field(sa_type=Text)
    given_name: str | None = Field(default=None, sa_type=Text)
    family_name: str | None = Field(default=None, sa_type=Text)
    email: str | None = Field(default=None, sa_type=Text)
    login: str | None = Field(default=None, sa_type=Text)
    login_digest: bytes | None = None
    login_scope: str | None = Field(default=None, sa_type=Text)
    civic_hash: bytes | None = None
    civic_cipher: bytes | None = None
    external_ids: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    external_digests: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    protected: bool


class DutyFields(SQLModel):
    """Work at a unit."""

    person_id: UUID
    unit_id: UUID
    role: str = Field(sa_type=Text)
    starts_on: date | None = None
    ends_on: date | None = None


class EnrolmentFields(SQLModel):
    """A place at a unit. `school_form` is the empty text where nobody can tell it: it is a part of the natural key."""

    person_id: UUID
    unit_id: UUID
    school_form: str = Field(sa_type=Text)
    school_year: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class GroupFields(SQLModel):
    """A class, department, teaching or timetable group."""

    source_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    unit_id: UUID
    school_form: str | None = Field(default=None, sa_type=Text)
    starts_on: date | None = None
    ends_on: date | None = None


class MembershipFields(SQLModel):
    """A person in a group."""

    group_id: UUID
    person_id: UUID
    role: str = Field(sa_type=Text)
    starts_on: date | None = None
    ends_on: date | None = None


class ResponsibleFields(SQLModel):
    """A guardian of a child."""

    child_id: UUID
    guardian_id: UUID


class PlacementFields(SQLModel):
    """A child's place in preschool or leisure care. `school_form` is the empty text where nobody can tell it."""

    child_id: UUID
    unit_id: UUID
    school_form: str = Field(sa_type=Text)
    group_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    weekly_hours: int | None = None


class ActivityFields(SQLModel):
    """Something that groups and teachers meet in: a subject of a class, a course, a club."""

    source_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    unit_id: UUID
    subject: str | None = Field(default=None, sa_type=Text)
    starts_on: date | None = None
    ends_on: date | None = None


class TeachingFields(SQLModel):
    """A group that an activity is for."""

    activity_id: UUID
    group_id: UUID


class ActivityTeacherFields(SQLModel):
    """A person who teaches an activity."""

    activity_id: UUID
    person_id: UUID


class AbsenceFields(SQLModel):
    """How much a unit, or one group of it, missed in a month. `about_id` is the group, or else the unit."""

    about_id: UUID
    month: date
    unit_id: UUID
    group_id: UUID | None = None
    pupils: int
    absent_minutes: int
    planned_minutes: int | None = None


class RosterRow(TenantRow, Versioned):
    """What every row of the roster carries. `source` names the register; `ended_*` are the tombstone."""

    source: str = Field(sa_type=Text)
    changed_version: int = Field(sa_type=BigInteger)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    ended_reason: str | None = Field(default=None, sa_type=Text)
    ended_run_id: UUID | None = None


def _by_source(table: str) -> tuple[UniqueConstraint, Index]:
    unique = UniqueConstraint("tenant_id", "source", "source_id", deferrable=True, initially="IMMEDIATE")
    return unique, _feed(table)


def _feed(table: str) -> Index:
    return Index(f"ix_{table}_feed", "tenant_id", "changed_version", "id")


def _to(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"])


class Unit(Model, UnitFields, RosterRow, table=True):
    __tablename__ = "unit"
    __table_args__ = (*_by_source("unit"), _to("parent_id", "unit"))


class Person(Model, PersonFields, RosterRow, table=True):
    __tablename__ = "person"
    __table_args__ = (
        *_by_source("person"),
        CheckConstraint(f"NOT protected OR ({NAMELESS})", name="protected_has_no_name"),
        Index("ix_person_login", "tenant_id", "login_digest"),
        Index("ix_person_civic", "tenant_id", "civic_hash"),
        Index("ix_person_ended", "tenant_id", "ended_at", postgresql_where=sql_text(GONE)),
    )


class Duty(Model, DutyFields, RosterRow, table=True):
    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id", "unit_id", "role"),
        _to("person_id", "person"),
        _to("unit_id", "unit"),
        _feed("duty"),
        Index("ix_duty_unit", "tenant_id", "unit_id"),
    )


class Enrolment(Model, EnrolmentFields, RosterRow, table=True):
    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id", "unit_id", "school_form"),
        _to("person_id", "person"),
        _to("unit_id", "unit"),
        _feed("enrolment"),
        Index("ix_enrolment_unit", "tenant_id", "unit_id"),
    )


class Group(Model, GroupFields, RosterRow, table=True):
    __tablename__ = "school_group"
    __table_args__ = (*_by_source("school_group"), _to("unit_id", "unit"))


class Membership(Model, MembershipFields, RosterRow, table=True):
    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("tenant_id", "group_id", "person_id", "role"),
        _to("group_id", "school_group"),
        _to("person_id", "person"),
        _feed("membership"),
        Index("ix_membership_person", "tenant_id", "person_id"),
    )


class Responsible(Model, ResponsibleFields, RosterRow, table=True):
    __tablename__ = "responsible"
    __table_args__ = (
        UniqueConstraint("tenant_id", "child_id", "guardian_id"),
        _to("child_id", "person"),
        _to("guardian_id", "person"),
        _feed("responsible"),
        Index("ix_responsible_guardian", "tenant_id", "guardian_id"),
    )


class Placement(Model, PlacementFields, RosterRow, table=True):
    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("tenant_id", "child_id", "unit_id", "school_form"),
        _to("child_id", "person"),
        _to("unit_id", "unit"),
        _to("group_id", "school_group"),
        _feed("placement"),
        Index("ix_placement_unit", "tenant_id", "unit_id"),
    )


class Activity(Model, ActivityFields, RosterRow, table=True):
    __tablename__ = "activity"
    __table_args__ = (*_by_source("activity"), _to("unit_id", "unit"))


class Teaching(Model, TeachingFields, RosterRow, table=True):
    __tablename__ = "teaching"
    __table_args__ = (
        UniqueConstraint("tenant_id", "activity_id", "group_id"),
        _to("activity_id", "activity"),
        _to("group_id", "school_group"),
        _feed("teaching"),
    )


class ActivityTeacher(Model, ActivityTeacherFields, RosterRow, table=True):
    __tablename__ = "activity_teacher"
    __table_args__ = (
        UniqueConstraint("tenant_id", "activity_id", "person_id"),
        _to("activity_id", "activity"),
        _to("person_id", "person"),
        _feed("activity_teacher"),
        Index("ix_activity_teacher_person", "tenant_id", "person_id"),
    )


class Absence(Model, AbsenceFields, RosterRow, table=True):
    __tablename__ = "absence"
    __table_args__ = (
        UniqueConstraint("tenant_id", "about_id", "month"),
        CheckConstraint("pupils >= 5", name="about_nobody"),
        _to("unit_id", "unit"),
        _to("group_id", "school_group"),
        _feed("absence"),
    )


class RosterHead(Model, TenantRow, table=True):
    """One row per tenant, whose id is the tenant's: the present version. Whoever changes the roster locks it first."""

    __tablename__ = "roster_head"

    version: int = Field(default=0, sa_type=BigInteger)


class RosterVersion(Model, TenantRow, table=True):
    """A version of the roster: which run made it, and what it changed."""

    __tablename__ = "roster_version"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    number: int = Field(sa_type=BigInteger)
    run_id: UUID
    origin: str = Field(sa_type=Text)
    counts: dict[str, Any] = Field(sa_type=JSONB)
    applied_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP)
