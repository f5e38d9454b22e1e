"""The copy log on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.projects.copylog.vocabulary import EnvironmentKind, Medium
from services.projects.plan.vocabulary import DataClass, PartySide
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

_PROJECT_ID = "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11"
_ACCOUNT_ID = "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11"
_COPY_ID = "01979f3a-7001-7b52-9d3a-5f0c2b9e8d11"

Phrase = Annotated[str, Field(min_length=1, max_length=500)]
_COPY: dict[str, Any] = {
    "what": "Frånvaro läsåret 2026/27, export ur det gamla systemet",
    "place": "Förvaltningens filserver, mappen migrering",
    "medium": "server",
    "dataClass": "confidential",
    "isEncrypted": True,
    "runId": None,
    "madeAt": "2027-06-01T08:00:00Z",
    "purgeDue": "2027-09-30",
}


class CopyCreate(ApiInput):
    """One stored copy of live personal data: what it is and where, never whose it is."""

    model_config = example(_COPY)

    what: Phrase
    place: Phrase
    medium: Medium
    data_class: DataClass
    is_encrypted: bool
    run_id: UUID | None = None
    made_at: AwareDatetime
    purge_due: date


class CopyChange(ApiPatch):
    """Mend an entry of a copy that is still there. What is left out stays."""

    model_config = example({"purgeDue": "2027-10-31"})

    what: Phrase | None = None
    place: Phrase | None = None
    is_encrypted: bool | None = None
    purge_due: date | None = None


class PurgeCreate(ApiInput):
    """How the copy was purged, in words that hold as proof: a ticket, a protocol, a destruction receipt."""

    model_config = example({"proof": "Raderad enligt protokoll 2027-17, kontrollerad av driften"})

    proof: Annotated[str, Field(min_length=5, max_length=2000)]


class CopyPublic(ApiModel):
    """A copy in the log. It stays there when it is purged."""

    model_config = example(
        _COPY
        | {
            "id": _COPY_ID,
            "projectId": _PROJECT_ID,
            "madeBy": _ACCOUNT_ID,
            "madeSide": "supplier",
            "isOverdue": False,
            "purgedAt": None,
            "purgedBy": None,
            "purgeProof": None,
            "version": 1,
            "createdAt": "2027-06-01T08:00:00Z",
            "updatedAt": "2027-06-01T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    what: str
    place: str
    medium: Medium
    data_class: DataClass
    is_encrypted: bool
    run_id: UUID | None
    made_by: UUID | None
    made_side: PartySide
    made_at: datetime
    purge_due: date
    is_overdue: bool = Field(description="Not purged, and the day to purge it by has passed")
    purged_at: datetime | None
    purged_by: UUID | None
    purge_proof: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


_ENVIRONMENT: dict[str, Any] = {
    "name": "Testmiljö A",
    "kind": "test",
    "ownerSide": "supplier",
    "holdsLiveData": True,
    "testAccounts": 12,
    "purgeDue": "2027-12-15",
}


class EnvironmentCreate(ApiInput):
    """A test, migration or training environment. `testAccounts` null: nobody has counted them."""

    model_config = example(_ENVIRONMENT)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: EnvironmentKind
    owner_side: PartySide
    holds_live_data: bool
    test_accounts: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    purge_due: date | None = None


class EnvironmentChange(ApiPatch):
    """What to change; what is left out stays."""

    model_config = example({"holdsLiveData": True, "testAccounts": 14})

    nullable: ClassVar[frozenset[str]] = frozenset({"test_accounts", "purge_due"})

    holds_live_data: bool | None = None
    test_accounts: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    purge_due: date | None = None


class EnvironmentPublic(ApiModel):
    """An environment. Until it is purged it counts as an open copy if it holds live data or test accounts."""

    model_config = example(
        _ENVIRONMENT
        | {
            "id": "01979f3a-7002-7b52-9d3a-5f0c2b9e8d11",
            "projectId": _PROJECT_ID,
            "isOpen": True,
            "purgedAt": None,
            "purgedBy": None,
            "purgeProof": None,
            "version": 1,
            "createdAt": "2027-04-01T08:00:00Z",
            "updatedAt": "2027-04-01T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    name: str
    kind: EnvironmentKind
    owner_side: PartySide
    holds_live_data: bool
    test_accounts: int | None
    is_open: bool
    purge_due: date | None
    purged_at: datetime | None
    purged_by: UUID | None
    purge_proof: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class CertificateCreate(ApiInput):
    """The customer's statement; it must not name a person."""

    model_config = example({"statement": "Alla arbetskopior och testmiljöer är gallrade enligt loggen"})

    statement: Annotated[str, Field(min_length=10, max_length=2000)]


class CertificatePublic(ApiModel):
    """A purge certificate. It never changes; `digest` is the SHA-256 of `entries` as canonical JSON."""

    model_config = example(
        {
            "id": "01979f3a-7003-7b52-9d3a-5f0c2b9e8d11",
            "projectId": _PROJECT_ID,
            "number": 1,
            "statement": "Alla arbetskopior och testmiljöer är gallrade enligt loggen",
            "copies": 1,
            "environments": 0,
            "entries": [{"kind": "copy", "id": _COPY_ID, "purgedAt": "2027-09-28T12:00:00+00:00"}],
            "digest": "0" * 64,
            "issuedBy": _ACCOUNT_ID,
            "issuedAt": "2027-10-01T08:00:00Z",
        }
    )

    id: UUID
    project_id: UUID
    number: int
    statement: str
    copies: int
    environments: int
    entries: list[dict[str, Any]] = Field(description="Id and time of purging of each entry, as the log stood then")
    digest: str
    issued_by: UUID
    issued_at: datetime
