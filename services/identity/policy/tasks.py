"""Consumers by which a looser rule ends with the decision behind it."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.decision.tasks import on_decision_superseded
from services.identity.policy.service import PolicyService
from shared.contracts.base import EventEnvelope
from shared.contracts.projects_steering import DecisionSuperseded


async def on_basis_superseded(session: AsyncSession, envelope: EventEnvelope, event: DecisionSuperseded) -> None:
    """Nothing new may rest on the decision, and the rules that it loosened hold as by default again."""
    await on_decision_superseded(session, envelope, event)
    await PolicyService(session).lapse(event.decision_id)
