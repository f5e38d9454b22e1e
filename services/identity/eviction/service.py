"""Ends logins by order of the tenant, for however many accounts at once: an account or population was closed, a domain
or a way in removed, the last role gone.

The sessions are over with the caller's transaction, by one statement. The applications that took part are told by the
worker (`logout.tasks`): this feature lies below all that may end a login, so it names the job and knows no application.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.eviction.repository import EndedSession, EvictionRepository
from shared.kit import clock
from shared.queue.jobs import start_job

TELL = "logouts.tell"


async def end_sessions(session: AsyncSession, accounts: Sequence[UUID]) -> int:
    """End every open session of these accounts of the session's tenant; how many. Their refresh tokens die with them.

    The access tokens are cut off by the account (`AccountService.cut_off_everywhere`), which is the caller's work.
    """
    await session.flush()
    ended = await EvictionRepository(session).end(accounts, clock.now())
    if ended:
        await start_job(session, TELL, {})
    return ended


async def take_untold(session: AsyncSession, most: int) -> Sequence[EndedSession]:
    """Up to `most` ended sessions that the caller tells the applications of in this transaction; each comes once."""
    return await EvictionRepository(session).take(most)
