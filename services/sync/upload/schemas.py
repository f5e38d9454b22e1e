"""Uploads on the wire."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from services.sync.plan.manual import SOURCE as MANUAL
from services.sync.reading.mapping import ONEROSTER, Mapping, shipped
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


def _not_ours(name: str) -> str:
    if name == MANUAL:
        raise ValueError("this name is kept for what is entered by hand")
    return name


Source = Annotated[str, AfterValidator(_not_ours), Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]


class UploadCreate(ApiInput):
    """What will be sent: the kind of file, its size and checksum, and how to read it.

    `oneroster_zip` is read by the shipped mapping `oneroster-1.2` unless another is given; `joined_files` (a zip of CSV
    files, or one CSV file) needs a mapping. `source` names the register: a delivery only ever ends rows of its own
    source.
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

    kind: Literal["oneroster_zip", "joined_files"]
    source: Source = "register"
    size: int = Field(ge=1, strict=True, description="Bytes")
    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$", description="Hexadecimal, over the whole content")
    mapping: Mapping | None = None

    @model_validator(mode="after")
    def _joined_files_are_mapped(self) -> Self:
        if self.kind == "joined_files" and self.mapping is None:
            raise ValueError("joined_files needs a mapping: which column of which file is what")
        return self

    def used_mapping(self) -> Mapping:
        return self.mapping or shipped(ONEROSTER)


class UploadPublic(ApiModel):
    """An upload. Send the content to `contentPath` with PUT and `If-Match`, then start a run."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "kind": "oneroster_zip",
            "source": "elevregister",
            "state": "declared",
            "mappingName": "oneroster-1.2",
            "size": 1048576,
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
    state: Literal["declared", "stored", "erased"]
    mapping_name: str
    size: int
    sha256: str
    content_path: str
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
