"""The tables of federations. Their metadata are published for everybody, name no person and belong to no tenant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, Versioned
from shared.kit.ids import new_id


class Federation(Model, Versioned, table=True):
    """A feed of signed metadata: one aggregate, or entity by entity where the federation answers questions (`mdq`).

    `signers` are SHA-256 fingerprints (lower hex) of the certificates that may sign: one, or two during a rollover.
    Logins read `current_generation_id` alone. `fault` is the code of what went wrong last, None after a success;
    `next_refresh_at` is also the lease of whoever refreshes now. `loa_map` is the default of providers made from here.
    """

    __tablename__ = "federation"
    __table_args__ = (
        UniqueConstraint("url"),
        CheckConstraint("kind IN ('aggregate', 'mdq')", name="kind"),
        CheckConstraint("state IN ('active', 'disabled')", name="state"),
    )

    id: UUID = Field(primary_key=True, default_factory=new_id)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    url: str = Field(sa_type=Text)
    signers: list[str] = Field(sa_type=JSONB)
    loa_map: str = Field(default="", sa_type=Text)
    interval_seconds: int
    max_bytes: int
    state: str = Field(default="active", sa_type=Text)
    current_generation_id: UUID | None = None
    pending_generation_id: UUID | None = None
    etag: str | None = Field(default=None, sa_type=Text)
    last_modified: str | None = Field(default=None, sa_type=Text)
    refreshed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    attempted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    next_refresh_at: datetime = Field(sa_type=TIMESTAMP)
    failures: int = 0
    fault: str | None = Field(default=None, sa_type=Text)


class FederationGeneration(Model, table=True):
    """One document as it was fetched. Without `valid_until` each entity has its own (`mdq`).

    `digest` is the SHA-256 of the document, `document_id` and `published_at` its ID and instant of publication, by
    which an older one is known. `left_out` lists entities that could not be used, with the code of the reason;
    `changes` counts what differs from the generation before.
    """

    __tablename__ = "federation_generation"
    __table_args__ = (
        CheckConstraint("status IN ('current', 'pending_approval', 'refused', 'superseded')", name="status"),
        Index("ix_federation_generation_federation_id_id", "federation_id", "id"),
    )

    id: UUID = Field(primary_key=True, default_factory=new_id)
    federation_id: UUID = Field(foreign_key="federation.id")
    status: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)
    document_id: str | None = Field(default=None, sa_type=Text)
    published_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    valid_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    cache_seconds: int | None = None
    fetched_at: datetime = Field(sa_type=TIMESTAMP)
    size_bytes: int = 0
    signer: str | None = Field(default=None, sa_type=Text)
    identity_providers: int = 0
    service_providers: int = 0
    left_out: list[dict[str, str]] = Field(default_factory=list, sa_type=JSONB)
    changes: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))


class FederationEntity(Model, table=True):
    """One entity of a generation. Contacts are never stored: they are persons.

    `names` by language, `search` is lower case text to be found by, `certificates` are those that sign, each with
    fingerprint and expiry, `endpoints` what a login goes to, `document` the whole of an identity provider as logins
    read it (`SamlEntity`), None for others.
    """

    __tablename__ = "federation_entity"

    generation_id: UUID = Field(
        sa_column_args=(ForeignKey("federation_generation.id", ondelete="CASCADE"),), primary_key=True
    )
    entity_id: str = Field(primary_key=True, sa_type=Text)
    is_idp: bool
    is_hidden: bool
    names: dict[str, str] = Field(sa_type=JSONB)
    search: str = Field(sa_type=Text)
    scopes: list[str] = Field(sa_type=JSONB)
    endpoints: list[dict[str, Any]] = Field(sa_type=JSONB)
    certificates: list[dict[str, Any]] = Field(sa_type=JSONB)
    attributes: dict[str, list[str]] = Field(sa_type=JSONB)
    discovery_responses: list[str] = Field(sa_type=JSONB)
    document: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    digest: bytes = Field(sa_type=LargeBinary)
    published_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    valid_until: datetime = Field(sa_type=TIMESTAMP)
    read_at: datetime = Field(sa_type=TIMESTAMP)
