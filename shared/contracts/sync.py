"""What sync tells the other services: thin events, and the lines of the change feed.

An event never carries personal data. It names a range of roster versions; a consumer then reads
`GET /internal/changes?after=<version>` with its service token and gets NDJSON, one line per changed row, each line one
of the models in `ChangeLine`. A line shows the row **as it is now** (several changes of one row fold into one line),
so a consumer upserts by `id`, stores the `version` that the end of a page names, and can rebuild from `after=0`.
Kinds come in the order unit, person, group, duty, enrolment, membership, responsible, placement, activity, teaching,
activity_teacher, absence: ends before ties.

Protected identity: where `protected` is true the names are the alias, and mail address and login names are absent.
"""

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from shared.contracts.base import Event


class UnitKind(StrEnum):
    """What a unit is in the organisation; a school unit is where people are enrolled and have duties."""

    authority = "authority"
    area = "area"
    school = "school"


class SchoolForm(StrEnum):
    """The school forms that a rollout speaks of (requirements.md section 0)."""

    preschool = "preschool"
    compulsory = "compulsory"
    leisure = "leisure"
    upper_secondary = "upper_secondary"
    adult = "adult"


class DutyRole(StrEnum):
    """What a member of staff does at a unit; the first five are the training groups of HAN-T1-5."""

    school_administrator = "school_administrator"
    advanced_user = "advanced_user"
    teacher = "teacher"
    central_administrator = "central_administrator"
    school_leader = "school_leader"
    other = "other"


class GroupKind(StrEnum):
    """A class or department that a pupil belongs to, a group that is taught together, or one that a timetable names."""

    home = "home"
    teaching = "teaching"
    timetable = "timetable"


class MembershipRole(StrEnum):
    """In which part a person is in a group."""

    pupil = "pupil"
    teacher = "teacher"


class Counts(BaseModel):
    """Gross numbers of one kind of row in one applied version."""

    model_config = ConfigDict(frozen=True)

    created: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0


class RosterApplied(Event):
    """A new version of the roster is in force; the feed shows what changed in (`version_from`, `version_to`].

    `origin` is `run` for an approved plan (the signal that gates wait for), `manual` for a change by hand, `marking`
    for a protection marking that tightened and therefore took effect at once, `undo` for the inverse of a run,
    `erasure` for a person who was erased.
    """

    type: ClassVar[str] = "sync.roster.applied.v1"

    run_id: UUID
    origin: Literal["run", "manual", "marking", "undo", "erasure"]
    version_from: int
    version_to: int
    counts: dict[str, Counts]

    @property
    def subject(self) -> UUID:
        return self.run_id


class RunPlanned(Event):
    """A run has read its source and made a plan that waits for approval, or found that it may not be applied."""

    type: ClassVar[str] = "sync.run.planned.v1"

    run_id: UUID
    guard: Literal["clear", "second_person", "held"]
    findings: int
    counts: dict[str, Counts]

    @property
    def subject(self) -> UUID:
        return self.run_id


class RunFailed(Event):
    """A run ended without a plan, or its plan could no longer be applied; nothing was changed."""

    type: ClassVar[str] = "sync.run.failed.v1"

    run_id: UUID
    reason: str

    @property
    def subject(self) -> UUID:
        return self.run_id


class PersonProtected(Event):
    """A person's identity became protected: purge what was stored or rendered with the name (a recall).

    Internal: tells who is protected, so it is never offered to subscribers outside.
    """

    type: ClassVar[str] = "sync.person.protected.v1"
    is_public: ClassVar[bool] = False

    person_id: UUID
    version: int

    @property
    def subject(self) -> UUID:
        return self.person_id


class Change(BaseModel):
    """One line of the change feed. `op` is `put` (exists, in this state) or `end` (tombstone; `ended_reason` says why).

    Consumers ignore fields and kinds that they do not know.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    version: int
    op: Literal["put", "end"]
    id: UUID
    ended_at: datetime | None = None
    ended_reason: str | None = None


class UnitChange(Change):
    """An organisation unit. `parent_id` is null for the authority itself; `code` is the school unit code, 8 digits."""

    kind: Literal["unit"] = "unit"
    name: str
    source_id: str | None = None
    unit_kind: UnitKind
    code: str | None = None
    parent_id: UUID | None = None
    school_forms: tuple[SchoolForm, ...] = ()


class PersonChange(Change):
    """A person, whatever the part: duties, enrolments and responsibles say which.

    `login_digests` are lower-case hex SHA-256 of each login name (eduPersonPrincipalName, lower-cased): they let
    identity recognise a protected person at login without holding the name. `login_names` are absent when protected,
    and so are `source_id`, the register's own id, and `external_ids`, each `context:value`.
    """

    kind: Literal["person"] = "person"
    display_name: str
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    login_names: tuple[str, ...] = ()
    login_digests: tuple[str, ...] = ()
    source_id: str | None = None
    external_ids: tuple[str, ...] = ()
    protected: bool


class DutyChange(Change):
    """A person's work at a unit. A missing date is open."""

    kind: Literal["duty"] = "duty"
    person_id: UUID
    unit_id: UUID
    role: DutyRole
    starts_on: date | None = None
    ends_on: date | None = None
    protected: bool


class EnrolmentChange(Change):
    """A pupil's or child's place at a unit; `school_form` is null where it cannot be told.

    `school_year` is the grade, where the form has grades.
    """

    kind: Literal["enrolment"] = "enrolment"
    person_id: UUID
    unit_id: UUID
    school_form: SchoolForm | None = None
    school_year: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    protected: bool


class ResponsibleChange(Change):
    """A guardian's or other responsible person's tie to a child."""

    kind: Literal["responsible"] = "responsible"
    child_id: UUID
    guardian_id: UUID
    protected: bool


class GroupChange(Change):
    """A class, department, teaching or timetable group of a unit."""

    kind: Literal["group"] = "group"
    name: str
    source_id: str | None = None
    group_kind: GroupKind
    unit_id: UUID
    school_form: SchoolForm | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class MembershipChange(Change):
    """A person in a group."""

    kind: Literal["membership"] = "membership"
    group_id: UUID
    person_id: UUID
    role: MembershipRole
    starts_on: date | None = None
    ends_on: date | None = None
    protected: bool


class PlacementChange(Change):
    """A child's place in preschool or leisure care, as agreed; `weekly_hours` is the longest schedule."""

    kind: Literal["placement"] = "placement"
    child_id: UUID
    unit_id: UUID
    group_id: UUID | None = None
    school_form: SchoolForm | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    weekly_hours: int | None = None
    protected: bool


class ActivityChange(Change):
    """Something that is taught or done at a unit: what groups and teachers meet in."""

    kind: Literal["activity"] = "activity"
    name: str
    source_id: str | None = None
    unit_id: UUID
    subject: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class TeachingChange(Change):
    """A group that an activity is for."""

    kind: Literal["teaching"] = "teaching"
    activity_id: UUID
    group_id: UUID


class ActivityTeacherChange(Change):
    """A person who teaches or leads an activity."""

    kind: Literal["activity_teacher"] = "activity_teacher"
    activity_id: UUID
    person_id: UUID
    protected: bool


class AbsenceChange(Change):
    """How much was missed at a unit, or in one group of it, in one month: an indicator, never about one child.

    `month` is its first day, `pupils` how many are counted together (never fewer than `MIN_COUNTED`).
    """

    kind: Literal["absence"] = "absence"
    unit_id: UUID
    group_id: UUID | None = None
    month: date
    pupils: int
    absent_minutes: int
    planned_minutes: int | None = None


ChangeLine = Annotated[
    UnitChange
    | PersonChange
    | DutyChange
    | EnrolmentChange
    | ResponsibleChange
    | GroupChange
    | MembershipChange
    | PlacementChange
    | ActivityChange
    | TeachingChange
    | ActivityTeacherChange
    | AbsenceChange,
    Field(discriminator="kind"),
]

MIN_COUNTED = 5
"""Fewer children than this are not counted together: the number would be about one of them."""
ChangeKind = Literal[
    "unit", "person", "duty", "enrolment", "responsible", "group", "membership", "placement", "activity", "teaching",
    "activity_teacher", "absence",
]  # fmt: skip
_KINDS = frozenset(get_args(ChangeKind))
_LINE: TypeAdapter[Change] = TypeAdapter(ChangeLine)


class PageEnd(BaseModel):
    """The last line of every page; a page without it was cut off and must be read again.

    `next` is the cursor of the following page, null when the feed is read to its end. `version` is the position to
    store: it stays where the reader began until the last page, which gives the version that is then complete.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["page"] = "page"
    next: str | None = None
    version: int


def changes_of(*kinds: type[Change]) -> str:
    """The list of the feed that gives lines of these kinds alone: nobody is told of people whom they have no use for.

    Who wants more kinds later reads the feed from its beginning. A release before this one gives every kind.
    """
    return "changes?" + "&".join(f"kind={kind.model_fields['kind'].default}" for kind in kinds)


def parse_page(body: bytes) -> tuple[list[Change], PageEnd]:
    """A page of the feed (NDJSON) as its lines and its end; lines of kinds that this release does not know are skipped.

    Raises ValueError (pydantic.ValidationError is one) for a page that was cut off or holds a broken line.
    """
    *lines, last = [line for line in body.splitlines() if line] or [b""]
    try:
        end = PageEnd.model_validate_json(last)
    except ValidationError:
        raise ValueError("the page of the change feed was cut off") from None
    return [change for change in map(_change, lines) if change is not None], end


def _change(line: bytes) -> Change | None:
    try:
        return _LINE.validate_json(line)
    except ValidationError:
        kind = json.loads(line).get("kind")
        if kind in _KINDS:
            raise
        return None
