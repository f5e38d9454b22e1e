"""What goes in and out of the API of the rules of assurance."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.auth import Acr, DataClass
from shared.web.models import AllowedAction, ApiModel, ApiPatch, example

PUBLIC_EXAMPLE = {
    "id": "01979f3a-7c1e-5b52-9d3a-5f0c2b9e8d11",
    "holder": "pupil",
    "dataClass": "sensitive",
    "isOpen": False,
    "minAcr": "urn:startklar:loa:strong",
    "maxAgeSeconds": 900,
    "origin": "default",
    "decisionId": None,
    "decisionKey": None,
    "openIssue": "Children have no second factor yet.",
    "version": 0,
    "updatedAt": None,
    "allowedActions": [
        {
            "action": "change",
            "method": "PATCH",
            "href": "https://api.startklar.dev/identity/v1/assurance-policies/01979f3a-7c1e-5b52-9d3a-5f0c2b9e8d11",
            "allowed": True,
            "reason": None,
        }
    ],
}


class AssurancePolicyUpdate(ApiPatch):
    """A looser rule than the one that holds needs `decisionId`, a decision that was taken in projects."""

    model_config = example({"minAcr": "urn:startklar:loa:eid2", "decisionId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"})
    nullable: ClassVar[frozenset[str]] = frozenset({"max_age_seconds", "decision_id"})

    is_open: bool | None = Field(None, description="False: no login opens the class to the holder")
    min_acr: Acr | None = None
    max_age_seconds: int | None = Field(None, ge=60, le=12 * 3600, description="Null: however long ago the login was")
    decision_id: UUID | None = None
    reason: str | None = Field(None, min_length=1, max_length=500, description="For the journal; name nobody")


class AssurancePolicyPublic(ApiModel):
    model_config = example(PUBLIC_EXAMPLE)

    id: UUID = Field(description="The same for the same holder and class, whether the tenant has ruled or not")
    holder: str = Field(description="A role, `guardian` or `pupil`")
    data_class: DataClass
    is_open: bool
    min_acr: Acr
    max_age_seconds: int | None
    origin: Literal["default", "tenant"]
    decision_id: UUID | None
    decision_key: str | None = Field(description="The question that the decision answered; superseded, the rule lapses")
    open_issue: str | None = Field(description="What the programme has left open about this rule")
    version: int = Field(description="0 as long as the default holds")
    updated_at: datetime | None
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
