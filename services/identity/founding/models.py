"""The table of bootstrap codes."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class BootstrapCode(Model, TenantRow, table=True):
    """The right to found the operator's tenant: once, within the hour. Stands under the nil tenant."""

    __tablename__ = "bootstrap_code"
    __table_args__ = (UniqueConstraint("tenant_id", "code_hash"),)

    code_hash: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
    used_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
