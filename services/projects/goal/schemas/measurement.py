"""Measurements on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, Strict, model_validator

from services.projects.goal.vocabulary import MeasurementKind
from shared.web.models import ApiInput, ApiModel, ApiPatch, ProblemError, example

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Value = Annotated[float, Strict(), Field(ge=-1e13, le=1e13, allow_inf_nan=False)]
People = Annotated[int, Strict(), Field(ge=0, le=100_000_000, description="How many people the value is about")]
Source = Annotated[str, Field(min_length=1, max_length=500)]

_CREATE: dict[str, Any] = {
    "kind": "baseline",
    "unitId": None,
    "periodStart": "2026-08-01",
    "periodEnd": "2026-12-31",
    "value": 62.5,
    "n": 480,
    "source": "Skolornas egen statistik",
}
_PUBLIC: dict[str, Any] = _CREATE | {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "indicatorId": "01979f3a-5555-7b52-9d3a-5f0c2b9e8d11",
    "isSuppressed": False,
    "version": 1,
    "createdAt": "2026-11-22T08:00:00Z",
    "updatedAt": "2026-11-22T08:00:00Z",
}


def exact(value: float) -> Decimal:
    """With the four decimals that are stored."""
    return Decimal(str(value)).quantize(Decimal("0.0001"))


class MeasurementCreate(ApiInput):
    """One value, for the whole project or (with `unitId`) one unit, in a period of whole days."""

    model_config = example(_CREATE)

    kind: MeasurementKind
    unit_id: UUID | None = None
    period_start: Day
    period_end: Day
    value: Value
    n: People | None = None
    source: Source

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.period_end < self.period_start:
            raise ValueError("periodEnd must not be before periodStart")
        return self


class MeasurementUpserts(ApiInput):
    """Many values at once. A value of the same kind, unit and period is replaced, the rest is added.

    Each item succeeds or fails by itself; with `isAllOrNothing` one failure leaves everything as it was.
    """

    model_config = example({"items": [_CREATE], "isAllOrNothing": False, "isDryRun": False})

    items: Annotated[list[MeasurementCreate], Field(min_length=1, max_length=1000)]
    is_all_or_nothing: Annotated[bool, Strict()] = False
    is_dry_run: Annotated[bool, Strict()] = False


class MeasurementChange(ApiPatch):
    """A correction. Kind and unit stay."""

    model_config = example({"value": 63.0, "n": 482})
    nullable: ClassVar[frozenset[str]] = frozenset({"n"})

    period_start: Day | None = None
    period_end: Day | None = None
    value: Value | None = None
    n: People | None = None
    source: Source | None = None


class MeasurementPublic(ApiModel):
    """A value. `isSuppressed`: not shown, since it is about fewer than five people or would give such a value away."""

    model_config = example(_PUBLIC)

    id: UUID
    indicator_id: UUID
    unit_id: UUID | None
    kind: MeasurementKind
    period_start: date
    period_end: date
    value: float | None
    n: int | None
    is_suppressed: bool
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class UpsertResult(ApiModel):
    """What became of one item, by its place in the request."""

    index: int
    status: Literal["created", "updated", "unchanged", "failed"]
    measurement_id: UUID | None = None
    type: str | None = Field(None, description="The problem's type where it failed")
    detail: str | None = None
    errors: list[ProblemError] | None = None


class UpsertResults(ApiModel):
    """What became of each item, in their order. `isWritten` is false for a dry run, and where all was taken back."""

    model_config = example(
        {
            "isWritten": True,
            "created": 1,
            "updated": 0,
            "failed": 0,
            "results": [
                {"index": 0, "status": "created", "measurementId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"},
            ],
        }
    )

    is_written: bool
    created: int
    updated: int
    failed: int
    results: list[UpsertResult]
