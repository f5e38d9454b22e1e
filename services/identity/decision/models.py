"""The table of decisions that the customer has taken, as projects told of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow


class TakenDecision(Model, TenantRow, table=True):
    """A decision that was taken; with a `successor_id` it no longer holds. `decision_key` names the question."""

    __tablename__ = "taken_decision"

    project_id: UUID
    decision_key: str = Field(sa_type=Text)
    taken_at: datetime = Field(sa_type=TIMESTAMP)
    successor_id: UUID | None = None
