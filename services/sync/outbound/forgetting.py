"""A person's identity became protected, or was erased: no package that may hold the name is kept or sent."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.outbound.service import DeliveryService


async def forget_packages(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Erase the content of every package: which of them hold the person cannot be told without opening them.

    What the platform already has, the next delta takes back.
    """
    await DeliveryService(session).recall(ids)
