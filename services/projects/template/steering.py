"""How a plan is steered and judged: goals, bodies, decisions, risks, causes, meetings, the year, and what is told."""

from datetime import date, time
from typing import Literal

from pydantic import Field

from services.projects.plan.offset import RelativeWindow
from services.projects.plan.vocabulary import LifecycleStage, Modality, PartySide, RiskTrigger, SchoolForm
from services.projects.template.frame import BodyLevel
from services.projects.template.parts import Container, Count, Key, Part, Row, SourceRef, SourceRow
from shared.kit.text import Text


class Goal(SourceRow):
    """`inform_if_unreachable` is the role that hears when it cannot be reached. `links` are goals that it serves."""

    kind: Literal["vision", "programme", "project", "effect"] = "programme"
    title: Text
    perspective: Text | None = None
    measure: Text | None = None
    inform_if_unreachable: Key | None = None
    links: tuple[SourceRef, ...] = ()
    note: Text | None = None


class Cadence(Part):
    """How often a body meets: times_min to times_max per period, and as needed besides where that is said.

    `stated: false` is "the source gives none": then all numbers are null. `per: null` with `or_as_needed` is only as
    needed. Twice a quarter at most is `{per: quarter, times_min: 1, times_max: 2}`.
    """

    stated: bool = True
    per: Literal["week", "two_weeks", "month", "quarter", "tertial", "half_year", "term", "year"] | None = None
    times_min: Count | None = None
    times_max: Count | None = None
    or_as_needed: bool = False
    min_interval_days: Count | None = None
    duration_minutes: Count | None = None
    note: Text | None = None


class Seat(Part):
    """A place in a body: by role and unit, never by person. `title` is null where the source cannot be read."""

    title: Text | None
    unit: Text | None = None
    role: Key | None = None
    count: Count = 1
    source_uncertain: str | None = Field(default=None, max_length=500)


class MeetingSeries(Part):
    """A stretch of meetings of a body for one purpose, such as workshops for one project."""

    title: Text
    window: RelativeWindow | None = None
    cadence: Cadence | None = None


class Body(SourceRow):
    """A governance body. One that does not decide cannot own a decision. `active_from` is a phase; null: at once.

    `escalates_to` is the key of the body that must answer what this one cannot settle. `size` counts the seats that
    the source states, where they are not all listed.
    """

    key: Key
    title: Text
    level: BodyLevel
    decides: bool
    handles: Text
    cadence: dict[LifecycleStage, Cadence] = Field(default_factory=dict)
    active_from: Key | None = None
    escalates_to: Key | None = None
    size: Count | None = None
    seats: tuple[Seat, ...] = ()
    series: tuple[MeetingSeries, ...] = ()
    summons_days: Count | None = None
    note: Text | None = None


class Decision(SourceRow):
    """A direction decision to take: how binding the use of a function is, and in which tool.

    `function` is null where the source cannot be read: then `source_text` holds what stands there and `candidates`
    what it may mean. `tool` is null where the source leaves it blank.
    """

    modality: Modality | None = None
    function: Text | None
    tool: Text | None = None
    school_forms: tuple[SchoolForm, ...] = ()
    certainty: Literal["good", "medium", "low"] = "good"
    source_text: str | None = Field(default=None, max_length=500)
    candidates: tuple[Text, ...] = ()


class Risk(SourceRow):
    """A risk to assess. A template never sets its level: the first assessment does."""

    area: Key
    event: Text
    consequence: Text | None
    measure: Text | None
    trigger: RiskTrigger | None = None


class DeviationCause(SourceRow):
    """A cause that a deviation can have."""

    key: Key
    title: Text


class AgendaItem(Part):
    """Local clock times. In YAML write them in quotes: an unquoted 10:00 is a number there."""

    starts: time = Field(json_schema_extra={"example": "10:00"})
    ends: time = Field(json_schema_extra={"example": "10:15"})
    title: Text
    kind: Literal["item", "break"] = "item"
    note: Text | None = None


class Meeting(SourceRow):
    """A meeting with its agenda. `dates` are those of the source, `time_zone` an IANA name."""

    key: Key
    title: Text
    dates: tuple[date, ...] = ()
    time_zone: str = Field(max_length=60)
    agenda: tuple[AgendaItem, ...] = ()
    dialogue_forms: tuple[Text, ...] = ()
    note: Text | None = None


class WheelEvent(Row):
    """Something that comes back each school year. `generates` is what it opens when its time comes."""

    key: Key
    title: Text
    window: RelativeWindow | None = None
    times_per_year: Count | None = None
    audience: Text | None = None
    template_document: Text | None = None
    generates: Literal["data_request", "meeting", "report"] | None = None
    note: Text | None = None


class AnnualWheel(Container):
    key: Key
    title: Text
    note: Text | None = None
    events: tuple[WheelEvent, ...] = ()

    def content(self) -> tuple[Part, ...]:
        return self.events


class CommunicationItem(Row):
    """What is told to whom, where and by whom. `before` is an activity that must not begin earlier than this."""

    key: Key
    title: Text
    audience: Text | None = None
    message: Text | None = None
    channel: Text | None = None
    owner: Key | None = None
    side: PartySide | None = None
    window: RelativeWindow | None = None
    before: SourceRef | None = None
