"""Polls: one question, three answers, nobody's name."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.projects.db import Model
from services.projects.plan.columns import OfProject, one_of, to_project, to_table
from services.projects.poll.vocabulary import Choice
from shared.kit.db import TIMESTAMP, TenantRow, Versioned


class Poll(Model, TenantRow, Versioned, OfProject, table=True):
    """A question to all who can log in. Its ballot box is destroyed when it closes."""

    __tablename__ = "poll"
    __table_args__ = (to_project(), Index("ix_poll_tenant_id_project_id", "tenant_id", "project_id"))

    question: dict[str, Any] = Field(sa_type=JSONB)
    closes_on: date = Field(sa_type=Date)
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class PollVote(Model, TenantRow, table=True):
    """One vote, tied to nobody."""

    __tablename__ = "poll_vote"
    __table_args__ = (
        to_table("poll", "poll_id"),
        one_of("choice", Choice),
        Index("ix_poll_vote_tenant_id_poll_id", "tenant_id", "poll_id"),
    )

    poll_id: UUID
    choice: str = Field(sa_type=Text)
