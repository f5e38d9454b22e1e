"""The table of warnings given about certificates."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class CertificateNotice(Model, TenantRow, table=True):
    """That a certificate's end was told this many days ahead, 0 when it had come. Told once."""

    __tablename__ = "certificate_notice"
    __table_args__ = (UniqueConstraint("tenant_id", "certificate", "days"),)

    certificate: str = Field(sa_type=Text)
    days: int
    told_at: datetime = Field(sa_type=TIMESTAMP)
