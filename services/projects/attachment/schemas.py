"""Attached documents on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from services.projects.attachment.vocabulary import MEDIA_TYPES, AttachmentKind, AttachmentState
from services.projects.plan.vocabulary import PartySide
from shared.kit.files import DataClass
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_FORBIDDEN = set('/\\:*?"<>|')


def _taken(media_type: str) -> str:
    if media_type not in MEDIA_TYPES:
        raise ValueError(f"files of this type are not taken; these are: {', '.join(sorted(MEDIA_TYPES))}")
    return media_type


def _plain_name(name: str) -> str:
    if name in (".", "..") or any(char in _FORBIDDEN or not char.isprintable() for char in name):
        raise ValueError("a plain file name, without folders or control characters")
    return name


MediaType = Annotated[str, Field(max_length=120), AfterValidator(_taken)]
FileName = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain_name)]


class AttachmentCreate(ApiInput):
    """What will be sent. Send the content to `contentPath` with PUT and `If-Match`; it is kept whole or not at all."""

    model_config = example(
        {
            "title": "Instruktion för kontroll av synkroniseringen",
            "kind": "instruction",
            "fileName": "instruktion-synk.pdf",
            "mediaType": "application/pdf",
            "dataClass": "ordinary",
            "size": 48213,
            "sha256": _SHA256,
        }
    )

    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: AttachmentKind
    file_name: FileName
    media_type: MediaType
    data_class: DataClass = DataClass.ordinary
    size: int = Field(ge=1, strict=True, description="Bytes")
    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$", description="Hexadecimal, over the whole content")


_ITEM: dict[str, Any] = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "subject": "activity",
    "subjectId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "title": "Instruktion för kontroll av synkroniseringen",
    "kind": "instruction",
    "fileName": "instruktion-synk.pdf",
    "mediaType": "application/pdf",
    "dataClass": "ordinary",
    "size": 48213,
    "sha256": _SHA256,
    "state": "stored",
    "contentPath": "/projects/v1/attachments/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11/content",
    "declaredBy": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "declaredSide": "supplier",
    "version": 2,
    "createdAt": "2026-11-22T08:00:00Z",
    "allowedActions": [],
}


class AttachmentPublic(ApiModel):
    """A document attached to an activity, a gate or the project as a whole."""

    model_config = example(_ITEM)

    id: UUID
    project_id: UUID
    subject: Literal["activity", "gate", "project"]
    subject_id: UUID
    title: str
    kind: AttachmentKind
    file_name: str
    media_type: str
    data_class: DataClass
    size: int
    sha256: str
    state: AttachmentState
    content_path: str
    declared_by: UUID
    declared_side: PartySide | None
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction]
