"""The secrets of the codes on trainers' screens."""

from sqlalchemy import ForeignKeyConstraint, LargeBinary
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class SessionDoor(Model, TenantRow, Versioned, table=True):
    """The secret of a session's codes, sealed; the id is the session's. A new one makes every older code worthless."""

    __tablename__ = "session_door"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["session.tenant_id", "session.id"]),)

    secret: bytes = Field(sa_type=LargeBinary)
