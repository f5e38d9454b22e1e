"""What feeds do when an account loses a right."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.feed.service import FeedService
from shared.auth.cutoffs import record_cutoff
from shared.contracts.base import EventEnvelope
from shared.contracts.identity import AccessRevoked


async def on_access_revoked(session: AsyncSession, envelope: EventEnvelope, event: AccessRevoked) -> None:
    """Tokens are refused at once, and the addresses of the account show nothing any more; may run twice."""
    await record_cutoff(session, envelope, event)
    await FeedService(session).revoke_all_of(event.account_id)
