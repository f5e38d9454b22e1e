"""Who was appointed for a training role that the roster does not know, such as key person [nyckelperson, HAN-A2.09]."""

from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned

KEY_PERSON = "key_person"


class Appointment(Model, TenantRow, Versioned, table=True):
    """A person holds `role` at a unit; one row for each person, unit and role."""

    __tablename__ = "appointment"
    __table_args__ = (UniqueConstraint("tenant_id", "unit_id", "role", "person_id"),)

    unit_id: UUID
    person_id: UUID
    role: str = Field(default=KEY_PERSON, sa_type=Text)
