"""Roster versions on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.sync import Counts
from shared.web.models import ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class RosterVersionPublic(ApiModel):
    """A version of the roster, and the run that made it: a delivery, a change by hand, a marking that
    tightened, the undoing of a run, or the erasure of a person."""

    model_config = example(
        {
            "id": _ID,
            "number": 4,
            "runId": _ID,
            "origin": "run",
            "counts": {"person": {"created": 12, "changed": 3, "ended": 1, "unchanged": 11984}},
            "appliedAt": "2026-08-17T08:00:00Z",
        }
    )

    id: UUID
    number: int
    run_id: UUID
    origin: Literal["run", "manual", "marking", "undo", "erasure"]
    counts: dict[str, Counts]
    applied_at: datetime
