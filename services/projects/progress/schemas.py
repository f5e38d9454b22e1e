"""Changes of activities on the wire: one row, rows per unit, and many rows at once."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.projects.plan.schemas import TextInput, WindowInput
from services.projects.plan.vocabulary import ActivityKind, ActivityState, Modality, PartySide
from shared.web.models import ApiInput, ApiModel, ApiPatch, example

Days = Annotated[int, Field(ge=0, le=3650, strict=True)]
SystemName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,40}$")]
ForeignId = Annotated[str, Field(min_length=1, max_length=200)]

MAX_ITEMS = 2000
_WINDOW = {"start": "2027-08-01", "end": "2027-09-30", "precision": "month", "tentative": False}
_ROW: dict[str, Any] = {
    "title": {"sv": "Öppna brandväggen för plattformens e-post", "en": "Open the firewall for the platform's e-mail"},
    "phaseId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "kind": "deliverable",
    "side": "third_party",
    "externalParty": "Nätdrift i Norr AB",
    "window": _WINDOW,
}


class ActivityChange(ApiPatch):
    """What to change; what is left out stays. Null empties what may be empty.

    A window, a text and `externalIds` are replaced as a whole, never merged.
    """

    model_config = example({"state": "started", "window": _WINDOW})

    nullable: ClassVar[frozenset[str]] = frozenset(
        {
            "window",
            "owner_id",
            "track_key",
            "side",
            "modality",
            "section",
            "external_party",
            "duration_days_min",
            "duration_days_max",
        }
    )

    title: TextInput | None = None
    section: TextInput | None = None
    phase_id: UUID | None = None
    track_key: Annotated[str, Field(max_length=60)] | None = None
    position: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    kind: ActivityKind | None = None
    side: PartySide | None = None
    modality: Modality | None = None
    is_checklist: bool | None = None
    is_pinned: bool | None = None
    window: WindowInput | None = None
    duration_days_min: Days | None = None
    duration_days_max: Days | None = None
    external_party: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    external_ids: Annotated[dict[SystemName, ForeignId], Field(max_length=20)] | None = None
    state: ActivityState | None = None
    notes: Annotated[str, Field(max_length=4000)] | None = None
    owner_id: UUID | None = None


class ActivityCreate(ActivityChange):
    """A row of the authority's own. It stands last unless a position is given; without a kind it is a task."""

    model_config = example(_ROW)

    title: TextInput
    phase_id: UUID


class ChildrenCreate(ApiInput):
    """The units at which a row is carried out. Units that have their row already are passed over."""

    model_config = example({"unitIds": ["01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"]})

    unit_ids: list[UUID] = Field(min_length=1, max_length=500)


class UnitRow(ApiModel):
    """The row of one unit."""

    unit_id: UUID
    activity_id: UUID


class ChildrenPublic(ApiModel):
    """The rows per unit that were asked for: those added now, and those that were there."""

    model_config = example(
        {
            "activityId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d10",
            "added": [
                {
                    "unitId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
                    "activityId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d12",
                }
            ],
            "present": [],
        }
    )

    activity_id: UUID
    added: list[UnitRow]
    present: list[UnitRow]


class UpsertItem(ActivityChange):
    """One row to bring about. It is found by `id`, else by `sourceRef` (with `unitId` for a row per unit), else by
    any of `externalIds`; a row that is not found is added, which needs `title` and `phaseId`.

    `version` is the version that the change builds on; without it the item overwrites whatever stands.
    """

    model_config = example({"externalIds": {"asana": "1204"}, **_ROW})

    id: UUID | None = None
    source_ref: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    unit_id: UUID | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None

    @model_validator(mode="after")
    def _unit_of_a_source_row(self) -> "UpsertItem":
        if self.unit_id is not None and self.source_ref is None:
            raise ValueError("unitId goes with sourceRef: together they name a row per unit")
        return self


KEYS = frozenset({"id", "source_ref", "unit_id", "version"})
"""The fields by which an item is found; the others are what it brings about."""


class UpsertBatch(ApiInput):
    """Rows to add or change at once. `dryRun` answers what would happen; `allOrNothing` writes only if all can be."""

    model_config = example({"items": [{"externalIds": {"asana": "1204"}, **_ROW}], "dryRun": True})

    items: list[UpsertItem] = Field(min_length=1, max_length=MAX_ITEMS)
    dry_run: bool = False
    all_or_nothing: bool = True


class UpsertedItem(ApiModel):
    """What became, or would become, of one item. `problem` says why it was refused; its pointers begin at the item."""

    index: int
    outcome: Literal["created", "updated", "unchanged", "refused"]
    activity_id: UUID | None = Field(description="Null for a row that was not written")
    version: int | None
    problem: dict[str, Any] | None


class UpsertPublic(ApiModel):
    """Every item in the order in which it came. Nothing was written unless `isApplied`."""

    model_config = example(
        {
            "isApplied": False,
            "created": 1,
            "updated": 0,
            "unchanged": 0,
            "refused": 0,
            "items": [{"index": 0, "outcome": "created", "activityId": None, "version": None, "problem": None}],
        }
    )

    is_applied: bool
    created: int
    updated: int
    unchanged: int
    refused: int
    items: list[UpsertedItem]
