"""Making a project from a template, on the wire."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, model_validator

from services.projects.instantiation.choices import Choices
from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import ActivityKind, CriterionKind, PartySide, SchoolForm
from services.projects.project.schemas import ProjectName, RoleKey
from services.projects.template.parts import TemplateKey, VersionNumber
from shared.kit.text import Text
from shared.web.models import ApiInput, ApiModel, example

_CHOICES: dict[str, Any] = {
    "startMonth": "2027-03",
    "parties": [{"side": "customer", "name": "Björkby kommun"}, {"side": "supplier", "name": "Skolverktyg AB"}],
    "options": {"migration_ordered": False, "key_person_coverage_percent": 80},
    "schoolForms": ["preschool", "compulsory"],
    "roles": {"customer_project_leader": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11"},
}
_TEXT = {"sv": "Etablering", "en": "Establishment", "da": None}
_WINDOW = {"start": "2027-03-01", "end": "2027-03-31", "precision": "month", "tentative": False}


class PartyInput(ApiInput):
    """An organisation that takes part, on one side."""

    side: PartySide
    name: Annotated[str, Field(min_length=1, max_length=200)]


class PlanChoices(ApiInput):
    """What a project chooses. Options and roles are the template's; an option that is left out keeps its default."""

    model_config = example(_CHOICES)

    start_month: Annotated[
        str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="The month from which the plan counts, YYYY-MM")
    ]
    parties: list[PartyInput] = Field(min_length=1, max_length=10)
    options: dict[Annotated[str, Field(max_length=40)], StrictBool | StrictInt] = Field(
        default_factory=dict, max_length=50
    )
    school_forms: list[SchoolForm] = Field(
        default_factory=list, max_length=5, description="Empty means every school form of the template"
    )
    roles: dict[RoleKey, UUID] = Field(
        default_factory=dict, max_length=50, description="Role key to the account that holds it"
    )

    @model_validator(mode="after")
    def _each_once(self) -> "PlanChoices":
        sides = [party.side for party in self.parties]
        if len(set(sides)) != len(sides):
            raise ValueError("name one party for each side")
        if len(set(self.school_forms)) != len(self.school_forms):
            raise ValueError("name each school form once")
        return self

    def settled(self) -> Choices:
        """The same as the drawing of a plan takes it."""
        year, month = self.start_month.split("-")
        return Choices(
            anchors={"start_month": date(int(year), int(month), 1)},
            options=dict(self.options),
            parties={party.side: party.name for party in self.parties},
            school_forms=tuple(self.school_forms),
            roles=frozenset(self.roles),
        )


class ProjectCreate(PlanChoices):
    """A new project: its name, the template version that it follows, and its choices."""

    model_config = example(
        {"name": "Skolplattform 2027", "templateKey": "sv-supplier-5-phase", "templateVersion": "1.0.0"} | _CHOICES
    )

    name: ProjectName
    template_key: TemplateKey
    template_version: VersionNumber


class PreviewPhase(ApiModel):
    key: str
    source_ref: str | None
    title: Text
    window: WindowPublic | None
    nominal_weeks_min: int | None
    nominal_weeks_max: int | None


class PreviewActivity(ApiModel):
    source_ref: str
    phase: str
    title: Text
    kind: ActivityKind
    side: PartySide | None
    window: WindowPublic | None
    is_enabled: bool


class PreviewCriterion(ApiModel):
    key: str
    kind: CriterionKind
    title: Text
    is_mandatory: bool
    basis: Literal["source", "startklar"]
    params: dict[str, Any]


class PreviewGate(ApiModel):
    key: str
    source_ref: str
    phase: str
    title: Text
    window: WindowPublic | None
    is_window_derived: bool
    criteria: list[PreviewCriterion]


class MissingRole(ApiModel):
    """A role that nobody holds yet."""

    key: str
    source_ref: str
    side: PartySide
    title: Text


class RemarkPublic(ApiModel):
    """What a careful reader would remark. Remarks never stop an instantiation."""

    code: str
    severity: Literal["info", "warning"]
    source_ref: str | None
    text: Text


class PlanPreview(ApiModel):
    """The plan that these choices would give. Nothing was written."""

    model_config = example(
        {
            "options": {"migration_ordered": False},
            "schoolForms": ["preschool"],
            "phases": [
                {
                    "key": "p1",
                    "sourceRef": "HAN-P1",
                    "title": _TEXT,
                    "window": _WINDOW,
                    "nominalWeeksMin": 3,
                    "nominalWeeksMax": 3,
                }
            ],
            "activities": [],
            "gates": [],
            "missingRoles": [],
            "remarks": [],
        }
    )

    options: dict[str, bool | int]
    school_forms: list[SchoolForm]
    phases: list[PreviewPhase]
    activities: list[PreviewActivity]
    gates: list[PreviewGate]
    missing_roles: list[MissingRole]
    remarks: list[RemarkPublic]
