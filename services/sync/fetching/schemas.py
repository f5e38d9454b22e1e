"""Fetches and connection tests on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.sync.source.schemas import FetchState
from shared.web.models import ApiModel, example

_ID = "01979f3a-52bb-7b52-9d3a-5f0c2b9e8d11"


class FetchPublic(ApiModel):
    """A fetch. Follow `jobId` for progress; `runId` is the run that plans what came, once it is stored."""

    model_config = example(
        {
            "id": _ID,
            "sourceId": "01979f3a-51aa-7b52-9d3a-5f0c2b9e8d11",
            "origin": "schedule",
            "state": "stored",
            "attempts": 1,
            "jobId": "01979f3a-52bc-7b52-9d3a-5f0c2b9e8d11",
            "uploadId": "01979f3a-52cc-7b52-9d3a-5f0c2b9e8d11",
            "runId": "01979f3a-52dd-7b52-9d3a-5f0c2b9e8d11",
            "problem": None,
            "message": None,
            "detail": None,
            "notes": [],
            "proof": {"pages": 12, "rows": 11807, "countedTwice": True},
            "incomplete": [],
            "createdAt": "2026-08-17T01:15:00Z",
            "nextAttemptAt": None,
            "endedAt": "2026-08-17T01:15:09Z",
        }
    )

    id: UUID
    source_id: UUID
    origin: Literal["request", "schedule", "notice"]
    state: FetchState
    attempts: int
    job_id: UUID | None
    upload_id: UUID | None
    run_id: UUID | None
    problem: str | None = Field(description="Last segment of the type of the last attempt's problem")
    message: str | None = Field(description="The same in words")
    detail: str | None = Field(description="What more is known: status, fingerprint, missing patterns")
    notes: list[str]
    proof: dict[str, Any] | None = Field(description="What shows that all came along")
    incomplete: list[str] = Field(description="Kinds of rows of which that could not be shown: they end nothing")
    created_at: datetime
    next_attempt_at: datetime | None
    ended_at: datetime | None


class ConnectionTest(ApiModel):
    """What a connection test found. Nothing was fetched and nothing changed at the source."""

    model_config = example(
        {
            "ok": True,
            "problem": None,
            "message": None,
            "seen": {"hostKey": "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDBx0JXuzVdD0dR1mI", "files": 1},
        }
    )

    ok: bool
    problem: str | None = Field(description="Last segment of the type of the problem")
    message: str | None
    seen: dict[str, Any] = Field(description="Public facts and numbers: the server's key, files that fit, totals")
