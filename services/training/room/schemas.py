"""Request and response bodies of rooms."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, Strict

from shared.web import ApiInput, ApiModel, ApiPatch, example

Seats = Annotated[int, Strict(), Field(ge=1, le=100_000, description="People who fit in")]
_EXAMPLE = {"name": "Sal 2, Centralskolan", "address": "Skolgatan 1", "seats": 25}


class RoomCreate(ApiInput):
    """A room."""

    model_config = example(_EXAMPLE)

    name: str = Field(min_length=1, max_length=200)
    address: str = Field("", max_length=300)
    seats: Seats | None = None


class RoomUpdate(ApiPatch):
    """Only the fields that are given change; sessions that are planned keep their seats."""

    model_config = example({"seats": 20})

    address: str | None = Field(None, max_length=300)
    seats: Seats | None = None


class RoomPublic(ApiModel):
    """A room; `seats` null where nobody has counted."""

    model_config = example(
        _EXAMPLE | {"id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11", "version": 1, "createdAt": "2026-08-17T08:00:00Z"}
    )

    id: UUID
    name: str
    address: str
    seats: int | None
    version: int
    created_at: datetime
