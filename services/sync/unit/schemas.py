"""Units on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.sync import SchoolForm, UnitKind
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
Name = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,20}$", description="School unit code")]


class UnitCreate(ApiInput):
    """A unit that no register delivers."""

    model_config = example(
        {"name": "Björkängens skola", "kind": "school", "schoolForms": ["compulsory", "leisure"], "code": "99000123"}
    )

    name: Name
    kind: UnitKind = UnitKind.school
    parent_id: UUID | None = None
    school_forms: list[SchoolForm] = Field(default_factory=list, max_length=10)
    code: Code | None = None


class UnitPatch(ApiInput):
    """Leave out what stays."""

    model_config = example({"name": "Björkängens skola och fritidshem"})

    name: Name | None = None
    parent_id: UUID | None = None
    school_forms: list[SchoolForm] | None = Field(None, max_length=10)
    code: Code | None = None


class UnitPublic(ApiModel):
    """An organisation unit. `source` names the register that delivers it, or is `manual`."""

    model_config = example(
        {
            "id": _ID,
            "name": "Björkängens skola",
            "kind": "school",
            "parentId": None,
            "schoolForms": ["compulsory", "leisure"],
            "code": "99000123",
            "source": "elevregister",
            "changedVersion": 4,
            "endedAt": None,
            "allowedActions": [
                {
                    "action": "change",
                    "method": "PATCH",
                    "href": f"https://api.startklar.dev/sync/v1/units/{_ID}",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    name: str
    kind: UnitKind
    parent_id: UUID | None
    school_forms: list[SchoolForm]
    code: str | None
    source: str
    changed_version: int
    ended_at: datetime | None
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
