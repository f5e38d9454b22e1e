"""Tables of a project: the rollout itself and its parties."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project
from services.projects.plan.vocabulary import LifecycleStage, PartySide, PlanState
from shared.kit.db import TenantRow, Versioned


class Project(Model, TenantRow, Versioned, table=True):
    """A rollout. `template_digest` is the SHA-256 of the template file that it was made from.

    `anchors` are dates by anchor key, `options` the settled options of the template.
    """

    __tablename__ = "project"
    __table_args__ = (
        one_of("stage", LifecycleStage),
        one_of("plan_state", PlanState),
        CheckConstraint("state IN ('active', 'closed')", name="state"),
    )

    name: str = Field(sa_type=Text)
    state: str = Field(default="active", sa_type=Text)
    stage: str = Field(default=LifecycleStage.implementation.value, sa_type=Text)
    template_key: str = Field(sa_type=Text)
    template_version: str = Field(sa_type=Text)
    template_digest: str = Field(sa_type=Text)
    anchors: dict[str, str] = Field(sa_type=JSONB)
    options: dict[str, Any] = Field(sa_type=JSONB)
    school_forms: list[str] = Field(sa_type=JSONB)
    plan_state: str = Field(default=PlanState.draft.value, sa_type=Text)
    created_by: UUID


class ProjectParty(Model, TenantRow, OfProject, table=True):
    """An organisation that takes part, on one side."""

    __tablename__ = "project_party"
    __table_args__ = (
        to_project(),
        one_of("side", PartySide),
        UniqueConstraint("tenant_id", "project_id", "side", "name"),
    )

    side: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
