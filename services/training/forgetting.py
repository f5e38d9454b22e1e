"""What happens to a person's data in every feature when the identity becomes protected."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.access.service import AccessService
from services.training.certificate.service import CertificateRecords
from services.training.roster.tasks import on_person_protected as hide
from shared.contracts.sync import PersonProtected
from shared.queue import EventEnvelope


async def on_person_protected(session: AsyncSession, envelope: EventEnvelope, event: PersonProtected) -> None:
    """Show the alias from now on; badges with a hash of the name are revoked, and issued anew with the alias."""
    await hide(session, envelope, event)
    await CertificateRecords(session).forget(event.person_id, "replaced")
    await AccessService(session).forget(event.person_id)
