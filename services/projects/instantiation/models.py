"""How far the writing of a large plan has come."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project
from shared.kit.db import TenantRow, Versioned


class InstantiationState(StrEnum):
    """`waiting`: nothing is written yet; `writing`: the plan stands, its rows per unit follow; `done`."""

    waiting = "waiting"
    writing = "writing"
    done = "done"


class Instantiation(Model, TenantRow, Versioned, OfProject, table=True):
    """The job that writes one project's plan.

    `units` are those that it is for, as they were when the plan was asked for (`{id, kind, schoolForms}`, ordered by
    id): a register that changes meanwhile changes no plan that is half written. `children_done` of `children_total`
    rows per unit are written, always counted in the transaction that writes them: a job that starts again goes on
    exactly there.
    """

    __tablename__ = "instantiation"
    __table_args__ = (
        to_project(),
        one_of("state", InstantiationState),
        CheckConstraint("children_done >= 0 AND children_done <= children_total", name="children"),
        UniqueConstraint("tenant_id", "project_id"),
    )

    job_id: UUID
    state: str = Field(default=InstantiationState.waiting.value, sa_type=Text)
    units: list[dict[str, Any]] = Field(sa_type=JSONB)
    children_total: int = 0
    children_done: int = 0
