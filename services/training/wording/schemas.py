"""Templates and the mail rule on the wire."""

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.training.wording.defaults import DEFAULTS, Kind
from shared.kit.text import Lang
from shared.web import AllowedAction, ApiInput, ApiModel, example

_SUBJECT, _BODY = DEFAULTS["invitation"]["sv"]
_TEMPLATE: dict[str, object] = {"subject": _SUBJECT, "body": _BODY}
_RULE: dict[str, object] = {
    "language": "sv", "quietFrom": "20:00:00", "quietTo": "07:00:00", "hasReminders": True,
}  # fmt: skip

Subject = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n\x00]+$")]
Body = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=r"^[^\x00]+$")]


class MailTemplateInput(ApiInput):
    """A tenant's own words for one kind of mail. Places in braces are filled."""

    model_config = example(_TEMPLATE)

    subject: Subject
    body: Body


class MailTemplatePreviewInput(MailTemplateInput):
    """A template to be tried."""

    model_config = example({"kind": "invitation", "language": "sv", **_TEMPLATE})

    kind: Kind
    language: Lang


class MailTemplatePublic(ApiModel):
    """The words in force. `isDefault`: ours, and version 0; a tenant's own count from 1."""

    model_config = example(
        {"kind": "invitation", "language": "sv", **_TEMPLATE, "isDefault": True, "placeholders": ["course", "date"],
         "version": 0, "allowedActions": []}
    )  # fmt: skip

    kind: Kind
    language: Lang
    subject: str
    body: str
    is_default: bool
    placeholders: list[str]
    version: int
    allowed_actions: list[AllowedAction]


class MailTemplates(ApiModel):
    """Every kind of mail in every language."""

    model_config = example({"items": []})

    items: list[MailTemplatePublic]


class MailPreview(ApiModel):
    """How a mail would look, filled with invented facts."""

    model_config = example(
        {"subject": "Plats bekräftad: Nyckelpersoner 2027-03-24", "text": "Du har en plats.", "html": "<p>...</p>"}
    )

    subject: str
    text: str
    html: str


class MailRuleInput(ApiInput):
    """How a tenant writes: reminders that would fall into the quiet hours leave before them."""

    model_config = example(_RULE)

    language: Lang = "sv"
    quiet_from: time | None = Field(time(20), description="Local time of the session's zone")
    quiet_to: time | None = time(7)
    has_reminders: bool = True

    @model_validator(mode="after")
    def _hours(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise ValueError("quietFrom and quietTo go together")
        if self.quiet_from is not None and self.quiet_from == self.quiet_to:
            raise ValueError("quiet hours must end some time")
        if any(hour is not None and hour.tzinfo is not None for hour in (self.quiet_from, self.quiet_to)):
            raise ValueError("quiet hours are local times, without an offset")
        return self


class MailRulePublic(ApiModel):
    """How the tenant writes; version 0 where it never chose."""

    model_config = example({**_RULE, "version": 0})

    language: Literal["sv", "da", "en"]
    quiet_from: time | None
    quiet_to: time | None
    has_reminders: bool
    version: int
