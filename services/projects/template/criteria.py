"""What a gate asks for, as a template writes it: a closed set of criterion kinds, each with its own parameters.

`basis` says whether the source demands it or whether it is our addition, which a customer may want to know.
A number can be given outright or as the name of an integer option (`{option: key_person_coverage_percent}`).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from services.projects.plan.vocabulary import PartySide
from shared.kit.text import Text

CriterionKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,60}$")]


class FromOption(BaseModel):
    """A number that is chosen when the plan is instantiated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    option: str


class _Criterion(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    key: CriterionKey
    title: Text
    mandatory: bool = True
    basis: Literal["source", "startklar"]
    enabled_if: str | None = None


class ActivityDoneTemplate(_Criterion):
    """One named activity is done; or, with `activity` left out, each enabled activity of the gate's phase."""

    kind: Literal["activity_done"]
    activity: str | None = None


class RosterAppliedTemplate(_Criterion):
    """A roster was applied in sync, and the last time is not longer ago than this."""

    kind: Literal["roster_applied"]
    max_age_days: int | FromOption


class TrainingCoverageTemplate(_Criterion):
    """At least this share of those who need training in a role have it."""

    kind: Literal["training_coverage"]
    role: str
    min_percent: int | FromOption


class AttestationTemplate(_Criterion):
    """Somebody of this side states, under their name, that it holds. `per_school_form`: once for each."""

    kind: Literal["attestation"]
    side: PartySide
    per_school_form: bool = False


CriterionTemplate = Annotated[
    ActivityDoneTemplate | RosterAppliedTemplate | TrainingCoverageTemplate | AttestationTemplate,
    Field(discriminator="kind"),
]
