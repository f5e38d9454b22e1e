"""What governance holds about one account: seats, meetings, escalations, consultations, decisions, marks of use."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.body.service import BodyService
from services.projects.consultation.service import ConsultationService
from services.projects.decision.service import DecisionService
from services.projects.escalation.service import EscalationService
from services.projects.meeting.service import MeetingService

KEPT_GOVERNANCE = {
    "governance_decisions": "decisions of the authority's bodies are records; they hold an id, no name",
    "minutes": (
        "minutes, escalations and responses to consultations are records of the authority; their words may name"
        " people and are rectified by whoever keeps the records"
    ),
}


async def export_governance(session: AsyncSession, account_id: UUID) -> dict[str, Any]:
    """Where the account sits and has sat, what it wrote minutes of, presents, raised, answered and decided."""
    seats = await BodyService(session).of_account(account_id)
    written, presented = await MeetingService(session).of_account(account_id)
    return {
        "seats": [
            {
                "seatId": str(row.seat_id),
                "from": row.valid_from.isoformat(),
                "to": row.valid_to and row.valid_to.isoformat(),
            }
            for row in seats
        ],
        "minutes": [{"meetingId": str(row.id), "heldOn": row.held_on.isoformat()} for row in written],
        "agendaItems": [{"meetingId": str(row.meeting_id), "position": row.position} for row in presented],
        "escalations": [str(row.id) for row in await EscalationService(session).of_account(account_id)],
        "consultationResponses": [str(row.id) for row in await ConsultationService(session).of_account(account_id)],
        "decisionsTaken": await DecisionService(session).decided_by(account_id),
    }


async def forget_governance(session: AsyncSession, account_id: UUID) -> int:
    """Take the account away wherever governance names it; decisions keep it. Returns how many rows named it."""
    erased = await BodyService(session).forget(account_id)
    erased += await MeetingService(session).forget(account_id)
    erased += await EscalationService(session).forget(account_id)
    erased += await ConsultationService(session).forget(account_id)
    return erased + await DecisionService(session).forget(account_id)
