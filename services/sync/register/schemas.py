"""What a register sends when something has changed, and what it is answered."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from shared.web import ApiModel
from shared.web.models import example


class SourceNoticeInput(ApiModel):
    """SS12000's callback. The standard spells the list `modifiedEntites`, some registers `modifiedEntities`. It is a
    hint: whatever it says, we ask the register itself what has changed."""

    model_config = ConfigDict(
        extra="ignore", **example({"modifiedEntites": ["Person", "Group"], "deletedEntities": True})
    )

    modified_entites: list[str] = Field(default_factory=list, max_length=100, alias="modifiedEntites")
    modified_entities: list[str] = Field(default_factory=list, max_length=100, alias="modifiedEntities")
    deleted_entities: bool = Field(False, alias="deletedEntities")


class SourceSubscriptionPublic(ApiModel):
    """How it stands with a register's notices. `wanted`: the register has not made the subscription yet; `problem`
    says what it did last instead. It is renewed by itself."""

    model_config = example(
        {
            "state": "active",
            "expiresAt": "2027-02-20T06:56:42Z",
            "renewsAt": "2027-01-06T06:56:42Z",
            "noticedAt": "2026-11-22T05:12:00Z",
            "problem": None,
        }
    )

    state: Literal["none", "wanted", "active", "ended"]
    expires_at: datetime | None = Field(None, examples=["2027-02-20T06:56:42Z"])
    renews_at: datetime | None = Field(None, examples=["2027-01-06T06:56:42Z"])
    noticed_at: datetime | None = Field(None, examples=["2026-11-22T05:12:00Z"])
    problem: str | None = None


class SourceNoticeTaken(ApiModel):
    """The notice is heard; what has changed is fetched shortly."""

    model_config = example({"taken": True})

    taken: bool
