"""The log of copies on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, example


class CopyErasureCreate(ApiInput):
    """Why the copy goes before its time; the reason names nobody."""

    model_config = example({"reason": "Leveransen innehöll fel urval, ersatt samma dag"})

    reason: Annotated[str, Field(min_length=5, max_length=500)]


class RegisterCopyPublic(ApiModel):
    """One copy of register data. It stays in the log when it is purged; `proof` then says how."""

    model_config = example(
        {
            "id": "01979f3a-6001-7b52-9d3a-5f0c2b9e8d11",
            "what": "application/zip, sensitive",
            "place": "file store",
            "encrypted": True,
            "uploadId": "01979f3a-52cc-7b52-9d3a-5f0c2b9e8d11",
            "sourceId": "01979f3a-51aa-7b52-9d3a-5f0c2b9e8d11",
            "createdBy": None,
            "createdAt": "2026-08-17T01:15:09Z",
            "purgeDue": "2026-09-16T01:15:09Z",
            "isOverdue": False,
            "purgedAt": None,
            "purgedBy": None,
            "proof": None,
            "allowedActions": [],
        }
    )

    id: UUID
    what: str
    place: str
    encrypted: bool
    upload_id: UUID | None = Field(description="The upload that it is the content of")
    source_id: UUID | None = Field(description="The declared source that it came from")
    created_by: UUID | None = Field(description="Null for what was fetched")
    created_at: datetime
    purge_due: datetime
    is_overdue: bool
    purged_at: datetime | None
    purged_by: UUID | None = Field(description="Null where its time was over")
    proof: str | None
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
