"""The erasure ledger on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.web.models import ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class ErasurePublic(ApiModel):
    """That a person was erased: by which id of ours, why and when. Who it was, nobody can tell any more."""

    model_config = example(
        {
            "id": _ID,
            "personId": _ID,
            "reason": "grace_over",
            "part": "guardian",
            "endedAt": "2026-06-12T04:10:00Z",
            "erasedAt": "2026-07-12T02:00:00Z",
            "runId": _ID,
        }
    )

    id: UUID
    person_id: UUID
    reason: Literal["grace_over", "request"]
    part: Literal["pupil", "staff", "guardian", "none"]
    ended_at: datetime | None
    erased_at: datetime
    run_id: UUID
