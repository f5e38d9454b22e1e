"""What feeds do when an account loses a right."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.calendar.service import FeedService
from shared.auth.cutoffs import record_cutoff, record_cutoffs
from shared.contracts.base import EventEnvelope
from shared.contracts.identity import AccessRevoked, BulkAccessRevoked


async def on_access_revoked(session: AsyncSession, envelope: EventEnvelope, event: AccessRevoked) -> None:
    """Tokens are refused at once, and the addresses of the account show nothing any more; may run twice."""
    await record_cutoff(session, envelope, event)
    await FeedService(session).revoke_all_of(event.account_id)


async def on_bulk_access_revoked(session: AsyncSession, envelope: EventEnvelope, event: BulkAccessRevoked) -> None:
    """The same for many accounts."""
    await record_cutoffs(session, envelope, event)
    for account_id in event.account_ids:
        await FeedService(session).revoke_all_of(account_id)
