"""The table of openings: from when pupils or guardians may log in."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from services.identity.db import Model
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class PopulationOpening(Model, TenantRow, Versioned, table=True):
    """Pupils or guardians of a unit, or (no unit) of all, may log in from `opens_on` until it is closed.

    Guardians come in by a decision of the customer alone [HAN-A4.02]; `decision_key` names the question that it
    answered. Staff needs no opening.
    """

    __tablename__ = "population_opening"
    __table_args__ = (
        CheckConstraint("population IN ('pupil', 'guardian')", name="population"),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        CheckConstraint("population <> 'guardian' OR decision_id IS NOT NULL", name="decision"),
        Index(
            "uq_population_opening_open",
            "tenant_id",
            "population",
            "unit_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    population: str = Field(sa_type=Text)
    unit_id: UUID | None = None
    state: str = Field(default="open", sa_type=Text)
    opens_on: date | None = None
    decision_id: UUID | None = None
    decision_key: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
