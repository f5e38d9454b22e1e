"""What people wrote as their reason may name somebody: it goes with that person's marking or erasure."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession


async def forget_reasons(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Take every reason and note away in which a name of these persons stands, in the journal too.

    Called while the names are still there to be looked for.
    """
    await session.flush()
    await session.execute(text("SELECT forget_reasons(:ids)"), {"ids": list(ids)})
