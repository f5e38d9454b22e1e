"""Members of programmes on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.projects.member.readiness import Lack, ReadinessState
from services.projects.plan.schemas import WindowInput
from services.projects.programme.schemas import Key
from services.projects.programme.vocabulary import Audience, SizeOf
from services.projects.schedule.change_schemas import ScheduleDeltas
from services.projects.standing.facts import EXAMPLE as STANDING
from services.projects.standing.facts import Standing
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Name = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=1000)]

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_NEW: dict[str, Any] = {
    "kind": "municipality",
    "audience": "school",
    "code": "0751",
    "name": "Björkby kommun",
    "waveKey": "main",
}
_SHOWN: dict[str, Any] = {
    "id": _ID,
    "programmeId": _ID,
    "waveId": _ID,
    "kind": "municipality",
    "audience": "school",
    "unitId": None,
    "code": "0751",
    "name": "Björkby kommun",
    "projectId": None,
    "readiness": {"state": "ready", "lacks": []},
    "standing": STANDING,
    "reportedAt": "2026-11-22T08:00:00Z",
    "waiver": None,
    "enteredAt": None,
    "invitation": {"state": "accepted", "invitedAt": "2026-11-20T08:00:00Z", "acceptedAt": "2026-11-21T08:00:00Z"},
    "version": 3,
    "createdAt": "2026-11-20T08:00:00Z",
    "updatedAt": "2026-11-22T08:00:00Z",
    "allowedActions": [],
}


class MemberCreate(ApiInput):
    """A municipality by its code, or a unit of this tenant; `waveKey` puts it into a wave of the same audience."""

    model_config = example(_NEW)

    kind: SizeOf
    audience: Audience = Audience.school
    unit_id: UUID | None = None
    code: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    name: Name | None = Field(None, description="Needed for a municipality; a unit brings its own")
    wave_key: Key | None = None
    project_id: UUID | None = Field(None, description="Its project in this tenant, where it has one")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.kind is SizeOf.unit and (self.unit_id is None or self.code is not None):
            raise ValueError("a unit is named by unitId alone")
        if self.kind is SizeOf.municipality and (self.code is None or self.name is None or self.unit_id is not None):
            raise ValueError("a municipality is named by code and name, without unitId")
        return self


class MemberUpsert(ApiInput):
    """Many members at once: those that are there are changed, the others added; all of it or nothing."""

    model_config = example({"items": [_NEW]})

    items: Annotated[list[MemberCreate], Field(min_length=1, max_length=500)]


class MemberUpserted(ApiModel):
    """What became of the items."""

    model_config = example({"created": 1, "updated": 0, "unchanged": 0})

    created: int
    updated: int
    unchanged: int


class MemberChange(ApiPatch):
    """Into another wave, or to another project; null takes it out."""

    model_config = example({"waveId": _ID})
    nullable: ClassVar[frozenset[str]] = frozenset({"wave_id", "project_id"})

    wave_id: UUID | None = None
    project_id: UUID | None = None
    name: Name | None = None


class WaiverCreate(ApiInput):
    """Why the member may enter although it is not ready; it stays visible for ever. Name no people."""

    model_config = example({"reason": "Enkäten görs om i juni; styrgruppen har godkänt starten"})

    reason: Reason


class ReadinessPublic(ApiModel):
    state: ReadinessState
    lacks: list[Lack]


class WaiverPublic(ApiModel):
    at: datetime
    by: UUID | None
    reason: str


class InvitationPublic(ApiModel):
    state: Literal["none", "open", "accepted"]
    invited_at: datetime | None
    accepted_at: datetime | None


class MemberPublic(ApiModel):
    """A member and how ready it is. `standing` are aggregates that it pushed, or that are computed from its project
    in this tenant."""

    model_config = example(_SHOWN)

    id: UUID
    programme_id: UUID
    wave_id: UUID | None
    kind: SizeOf
    audience: Audience
    unit_id: UUID | None
    code: str | None
    name: str
    project_id: UUID | None
    readiness: ReadinessPublic
    standing: Standing | None
    reported_at: datetime | None
    waiver: WaiverPublic | None
    entered_at: datetime | None
    invitation: InvitationPublic
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class InvitationCreated(ApiModel):
    """An invitation for the authority; its code is in this answer alone and works for whoever accepts it first."""

    model_config = example(
        {"memberId": _ID, "code": "AZefOnweC1KdOl8MK56NEZ9f...", "expiresAt": "2026-12-22T08:00:00Z"}
    )

    member_id: UUID
    code: str
    expires_at: datetime


class WaveCoverPublic(ApiModel):
    wave_id: UUID
    key: str
    title: Text
    audience: Audience
    size_of: SizeOf
    size_min: int | None
    size_max: int | None
    is_counted: bool = Field(description="Whether it adds up to the cover: school waves that count municipalities do")
    assigned: int
    entered: int
    lacking: int
    beyond: int


class UncoveredMember(ApiModel):
    id: UUID
    kind: SizeOf
    audience: Audience
    code: str | None
    unit_id: UUID | None
    name: str


class CoveragePublic(ApiModel):
    """How far the waves cover the programme. Sizes are ranges, so what they leave uncovered is one too."""

    model_config = example(
        {
            "expected": 98,
            "known": 98,
            "assigned": 90,
            "plannedMin": 85,
            "plannedMax": 95,
            "uncoveredMin": 3,
            "uncoveredMax": 13,
            "unnamed": 0,
            "waves": [],
            "withoutWave": [],
        }
    )

    expected: int | None
    known: int = Field(description="Municipalities that are members for their schools")
    assigned: int = Field(description="Those of them that are in a counted wave")
    planned_min: int
    planned_max: int
    uncovered_min: int | None
    uncovered_max: int | None
    unnamed: int | None = Field(description="How many of those expected are no members yet")
    waves: list[WaveCoverPublic]
    without_wave: list[UncoveredMember]


class WaveSimulationCreate(ApiInput):
    """By how many days to move the wave, or where its rollout would lie: one of both."""

    model_config = example({"shiftDays": 28})

    shift_days: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    rollout: WindowInput | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.shift_days is None) == (self.rollout is None):
            raise ValueError("give shiftDays or rollout, and not both")
        return self


class WaveSimulation(ScheduleDeltas):
    """What moving the wave would do to its members' plans in this tenant. Nothing was saved."""

    model_config = example(
        {
            "waveId": _ID,
            "shiftDays": 28,
            "endBefore": "2027-12-31",
            "endAfter": "2028-01-28",
            "movedCount": 0,
            "newConflictCount": 0,
            "newlyLateGateCount": 0,
            "membersWithoutProject": 3,
            "projectsLeftOut": 0,
            "projects": [],
        }
    )

    wave_id: UUID
    shift_days: int
    newly_late_gate_count: int
    members_without_project: int = Field(description="Their plans are in other tenants, or not made yet")
    projects_left_out: int = Field(description="A hundred plans are computed at once")
