"""Choices: sessions of which each person takes exactly one."""

from sqlalchemy import Text
from sqlmodel import Field

from services.training.db import Model
from shared.kit.db import TenantRow, Versioned


class SessionChoice(Model, TenantRow, Versioned, table=True):
    """Such as the morning or the afternoon of a theme day (VA-D); an index on enrolments holds it."""

    __tablename__ = "session_choice"

    title: str = Field(sa_type=Text)
