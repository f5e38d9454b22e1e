"""Ballot boxes: who has answered an anonymous survey or poll, never what."""

from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import to_table
from shared.kit.db import TenantRow


class BallotBox(Model, TenantRow, table=True):
    """The key by which the answers of one survey or poll (its id) are told apart; destroyed when that closes."""

    __tablename__ = "ballot_box"

    salt: str = Field(sa_type=Text)


class Ballot(Model, TenantRow, table=True):
    """That somebody has answered: a keyed hash, tied to no answer, destroyed with its box."""

    __tablename__ = "ballot"
    __table_args__ = (to_table("ballot_box", "box_id"), UniqueConstraint("tenant_id", "box_id", "token"))

    box_id: UUID
    token: str = Field(sa_type=Text)
