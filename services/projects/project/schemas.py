"""Projects on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.projects.plan.vocabulary import LifecycleStage, PartySide, PlanState, SchoolForm
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiModel, ApiPatch, example

ProjectName = Annotated[str, Field(min_length=1, max_length=200)]
RoleKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]

PROJECT_EXAMPLE: dict[str, Any] = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "name": "Skolplattform 2027",
    "state": "active",
    "stage": "implementation",
    "planState": "draft",
    "templateKey": "sv-supplier-5-phase",
    "templateVersion": "1.0.0",
    "templateDigest": "5f0c2b9e8d11",
    "anchors": {"start_month": "2027-03-01"},
    "options": {"migration_ordered": False, "key_person_coverage_percent": 80},
    "schoolForms": ["preschool", "compulsory"],
    "version": 1,
    "createdAt": "2026-11-21T08:00:00Z",
    "updatedAt": "2026-11-21T08:00:00Z",
}


class PartyPublic(ApiModel):
    """An organisation that takes part, on one side."""

    side: PartySide
    name: str


class ProjectRolePublic(ApiModel):
    """A role of the plan and the account that holds it today for the whole authority; null is a vacancy."""

    key: str
    source_ref: str | None
    side: PartySide
    title: Text
    duty: Text
    account_id: UUID | None


class ProjectItem(ApiModel):
    """A project in a list."""

    model_config = example(PROJECT_EXAMPLE)

    id: UUID
    name: str
    state: Literal["active", "closed"]
    stage: LifecycleStage
    plan_state: PlanState = Field(description="How far the plan is agreed; an approved one moves by change requests")
    template_key: str
    template_version: str
    template_digest: str = Field(description="SHA-256 of the template file that the project was made from")
    anchors: dict[str, str] = Field(description="The dates from which the plan is reckoned")
    options: dict[str, bool | int]
    school_forms: list[SchoolForm]
    version: int
    created_at: datetime
    updated_at: datetime


class ProjectPublic(ProjectItem):
    """A project with its parties, its roles, and what the caller may do with it."""

    model_config = example(
        PROJECT_EXAMPLE
        | {
            "parties": [{"side": "customer", "name": "Björkby kommun"}],
            "roles": [
                {
                    "key": "customer_project_leader",
                    "sourceRef": "HAN-R7",
                    "side": "customer",
                    "title": {"sv": "Kundens projektledare", "en": "Customer project leader", "da": None},
                    "duty": {"sv": "Leder huvudmannens del", "en": "Leads the authority's part", "da": None},
                    "accountId": None,
                }
            ],
            "allowedActions": [],
        }
    )

    parties: list[PartyPublic]
    roles: list[ProjectRolePublic]
    allowed_actions: list[AllowedAction]


class ProjectChange(ApiPatch):
    """What to change; what is left out stays. `roles` gives a role to an account, or takes it away with null."""

    model_config = example({"name": "Skolplattform 2027-2028", "roles": {"customer_project_leader": None}})

    name: ProjectName | None = None
    state: Literal["active", "closed"] | None = None
    roles: dict[RoleKey, UUID | None] = Field(default_factory=dict, max_length=50)
