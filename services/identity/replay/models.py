"""The table of providers' answers that were used up, each until it would be refused by its age."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP


class AssertionReplay(Model, table=True):
    """SHA-256 of issuer and assertion id (SAML 2.0 profiles section 4.1.4.5)."""

    __tablename__ = "assertion_replay"
    __table_args__ = (Index("ix_assertion_replay_tenant_id_expires_at", "tenant_id", "expires_at"),)

    tenant_id: UUID = Field(primary_key=True)
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
