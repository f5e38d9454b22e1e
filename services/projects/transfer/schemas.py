"""Routing and runs on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.projects.plan.schemas import TextInput
from services.projects.plan.vocabulary import DataClass
from services.projects.transfer.routing import Category, Doubt, Outcome
from services.projects.transfer.vocabulary import CheckResult, ContentScope, Currency, Disposition, RunKind, RunState
from shared.kit.text import Text
from shared.web.models import ApiInput, ApiModel, ApiPatch, example

_PROJECT_ID = "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11"
_FLOW_ID = "01979f3a-8001-7b52-9d3a-5f0c2b9e8d11"
_DESTINATION_ID = "01979f3a-8002-7b52-9d3a-5f0c2b9e8d11"
_UNIT_ID = "01979f3a-8003-7b52-9d3a-5f0c2b9e8d11"
_STAMPS = {"version": 1, "createdAt": "2027-04-01T08:00:00Z", "updatedAt": "2027-04-01T08:00:00Z"}
_PLANS = {"sv": "Årsplaner, äldre", "en": "Year plans, historic", "da": "Årsplaner, historiske"}
_DRIVE = {"sv": "Skolans filyta", "en": "School file drive", "da": "Skolens fildrev"}

Percent = Annotated[int, Field(ge=0, le=100)]
DecisionRef = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=80)]


class DestinationCreate(ApiInput):
    """Where content can go. Without a ceiling it holds ordinary data at most."""

    model_config = example({"key": "school_file_drive", "title": _DRIVE, "ceiling": "ordinary"})

    key: Key
    title: TextInput
    ceiling: DataClass | None = None


class DestinationChange(ApiPatch):
    """What to change; what is left out stays."""

    model_config = example({"ceiling": "confidential"})

    nullable: ClassVar[frozenset[str]] = frozenset({"ceiling"})

    title: TextInput | None = None
    ceiling: DataClass | None = None


class DestinationPublic(ApiModel):
    """A destination; `ceiling` is the highest data class that it may hold, null where nobody has said."""

    model_config = example(
        {"id": _DESTINATION_ID, "projectId": _PROJECT_ID, "key": "school_file_drive", "title": _DRIVE}
        | {"ceiling": "ordinary"}
        | _STAMPS
    )

    id: UUID
    project_id: UUID
    key: str
    title: Text
    ceiling: DataClass | None
    version: int
    created_at: datetime
    updated_at: datetime


class FlowCreate(ApiInput):
    """A category of content of the project's own; what becomes of it is decided by a change."""

    model_config = example(
        {"content": {"sv": "Bildarkiv från skolresor"}, "scope": "group", "currency": "historic", "isSensitive": False}
    )

    content: TextInput
    scope: ContentScope | None = None
    currency: Currency = Currency.any
    is_sensitive: bool | None = None
    data_class: DataClass | None = None
    from_system: TextInput | None = None


class FlowChange(ApiPatch):
    """Decide what becomes of a category: `route` with a destination, or `delete`. What is left out stays."""

    model_config = example({"disposition": "route", "destinationId": _DESTINATION_ID, "dataClass": "ordinary"})

    nullable: ClassVar[frozenset[str]] = frozenset(
        {
            "disposition",
            "destination_id",
            "scope",
            "is_sensitive",
            "data_class",
            "decision_ref",
            "reach_percent",
            "use_percent",
        }
    )

    disposition: Disposition | None = None
    destination_id: UUID | None = None
    scope: ContentScope | None = None
    currency: Currency | None = None
    is_sensitive: bool | None = None
    data_class: DataClass | None = None
    decision_ref: DecisionRef | None = None
    reach_percent: Percent | None = None
    use_percent: Percent | None = None


class FlowPublic(ApiModel):
    """A category of content and what becomes of it. `disposition` null: still to be decided."""

    model_config = example(
        {
            "id": _FLOW_ID,
            "projectId": _PROJECT_ID,
            "position": 3,
            "sourceRef": "AU-DM03",
            "content": _PLANS,
            "scope": "school",
            "currency": "historic",
            "isSensitive": None,
            "dataClass": "ordinary",
            "fromSystem": {"sv": "SkoleIntra", "en": "SkoleIntra", "da": "SkoleIntra"},
            "isEnabled": True,
            "disposition": "route",
            "destinationId": _DESTINATION_ID,
            "decisionRef": None,
            "reachPercent": 40,
            "usePercent": 50,
            "priority": 20,
            "note": None,
        }
        | _STAMPS
    )

    id: UUID
    project_id: UUID
    position: int
    source_ref: str | None
    content: Text
    scope: ContentScope | None
    currency: Currency
    is_sensitive: bool | None = Field(description="Null where either is meant")
    data_class: DataClass | None
    from_system: Text | None
    is_enabled: bool = Field(description="False for a row of an option that was not chosen")
    disposition: Disposition | None
    destination_id: UUID | None
    decision_ref: str | None = Field(description="The decision of its own that sensitive content needs")
    reach_percent: int | None = Field(description="Share of the children who benefit")
    use_percent: int | None = Field(description="Expected use in the new system")
    priority: int | None = Field(description="Reach times use, in percent; null until both are given")
    note: Text | None
    version: int
    created_at: datetime
    updated_at: datetime


class CategoryInput(ApiInput):
    """Content to place: by the source row of a rule, or by its words with what is known about it."""

    model_config = example(
        {"content": "Årsplaner, äldre", "scope": "school", "currency": "historic", "isSensitive": False}
    )

    source_ref: Annotated[str, Field(max_length=60)] | None = None
    content: Annotated[str, Field(max_length=300)] = ""
    scope: ContentScope | None = None
    currency: Currency = Currency.any
    is_sensitive: bool | None = None
    data_class: DataClass | None = None

    def category(self) -> Category:
        return Category(self.content, self.source_ref, self.scope, self.currency, self.is_sensitive, self.data_class)


class RoutingCreate(ApiInput):
    """Which categories to place. Without any: all categories of the project."""

    model_config = example({"categories": [{"content": "Årsplaner, äldre", "scope": "school", "currency": "historic"}]})

    categories: Annotated[list[CategoryInput], Field(min_length=1, max_length=500)] | None = None


class DoubtPublic(ApiModel):
    code: Doubt
    detail: Text


class PlacedPublic(ApiModel):
    """What becomes of one category, by which rule, and what stands in the way."""

    content: str
    source_ref: str | None
    outcome: Outcome
    flow_id: UUID | None
    destination_id: UUID | None
    destination: Text | None
    doubts: list[DoubtPublic]


class RoutingPublic(ApiModel):
    """The answer to a routing; nothing is stored. `isComplete`: each category is routed or decided to be deleted."""

    model_config = example(
        {
            "isComplete": True,
            "placed": [
                {
                    "content": "Årsplaner, äldre",
                    "sourceRef": "AU-DM03",
                    "outcome": "routed",
                    "flowId": _FLOW_ID,
                    "destinationId": _DESTINATION_ID,
                    "destination": _DRIVE,
                    "doubts": [],
                }
            ],
        }
    )

    is_complete: bool
    placed: list[PlacedPublic]


class RunCreate(ApiInput):
    """A transfer of one category, as a trial or for real, and the units that check it."""

    model_config = example({"flowId": _FLOW_ID, "kind": "trial", "unitIds": [_UNIT_ID]})

    flow_id: UUID
    kind: RunKind
    unit_ids: Annotated[list[UUID], Field(max_length=5000)] = []


class RunChange(ApiPatch):
    """End a run, or say how much it moved."""

    model_config = example({"state": "done", "items": 1240})

    nullable: ClassVar[frozenset[str]] = frozenset({"items"})

    state: Literal[RunState.done, RunState.abandoned] | None = None
    items: Annotated[int, Field(ge=0, le=2_000_000_000)] | None = None


class CheckCreate(ApiInput):
    """What a unit found; a later check takes the place of a former one. The note must not name a person."""

    model_config = example({"unitId": _UNIT_ID, "result": "ok", "note": "Stickprov på tio dokument"})

    unit_id: UUID
    result: CheckResult
    note: Annotated[str, Field(max_length=2000)] = ""


class CheckPublic(ApiModel):
    unit_id: UUID
    result: CheckResult | None = Field(description="Null until the unit has looked")
    note: str
    checked_by: UUID | None
    checked_at: datetime | None


class RunPublic(ApiModel):
    """A run with the check of each unit. A live run is done only when every unit found its content in order."""

    _CHECK: ClassVar[dict[str, Any]] = {
        "unitId": _UNIT_ID,
        "result": "ok",
        "note": "",
        "checkedBy": None,
        "checkedAt": "2027-06-02T08:00:00Z",
    }
    model_config = example(
        {
            "id": "01979f3a-8004-7b52-9d3a-5f0c2b9e8d11",
            "projectId": _PROJECT_ID,
            "flowId": _FLOW_ID,
            "kind": "live",
            "state": "started",
            "items": None,
            "startedAt": "2027-06-01T08:00:00Z",
            "finishedAt": None,
            "checks": [_CHECK],
        }
        | _STAMPS
    )

    id: UUID
    project_id: UUID
    flow_id: UUID
    kind: RunKind
    state: RunState
    items: int | None
    started_at: datetime
    finished_at: datetime | None
    checks: list[CheckPublic]
    version: int
    created_at: datetime
    updated_at: datetime
