"""Copied units on the wire."""

from uuid import UUID

from pydantic import Field

from shared.web.models import ApiModel, example


class UnitPublic(ApiModel):
    """An organisation unit as the roster last showed it."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "name": "Björkängsskolan",
            "kind": "school",
            "code": "12345678",
            "parentId": None,
            "schoolForms": ["compulsory", "leisure"],
            "isEnded": False,
            "rosterVersion": 3,
        }
    )

    id: UUID
    name: str
    kind: str
    code: str | None = Field(description="School unit code, 8 digits")
    parent_id: UUID | None
    school_forms: list[str]
    is_ended: bool
    roster_version: int
