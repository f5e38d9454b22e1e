"""The tables of warnings given about certificates, and of providers that several tenants may share."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from services.identity.db import Model
from shared.kit import clock
from shared.kit.db import TIMESTAMP
from shared.kit.ids import new_id


class SharedIssuer(Model, table=True):
    """A provider that may vouch for several tenants, such as a national broker; the platform's operator says so."""

    __tablename__ = "shared_issuer"
    __table_args__ = (UniqueConstraint("issuer"),)

    id: UUID = Field(primary_key=True, default_factory=new_id)
    issuer: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    created_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP)
