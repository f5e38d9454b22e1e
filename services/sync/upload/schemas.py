"""Uploads on the wire."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.sync.reading.mapping import Mapping
from services.sync.source.profiles import default_profile, profile_of
from services.sync.source.schemas import SourceKey, UploadKind
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_MAPPING = {
    "name": "personal",
    "files": [
        {
            "file": "personal.csv",
            "trailer": "SLUT",
            "emits": [
                {
                    "entity": "person",
                    "fields": {
                        "sourceId": "ID",
                        "givenName": "Förnamn",
                        "familyName": "Efternamn",
                        "marking": "Skydd",
                    },
                    "values": {"marking": {"Ingen": "none"}},
                }
            ],
        }
    ],
}
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class UploadCreate(ApiInput):
    """What will be sent: its size and checksum, and either the declared source that it comes from, which says the
    rest, or the kind of file and how to read it.

    A kind is read by the shipped profile of its own unless a mapping is given; `joined_files` (a zip of CSV files, or
    one CSV file) needs one. `source` names the register: a delivery only ever ends rows of its own source.
    """

    model_config = example(
        {
            "kind": "joined_files",
            "source": "elevregister",
            "size": 1048576,
            "sha256": _SHA256,
            "mapping": _MAPPING,
        }
    )

    source_id: UUID | None = Field(None, description="A declared source; then kind, source and mapping are its own")
    kind: UploadKind | None = None
    source: SourceKey = "register"
    size: int = Field(ge=1, strict=True, description="Bytes")
    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$", description="Hexadecimal, over the whole content")
    mapping: Mapping | None = None

    @model_validator(mode="after")
    def _is_read_somehow(self) -> Self:
        if self.source_id is not None:
            if self.model_fields_set & {"kind", "source", "mapping"}:
                raise ValueError("kind, source and mapping are those of the source that sourceId names")
            return self
        if self.kind is None:
            raise ValueError("say by kind what will be sent, or by sourceId where it comes from")
        if self.kind == "joined_files" and self.mapping is None:
            raise ValueError("joined_files needs a mapping: which column of which file is what")
        if self.mapping is None and profile_of(default_profile(self.kind) or "") is None:
            raise ValueError(f"{self.kind} needs a mapping")
        return self

    def used_mapping(self) -> Mapping:
        """The mapping that was given, or that of the kind's own profile."""
        if self.mapping is not None:
            return self.mapping
        profile = profile_of(default_profile(self.kind or "") or "")
        if profile is None:
            raise ValueError("nothing says how to read this")
        return profile.mapping()


class UploadPublic(ApiModel):
    """An upload. Send the content to `contentPath` by PUT, or in parts by PATCH (tus), with `If-Match`; then run it."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "kind": "oneroster_zip",
            "source": "elevregister",
            "sourceId": None,
            "state": "declared",
            "mappingName": "oneroster-1.2",
            "size": 1048576,
            "receivedBytes": 524288,
            "sha256": _SHA256,
            "contentPath": "/sync/v1/uploads/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11/content",
            "createdAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {
                    "action": "send_content",
                    "method": "PUT",
                    "href": "https://api.startklar.dev/sync/v1/uploads/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11/content",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    kind: str
    source: str
    source_id: UUID | None
    state: Literal["declared", "stored", "erased"]
    mapping_name: str
    size: int
    received_bytes: int = Field(description="Of `size`, from the start; grows while the content is being sent")
    sha256: str
    content_path: str
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
