"""Times of retention and the record of processing on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_KEPT = {
    "key": "training.mails",
    "service": "training",
    "title": "Kallelser och utskick",
    "until": "dagar efter tillfället",
    "days": 400,
    "defaultDays": 400,
    "least": 30,
    "most": 1825,
    "setAt": None,
    "doneBy": "retention-purge",
    "isOwn": False,
    "version": 1,
    "allowedActions": [],
}


class RetentionPut(ApiInput):
    """How many days; within `least` and `most` of the schedule."""

    model_config = example({"days": 180})

    days: Annotated[int, Field(ge=1, le=36500)]


class RetentionSchedulePublic(ApiModel):
    """How long a kind of personal data is kept. `days` is null where it is no number of days; `until` says it then."""

    model_config = example(_KEPT)

    key: str
    service: str
    title: str
    until: str
    days: int | None
    default_days: int | None
    least: int | None = Field(description="The fewest days that may be set; null where none may be")
    most: int | None
    set_at: str | None = Field(description="Where the days are set, if not here")
    done_by: str = Field(description="The job or rule that removes the data")
    is_own: bool = Field(description="Whether the tenant has set days of its own here")
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class ProcessingRecordPublic(ApiModel):
    """One line of the record of processing activities (GDPR article 30(1)), with the tenant's own times."""

    model_config = example(
        {
            "key": "training.mails",
            "service": "training",
            "title": "Kallelser och utskick",
            "purpose": "Deltagare ska få kallelser, ändringar och påminnelser en gång",
            "whom": ["personal"],
            "what": ["kontots eller personens id", "fritext som kan nämna någon"],
            "dataClass": "ordinary",
            "ground": "uppgift av allmänt intresse, art. 6.1 e (skollagen)",
            "until": "dagar efter tillfället",
            "days": 400,
            "onErasure": "deleted",
            "tables": ["mail", "invitation", "session_message"],
        }
    )

    key: str
    service: str
    title: str
    purpose: str
    whom: list[str] = Field(description="Categories of data subjects")
    what: list[str] = Field(description="Categories of personal data")
    data_class: Literal["ordinary", "confidential", "sensitive"]
    ground: str = Field(description="The legal ground that we propose; the controller decides")
    until: str
    days: int | None
    on_erasure: Literal["deleted", "anonymised", "kept"]
    tables: list[str]


class ProcessingRecords(ApiModel):
    """The whole record."""

    model_config = example({"items": []})

    items: list[ProcessingRecordPublic]


class RetentionSchedules(ApiModel):
    """Every kind of personal data that the platform holds."""

    model_config = example({"items": [_KEPT]})

    items: list[RetentionSchedulePublic]
