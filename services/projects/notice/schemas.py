"""Preferences on the wire."""

from datetime import time
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.projects.notice.models import AddressState, Digest
from shared.kit.mail import LONGEST_ADDRESS
from shared.kit.text import Lang
from shared.web.models import ApiInput, ApiModel, example

_WANTED: dict[str, Any] = {
    "digest": "weekly",
    "hasReminders": True,
    "hasSummons": True,
    "language": "sv",
    "zone": "Europe/Stockholm",
    "quietFrom": "18:00:00",
    "quietTo": "07:00:00",
    "address": "runa.rektor@example.org",
}


class PreferenceInput(ApiInput):
    """What the caller wants to be told by mail, whole. Between `quietFrom` and `quietTo`, local time, nothing is sent.

    An `address` that is new gets a code, and nothing else before the code came back. Null takes the address away; the
    address that is known stays where the field is left out.
    """

    model_config = example(_WANTED)

    digest: Digest = Digest.off
    has_reminders: bool = False
    has_summons: bool = False
    language: Lang = "sv"
    zone: Annotated[str, Field(min_length=1, max_length=64)] = "Europe/Stockholm"
    quiet_from: time | None = Field(None, json_schema_extra={"example": "18:00:00"})
    quiet_to: time | None = Field(None, json_schema_extra={"example": "07:00:00"})
    address: Annotated[str, Field(min_length=3, max_length=LONGEST_ADDRESS)] | None = None

    @model_validator(mode="after")
    def _quiet_has_two_ends(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise ValueError("quietFrom and quietTo go together")
        if self.quiet_from is not None and self.quiet_from == self.quiet_to:
            raise ValueError("quiet hours end at another time than they begin")
        return self


class PreferencePublic(ApiModel):
    """What the caller wants to be told, and whether the address is confirmed. `version` 0: nothing was chosen yet."""

    model_config = example(_WANTED | {"addressState": "confirmed", "isPaused": False, "version": 2})

    digest: Digest
    has_reminders: bool
    has_summons: bool
    language: Lang
    zone: str
    quiet_from: time | None = Field(json_schema_extra={"example": "18:00:00"})
    quiet_to: time | None = Field(json_schema_extra={"example": "07:00:00"})
    address: str | None
    address_state: AddressState
    is_paused: bool = Field(description="Access was removed since; mail rests until the preferences are saved again")
    version: int


class ConfirmationInput(ApiInput):
    """The code that was mailed to the address."""

    model_config = example({"code": "K7QM-2XHP-9RTW"})

    code: Annotated[str, Field(min_length=12, max_length=20)]


class UnsubscribedPublic(ApiModel):
    """Nothing more is mailed to this address."""

    model_config = example({"unsubscribed": True})

    unsubscribed: bool


def empty_preference(account_id: UUID) -> dict[str, Any]:
    """The preferences of somebody who chose nothing: no mail."""
    return PreferenceInput().model_dump() | {
        "account_id": account_id,
        "address_state": AddressState.none,
        "is_paused": False,
        "version": 0,
    }
