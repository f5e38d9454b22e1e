"""Request and response bodies of the learning record store."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from shared.web import AllowedAction, ApiInput, ApiModel, example

_STORE = {"url": "https://lrs.example/xapi", "username": "startklar"}


class RecordStoreInput(ApiInput):
    """Where statements go. The password may stay away where only the state changes and the address does not."""

    model_config = example(_STORE | {"password": "correct horse battery staple", "state": "active"})

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$", max_length=500)] = Field(
        description="Base address, to which /statements is added"
    )
    username: str = Field(min_length=1, max_length=200)
    password: SecretStr | None = Field(None, min_length=1, max_length=500)
    state: Literal["active", "paused"] = "active"


class RecordStorePublic(ApiModel):
    """The store, how many statements it has from us, and how many wait. Its password is never shown."""

    model_config = example(
        _STORE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "state": "active",
            "stored": 2471,
            "waiting": 12,
            "failures": 0,
            "toldOfFailure": None,
            "triesAt": "2026-08-17T08:00:00Z",
            "version": 3,
            "allowedActions": [],
        }
    )

    id: UUID
    url: str
    username: str
    state: Literal["active", "paused"]
    stored: int
    waiting: int
    failures: int
    told_of_failure: str | None
    tries_at: datetime
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
