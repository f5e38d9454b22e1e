"""The template format: what a shipped or published plan looks like before any date, party or unit is known.

A version never changes once it is out; a change is a new version. Every row quotes the requirement row that it
carries (`source_ref`), so that a test can count that nothing of a source was lost. Texts may hold `{customer}`
and `{supplier}`: a template names no real party (requirements 8 and 9.22).
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from services.projects.plan.offset import AnchorKey, RelativeWindow
from services.projects.plan.vocabulary import ActivityKind, PartySide, SchoolForm
from services.projects.template.criteria import CriterionTemplate
from shared.kit.text import Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
TemplateKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
VersionNumber = Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
SourceRef = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,10}-[A-Za-z]+[0-9]+(\.[0-9]+)?$")]


class Part(BaseModel):
    """Base of everything inside a template: frozen, and a misspelt key is an error, never ignored.

    Files write snake_case, the API camelCase.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Anchor(Part):
    """A date that the project gives, from which the plan is reckoned. A month counts from its first day."""

    type: Literal["month", "date"]
    title: Text


class Party(Part):
    side: PartySide
    variable: Key
    title: Text
    required: bool


class Option(Part):
    """A choice made when the plan is instantiated; rows and criteria can depend on it."""

    type: Literal["bool", "integer"]
    default: bool | int
    title: Text
    minimum: int | None = None
    maximum: int | None = None


class Role(Part):
    """A role that somebody must hold. `bodies` are the governance levels where it has a seat."""

    source_ref: SourceRef
    key: Key
    side: PartySide
    title: Text
    duty: Text
    bodies: tuple[Literal["strategic", "effect", "operative"], ...]
    seat_per_school_form: bool = False


class Goal(Part):
    source_ref: SourceRef
    title: Text
    measure: Text | None = None


class Track(Part):
    """A sub-project: a second way to group activities, beside the phases."""

    source_ref: SourceRef
    key: Key
    title: Text
    alias: Text | None = None
    content: Text


class Risk(Part):
    """A risk to assess. A template never sets its level: the first assessment does."""

    source_ref: SourceRef
    area: Key
    event: Text
    consequence: Text
    measure: Text


class Phase(Part):
    """`nominal_weeks` is the stated effort, `window` the calendar: independent, and phases may overlap."""

    source_ref: SourceRef
    key: Key
    title: Text
    purpose: Text
    nominal_weeks: tuple[int, int]
    window: RelativeWindow


class Uncertainty(Part):
    """What the source left unclear about a row, and the other reading."""

    note: Text
    alternative_side: PartySide | None = None


class NeededDecision(Part):
    """The activity waits for a decision that this side must take."""

    by: PartySide
    question: Text


class Activity(Part):
    """A row of work. `enabled_if` names a bool option; `links` are other rows of the template's source."""

    source_ref: SourceRef
    phase: Key
    track: Key | None = None
    title: Text
    kind: ActivityKind = ActivityKind.task
    side: PartySide | None
    window: RelativeWindow | None
    enabled_if: Key | None = None
    needs_decision: NeededDecision | None = None
    approval_required: bool = False
    source_uncertain: Uncertainty | None = None
    note: Text | None = None
    links: tuple[str, ...] = ()


class Gate(Part):
    """The milestone that closes a phase. Without a window of its own it is due when its phase ends."""

    source_ref: SourceRef
    key: Key
    phase: Key
    title: Text
    window: RelativeWindow | None = None
    criteria: tuple[CriterionTemplate, ...] = Field(min_length=1)


class Template(Part):
    """One version of one template."""

    key: TemplateKey
    version: VersionNumber
    published: date
    title: Text
    description: Text
    anchors: dict[AnchorKey, Anchor]
    parties: tuple[Party, ...]
    options: dict[Key, Option]
    school_forms: tuple[SchoolForm, ...]
    roles: tuple[Role, ...] = ()
    goals: tuple[Goal, ...] = ()
    tracks: tuple[Track, ...] = ()
    risks: tuple[Risk, ...] = ()
    phases: tuple[Phase, ...]
    activities: tuple[Activity, ...]
    gates: tuple[Gate, ...]

    def source_refs(self) -> list[str]:
        """Every requirement row that this template carries, in order of appearance, repeats kept."""
        groups = (self.goals, self.phases, self.activities, self.gates, self.tracks, self.roles, self.risks)
        return [row.source_ref for group in groups for row in group]
