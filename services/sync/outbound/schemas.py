"""Templates and deliveries on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.sync.outbound.declared import Template, shipped
from services.sync.outbound.destination import Destination, Download
from services.sync.outbound.producing import Mode
from services.sync.source.connectors import Credentials
from services.sync.source.schedule import FetchSchedule
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_TEMPLATE = {
    "name": "elever",
    "package": "single",
    "delta": {"column": "Åtgärd", "add": "N", "change": "U", "remove": "B"},
    "files": [
        {
            "file": "elever.csv",
            "columns": [
                {"header": "ElevID", "required": True, "form": "id"},
                {"header": "Förnamn", "required": True},
                {"header": "Efternamn", "required": True},
                {"header": "Skolenhetskod", "required": True},
                {"header": "Skolform", "required": True},
                {"header": "Klass"},
            ],
            "key": ["ElevID", "Skolenhetskod", "Skolform"],
            "parts": [
                {
                    "rows": "enrolments",
                    "fill": {
                        "ElevID": "personSourceId",
                        "Förnamn": "givenName",
                        "Efternamn": "familyName",
                        "Skolenhetskod": "unitCode",
                        "Skolform": "schoolForm",
                        "Klass": "groupName",
                    },
                }
            ],
        }
    ],
}
_DESTINATION = {"kind": "https", "url": "https://import.example.org/roster", "method": "PUT", "auth": "bearer"}
_TIMING = {"at": "03:30", "everyHours": 24, "zone": "Europe/Stockholm"}
Key = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Name = Annotated[str, Field(min_length=1, max_length=120)]
State = Literal["queued", "ready", "invalid", "sending", "sent", "failed", "accepted", "rejected"]


class OutboundTemplateCreate(ApiInput):
    """What a platform imports, and where it is sent. `shipped` names a template that comes with the service instead.

    `autoSend` sends what is in good order without being asked. Credentials are stored sealed and never shown.
    """

    model_config = example(
        {
            "key": "plattform",
            "name": "Plattformens import",
            "template": _TEMPLATE,
            "destination": _DESTINATION,
            "credentials": {"token": "a-secret-of-the-platform"},
            "autoSend": True,
            "schedule": _TIMING,
            "scheduledMode": "delta",
        }
    )

    key: Key
    name: Name
    template: Template | None = None
    shipped: Literal["oneroster-1.2", "startklar-total"] | None = None
    destination: Destination = Field(default_factory=Download)
    credentials: Credentials | None = None
    auto_send: bool = False
    schedule: FetchSchedule | None = None
    scheduled_mode: Mode = "total"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.template is None) == (self.shipped is None):
            raise ValueError("give template or shipped, one of them")
        given = self.credentials.given() if self.credentials else frozenset()
        if wrong := self.destination.wrong_secrets(given):
            raise ValueError(wrong)
        return self

    def declared(self) -> Template:
        """The template that is meant."""
        return self.template or shipped(str(self.shipped))


class OutboundTemplatePatch(ApiPatch):
    """Leave out what stays. Credentials are replaced as a whole, and must be given anew with another address."""

    model_config = example({"autoSend": False})
    nullable: ClassVar[frozenset[str]] = frozenset({"credentials", "schedule"})

    name: Name | None = None
    template: Template | None = None
    destination: Destination | None = None
    credentials: Credentials | None = None
    auto_send: bool | None = None
    schedule: FetchSchedule | None = None
    scheduled_mode: Mode | None = None
    is_active: bool | None = None


class OutboundTemplatePublic(ApiModel):
    """A template as it is used now. Which secrets are held is told, never the secrets."""

    model_config = example(
        {
            "id": _ID,
            "key": "plattform",
            "name": "Plattformens import",
            "template": _TEMPLATE,
            "destination": _DESTINATION,
            "heldCredentials": ["token"],
            "autoSend": True,
            "schedule": _TIMING,
            "scheduledMode": "delta",
            "nextAt": "2026-11-23T02:30:00Z",
            "isActive": True,
            "isConfirmed": False,
            "allowedActions": [],
        }
    )

    id: UUID
    key: str
    name: str
    template: dict[str, Any]
    destination: dict[str, Any]
    held_credentials: list[str]
    auto_send: bool
    schedule: FetchSchedule | None
    scheduled_mode: str
    next_at: datetime | None
    is_active: bool
    is_confirmed: bool = Field(description="False: nothing is sent before a second person has confirmed the address")
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class OutboundDeliveryCreate(ApiInput):
    """Produce a package now: all rows, or what changed since the last package that the platform has.

    Where nobody can tell what the platform has, a delta becomes a total, and a finding says so.
    """

    model_config = example({"templateId": _ID, "mode": "total"})

    template_id: UUID
    mode: Mode = "total"


class FileCount(ApiModel):
    """Rows of one file of a package. `key` are the headers that tell a row from the others."""

    file: str
    key: list[str] = Field(default_factory=list)
    written: int
    added: int
    changed: int
    removed: int
    left_out: int


class OutboundFinding(ApiModel):
    """A row that the platform would not take; `key` are the row's ids, the value is never told.

    `told_whole` is about the package: it was asked for as a delta and had to become a total.
    """

    file: str
    rule: str
    column: str
    key: list[str]
    message: str
    mend: str


class Attempt(ApiModel):
    """One try to send. `outcome` is `sent` or why not."""

    at: datetime
    outcome: str
    status: int | None = None


class Receipt(ApiModel):
    """What the platform said of the package."""

    outcome: Literal["accepted", "rejected"]
    accepted_rows: int | None = None
    rejected_rows: int | None = None
    reference: str | None = None
    at: datetime


class ReceiptCreate(ApiInput):
    """The platform's answer: taken, or not. The next delta starts from no package that was rejected, in whole or in
    part (`rejectedRows`), nor from one that was built on it; what it may hold is told again."""

    model_config = example({"outcome": "accepted", "acceptedRows": 2710, "rejectedRows": 0, "reference": "import-4711"})

    outcome: Literal["accepted", "rejected"]
    accepted_rows: int | None = Field(None, ge=0)
    rejected_rows: int | None = Field(None, ge=0)
    reference: str | None = Field(None, max_length=100, pattern=r"^[A-Za-z0-9._:/-]+$")


class OutboundDeliveryPublic(ApiModel):
    """A package: what it holds, what was wrong, how it was sent, and what became of it."""

    model_config = example(
        {
            "id": _ID,
            "templateId": _ID,
            "mode": "total",
            "state": "accepted",
            "rosterVersion": 12,
            "fileName": "plattform-total-12.zip",
            "size": 48213,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "isErased": False,
            "counts": [
                {
                    "file": "elever.csv",
                    "key": ["ElevID", "Skolenhetskod", "Skolform"],
                    "written": 2710,
                    "added": 2710,
                    "changed": 0,
                    "removed": 0,
                    "leftOut": 0,
                }
            ],
            "findings": [],
            "attempts": [{"at": "2026-11-22T02:30:04Z", "outcome": "sent", "status": 202}],
            "receipt": {"outcome": "accepted", "acceptedRows": 2710, "rejectedRows": 0, "at": "2026-11-22T02:31:00Z"},
            "sentAt": "2026-11-22T02:30:04Z",
            "createdAt": "2026-11-22T02:30:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    template_id: UUID
    mode: str
    state: State
    roster_version: int | None
    file_name: str | None
    size: int | None
    sha256: str | None
    is_erased: bool
    counts: list[FileCount]
    findings: list[OutboundFinding]
    attempts: list[Attempt]
    receipt: Receipt | None
    sent_at: datetime | None
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
