"""Making a project from a template, on the wire: what is chosen, and what is answered."""

import re
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator

from services.projects.instantiation.choices import Choices
from services.projects.plan.offset import AnchorKey
from services.projects.plan.vocabulary import PartySide, SchoolForm
from services.projects.project.schemas import ProjectName, RoleKey
from services.projects.template.parts import TemplateKey, VersionNumber
from shared.web.models import ApiInput, ApiModel, example

_CHOICES: dict[str, Any] = {
    "anchors": {"start_month": "2027-03"},
    "parties": [{"side": "customer", "name": "Björkby kommun"}, {"side": "supplier", "name": "Skolverktyg AB"}],
    "options": {"migration_ordered": False, "key_person_coverage_percent": 80},
    "schoolForms": ["preschool", "compulsory"],
    "roles": {"customer_project_leader": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11"},
    "unitIds": None,
}
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
START_MONTH = "start_month"


def _real_day(value: str) -> str:
    """Raises ValueError for 31 February."""
    try:
        day_of(value)
    except ValueError:
        raise ValueError(f"{value} is no day of the calendar") from None
    return value


AnchorValue = Annotated[
    str,
    Field(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])(-[0-3][0-9])?$",
        description="A month (YYYY-MM) or a day (YYYY-MM-DD), as the anchor's type asks",
    ),
    AfterValidator(_real_day),
]
OptionValues = dict[Annotated[str, Field(max_length=40)], StrictBool | StrictInt]


class PartyInput(ApiInput):
    """An organisation that takes part, on one side."""

    side: PartySide
    name: Annotated[str, Field(min_length=1, max_length=200)]


class PlanChoices(ApiInput):
    """What a project chooses. Anchors, options and roles are the template's; an option left out keeps its default."""

    model_config = example(_CHOICES)

    anchors: dict[AnchorKey, AnchorValue] = Field(
        default_factory=dict, max_length=20, description="The dates that the template reckons from, by anchor key"
    )
    start_month: Annotated[str, Field(pattern=rf"^{_MONTH.pattern}$")] | None = Field(
        None, description="The same as anchors.start_month, YYYY-MM"
    )
    parties: list[PartyInput] = Field(min_length=1, max_length=10)
    options: OptionValues = Field(default_factory=dict, max_length=50)
    school_forms: list[SchoolForm] = Field(
        default_factory=list, max_length=5, description="Empty means every school form of the template"
    )
    roles: dict[RoleKey, UUID] = Field(
        default_factory=dict, max_length=50, description="Role key to the account that holds it"
    )
    unit_ids: list[UUID] | None = Field(
        None, max_length=5000, description="The units that rows are repeated for; null means all that are not ended"
    )

    @model_validator(mode="after")
    def _each_once(self) -> "PlanChoices":
        sides = [party.side for party in self.parties]
        if len(set(sides)) != len(sides):
            raise ValueError("name one party for each side")
        if len(set(self.school_forms)) != len(self.school_forms):
            raise ValueError("name each school form once")
        return self

    @model_validator(mode="after")
    def _one_start(self) -> "PlanChoices":
        if self.start_month is not None and self.anchors.get(START_MONTH, self.start_month) != self.start_month:
            raise ValueError("startMonth and anchors.start_month name different months")
        return self

    def settled(self) -> Choices:
        """The same as the drawing of a plan takes it, without units: those are looked up."""
        written = dict(self.anchors)
        if self.start_month is not None:
            written[START_MONTH] = self.start_month
        return Choices(
            anchors={key: day_of(value) for key, value in written.items()},
            months=frozenset(key for key, value in written.items() if _MONTH.fullmatch(value)),
            options=dict(self.options),
            parties={party.side: party.name for party in self.parties},
            school_forms=tuple(self.school_forms),
            roles=frozenset(self.roles),
        )


def day_of(value: str) -> date:
    """The day that an anchor means; a month is its first. Raises ValueError."""
    return date.fromisoformat(f"{value}-01" if _MONTH.fullmatch(value) else value)


_CREATE = {
    "name": "Skolplattform 2027",
    "templateKey": "sv-supplier-5-phase",
    "templateVersion": "1.0.0",
    "strict": True,
}


class ProjectCreate(PlanChoices):
    """A new project: its name, the template version that it follows, and its choices.

    `strict` refuses a plan with an infeasible pair; without it such a row is written without dates, or as drawn.
    """

    model_config = example(_CREATE | _CHOICES)

    name: ProjectName
    template_key: TemplateKey
    template_version: VersionNumber
    strict: bool = True


class InstantiationPublic(ApiModel):
    """The writing of a project's plan. Follow the job at `/jobs/{jobId}`; the project can be read meanwhile."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "jobId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "state": "writing",
            "childrenTotal": 1600,
            "childrenDone": 1000,
        }
    )

    id: UUID
    project_id: UUID
    job_id: UUID
    state: Literal["waiting", "writing", "done"]
    children_total: int = Field(description="Rows per unit that the plan has")
    children_done: int
