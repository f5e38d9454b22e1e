"""Consumers of what projects tells of decisions."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.decision.service import DecisionService
from shared.contracts.base import EventEnvelope
from shared.contracts.projects_steering import DecisionSuperseded, DecisionTaken


async def on_decision_taken(session: AsyncSession, envelope: EventEnvelope, event: DecisionTaken) -> None:
    """Keep it; replays change nothing."""
    await DecisionService(session).keep(event.decision_id, event.project_id, event.decision_key, envelope.occurred_at)


async def on_decision_superseded(session: AsyncSession, _: EventEnvelope, event: DecisionSuperseded) -> None:
    """Nothing new may rest on it."""
    await DecisionService(session).supersede(event.decision_id, event.successor_id)
