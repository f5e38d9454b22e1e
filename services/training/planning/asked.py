"""What somebody wants planned, as a plan stores it."""

from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Asked(BaseModel):
    """`slots` are [start, end] in seconds since 1970, in order and apart. `units` None: every unit. `parallel`: how
    many sessions there may be at once, besides what rooms and trainers allow; None: no further limit."""

    model_config = ConfigDict(frozen=True)

    courses: list[UUID]
    slots: list[list[int]]
    zone: str
    place: str
    rooms: list[UUID] = []
    trainers: list[UUID] = []
    units: list[UUID] | None = None
    by_form: bool = False
    key_first: bool = True
    choices: int = 0
    choices_per: Literal["unit", "person"] = "unit"
    parallel: int | None = None
    go_live: Literal["demand", "wish"] = "demand"
    min_size: int | None = None
    raised_by: int = 5
    seconds: int = 45

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self:
        return cls.model_validate(raw)
