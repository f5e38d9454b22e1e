"""How a project stands, in aggregates that may leave its authority: counts of rows, gates and units, never persons."""

from datetime import datetime
from typing import Any

from pydantic import Field

from services.projects.benefit.small_counts import hidden, is_small
from shared.web.models import ApiModel, example

EXAMPLE: dict[str, Any] = {
    "activities": [{"side": "customer", "total": 32, "done": 12, "late": 1}],
    "gates": {"total": 5, "passed": 2, "waived": 0, "open": 3, "late": 0},
    "units": {"total": 14, "ready": 9},
    "readiness": {"score": 82.5, "responses": 14, "observedAt": "2026-11-22T08:00:00Z"},
    "training": [{"role": "key_person", "trained": None, "needed": 40}],
}


class SideStanding(ApiModel):
    """The rows of one side; a row that is carried out per unit counts once. `late` ones are past their window."""

    side: str | None = Field(description="Null for rows that name nobody")
    total: int
    done: int
    late: int


class GatesStanding(ApiModel):
    total: int
    passed: int
    waived: int
    open: int
    late: int


class UnitsStanding(ApiModel):
    """Units with rows of their own; ready are those whose rows are all done."""

    total: int
    ready: int


class ReadinessStanding(ApiModel):
    """What the readiness survey came to, in percent; null before any answer."""

    score: float | None
    responses: int | None = Field(description="Null where there are fewer than five")
    observed_at: datetime | None


class TrainingStanding(ApiModel):
    """People of a role who are trained and who need it; null where the number would show fewer than five people."""

    role: str
    trained: int | None
    needed: int | None


class Standing(ApiModel):
    """How a project stands. Counts of people below five are left out, and those that would tell them."""

    model_config = example(EXAMPLE)

    activities: list[SideStanding]
    gates: GatesStanding
    units: UnitsStanding
    readiness: ReadinessStanding
    training: list[TrainingStanding]


def shown_training(role: str, trained: int, needed: int) -> TrainingStanding:
    """The counts of a role as they may leave. Who knows two of trained, untrained and needed knows the third."""
    done = min(trained, needed)
    gone, is_whole_gone = hidden({"trained": done, "missing": needed - done}, needed)
    return TrainingStanding(
        role=role,
        trained=None if gone or is_whole_gone else done,
        needed=None if is_whole_gone else needed,
    )


def shown_responses(count: int | None) -> int | None:
    return None if count is None or is_small(count) else count
