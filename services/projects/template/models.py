"""Templates that a tenant has published for itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow


class PublishedTemplate(Model, TenantRow, table=True):
    """One version of a tenant's own template; never changed. `document` is the template as the API shows it.

    `digest` is the SHA-256 of the canonical document, hexadecimal.
    """

    __tablename__ = "published_template"
    __table_args__ = (UniqueConstraint("tenant_id", "key", "version"),)

    # "version" of a row is no lock here: rows are written once.
    key: str = Field(sa_type=Text)
    version: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    document: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP)
