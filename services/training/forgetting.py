"""What happens in every feature when an identity becomes protected, and to the seats of who leaves or is forgotten."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.access.service import AccessService
from services.training.certificate.service import CertificateRecords
from services.training.roster.tasks import on_person_protected as hide
from services.training.seat.states import BOOKED
from services.training.session.seats import Seats
from shared.contracts.sync import PersonProtected
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.queue import EventEnvelope

_LEFT = text(f"""
SELECT e.session_id, array_agg(e.id ORDER BY e.id) AS enrolments
FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
WHERE e.tenant_id = :tenant AND {BOOKED} AND s.state = 'planned' AND s.ends_at > :now
  AND (e.person_id = :person OR CAST(:person AS uuid) IS NULL AND EXISTS (
      SELECT FROM person p WHERE p.tenant_id = e.tenant_id AND p.id = e.person_id AND p.ended))
GROUP BY e.session_id ORDER BY e.session_id
""")


async def on_person_protected(session: AsyncSession, envelope: EventEnvelope, event: PersonProtected) -> None:
    """Show the alias from now on; badges with a hash of the name are revoked, and issued anew with the alias."""
    await hide(session, envelope, event)
    await CertificateRecords(session).forget(event.person_id, "replaced")
    await AccessService(session).forget(event.person_id)


async def release_seats(session: AsyncSession, person_id: UUID | None = None) -> int:
    """Give back what one person has before them, or everybody who left the roster; in how many sessions."""
    await session.flush()
    values = {"tenant": tenant_of(session), "person": person_id, "now": clock.now()}
    found = (await session.execute(_LEFT, values)).all()
    for row in found:
        await Seats(session, row.session_id).release(row.enrolments)
    return len(found)
