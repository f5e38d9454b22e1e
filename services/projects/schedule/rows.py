"""What the engine reads: rows of a plan and the links between them, as plain values."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row. `start` and `end` are its window; both None where it floats between its links.

    `duration` is in working days, None where nobody has said one. `started` and `finished` are what happened.
    `calendar` is the place of its calendar in the list that the engine is given (a unit may have its own breaks).
    `deadline` is a day that the row must end by although it may move, unlike that of a pinned row.
    """

    id: UUID
    start: date | None = None
    end: date | None = None
    duration: int | None = None
    is_milestone: bool = False
    is_pinned: bool = False
    is_enabled: bool = True
    started: date | None = None
    finished: date | None = None
    deadline: date | None = None
    parent: UUID | None = None
    calendar: int = 0


@dataclass(frozen=True, slots=True)
class PlanLink:
    """One link. `type` is FS, SS, FF or SF; `lag` counts working days of the successor's calendar."""

    id: UUID
    predecessor: UUID
    successor: UUID
    type: str = "FS"
    lag: int = 0
    is_soft: bool = False
