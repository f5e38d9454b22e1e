"""The table of signing keys: no tenant, no personal data, private halves sealed."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP


class SigningKeyRow(Model, table=True):
    """A key is published from its creation, signs from `signs_from` until its successor does, and stays published
    until `published_until`, when the last token that it signed has expired."""

    __tablename__ = "signing_key"

    kid: str = Field(primary_key=True, sa_type=Text)
    private_sealed: bytes = Field(sa_type=LargeBinary)
    public_jwk: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    signs_from: datetime = Field(sa_type=TIMESTAMP)
    published_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
