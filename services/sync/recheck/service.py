"""Whoever changes what verification rests on asks here; the worker then looks at every unit of the tenant anew.

A feature of its own, so that runs, comparisons and sign-offs can ask without knowing what verification reads.
"""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock
from shared.queue import start_job

VERIFY_JOB = "sync-verify"


async def ask_verification(session: AsyncSession) -> None:
    """Have verification looked at again once this transaction has committed; asked many times in it, once."""
    if not session.info.get("verification_asked"):
        session.info["verification_asked"] = True
        await start_job(session, VERIFY_JOB, {})


async def ask_tomorrow(session: AsyncSession) -> None:
    """Have it looked at on the next day too: days are counted and deliveries grow old without anything happening."""
    tomorrow = clock.today() + timedelta(days=1)
    start = clock.now().replace(hour=3, minute=10, second=0, microsecond=0) + timedelta(days=1)
    await start_job(session, VERIFY_JOB, {}, after=max(start - clock.now(), timedelta(0)), slot=tomorrow.isoformat())
