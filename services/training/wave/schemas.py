"""Request and response bodies of waves."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.web import ApiInput, ApiModel, ApiPatch, example

Units = Annotated[list[UUID], Field(max_length=2000)]
_EXAMPLE = {
    "name": "Wave 1",
    "goesLiveOn": "2026-08-17",
    "unitIds": ["01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"],
}


class WaveCreate(ApiInput):
    """Units that go live together."""

    model_config = example(_EXAMPLE)

    name: str = Field(min_length=1, max_length=100)
    goes_live_on: date | None = None
    unit_ids: Units = Field(default_factory=list)


class WaveUpdate(ApiPatch):
    """Only the fields that are given change; `unitIds` replaces all units."""

    model_config = example({"goesLiveOn": "2026-09-01"})

    goes_live_on: date | None = None
    unit_ids: Units | None = None


class WavePublic(ApiModel):
    """A wave with its units."""

    model_config = example(
        _EXAMPLE | {"id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "version": 1, "createdAt": "2026-08-17T08:00:00Z"}
    )

    id: UUID
    name: str
    goes_live_on: date | None
    unit_ids: list[UUID]
    version: int
    created_at: datetime
