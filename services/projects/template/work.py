"""The work of a plan: phases, tracks, activities with who takes part, links between them, and the gates."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.projects.plan.offset import RelativeWindow
from services.projects.plan.vocabulary import ActivityKind, DependencyType, Modality, PartySide, Raci, SchoolForm
from services.projects.template.criteria import CriterionTemplate
from services.projects.template.parts import Count, Key, Part, Row, SourceRef, SourceRow
from shared.kit.text import Text

Hours = Annotated[Decimal, Field(ge=0, le=100_000, max_digits=8, decimal_places=2)]


class Track(SourceRow):
    """A sub-project: a second way to group activities, beside the phases."""

    key: Key
    title: Text
    alias: Text | None = None
    content: Text


class Phase(Row):
    """`nominal_weeks` is the stated effort, `window` the calendar: independent, and phases may overlap.

    Null is "the source does not say". A phase without source_ref groups rows of a source that has no phases.
    """

    key: Key
    title: Text
    purpose: Text
    nominal_weeks: tuple[Count, Count] | None = None
    window: RelativeWindow | None = None


class NeededDecision(Part):
    """The activity waits for a decision that this side must take."""

    by: PartySide
    question: Text


class Participant(Part):
    """Who takes part in an activity: a side, and where it is known one of its roles.

    `hours` are [least, most] of this participant for the whole activity; null is unknown, [0, 0] is "no working time".
    """

    side: PartySide
    role: Key | None = None
    raci: Raci = Raci.responsible
    hours: tuple[Hours, Hours] | None = None
    note: Text | None = None


class FanOut(Part):
    """The row is repeated for each unit that fits: of one of the kinds and one of the forms; none named means all."""

    kinds: tuple[Literal["authority", "area", "school"], ...] = ("school",)
    school_forms: tuple[SchoolForm, ...] = ()
    per: Literal["unit"] = "unit"


class Activity(SourceRow):
    """A row of work. `enabled_if` names a bool option; `links` are other rows of the template's source.

    `duration_days` are working days of work inside the window, `soak_days` the days that the result must be watched
    afterwards; neither is the window, nor the hours (requirements 9.3). `checklist` puts it into the checklist.
    """

    phase: Key
    track: Key | None = None
    section: Text | None = None
    checklist: bool = False
    modality: Modality | None = None
    title: Text
    kind: ActivityKind = ActivityKind.task
    side: PartySide | None
    window: RelativeWindow | None = None
    duration_days: tuple[Count, Count] | None = None
    soak_days: tuple[Count, Count] | None = None
    participants: tuple[Participant, ...] = ()
    fan_out: FanOut | None = None
    external_party: str | None = Field(default=None, max_length=200)
    enabled_if: Key | None = None
    needs_decision: NeededDecision | None = None
    approval_required: bool = False
    note: Text | None = None
    links: tuple[SourceRef, ...] = ()


class Dependency(Row):
    """A link between two activities, named by their source_ref. `lag_days` are working days, negative to overlap."""

    predecessor: SourceRef
    successor: SourceRef
    type: DependencyType = DependencyType.fs
    lag_days: Annotated[int, Field(ge=-2000, le=2000)] = 0
    soft: bool = False
    note: Text | None = None


class Gate(SourceRow):
    """The milestone that closes a phase. Without a window of its own it is due when its phase ends."""

    key: Key
    phase: Key
    title: Text
    window: RelativeWindow | None = None
    criteria: tuple[CriterionTemplate, ...] = Field(min_length=1)
