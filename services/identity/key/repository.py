"""Every SELECT of signing keys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.key.models import SigningKeyRow

_ROTATION_LOCK = 0x4B455953


class KeyRepository:
    """The signing keys of the platform."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """One rotation at a time, over all processes, until the transaction ends."""
        await self._session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ROTATION_LOCK})

    async def published(self, at: datetime) -> Sequence[SigningKeyRow]:
        """The keys that verifiers must know at `at`, in the order in which they sign."""
        query = (
            select(SigningKeyRow)
            .where(or_(col(SigningKeyRow.published_until).is_(None), col(SigningKeyRow.published_until) > at))
            .order_by(col(SigningKeyRow.signs_from))
        )
        return (await self._session.exec(query)).all()

    def add(self, row: SigningKeyRow) -> None:
        self._session.add(row)

    async def delete_unpublished(self, at: datetime) -> None:
        """Destroy the keys that nobody verifies with any more."""
        await self._session.execute(delete(SigningKeyRow).where(col(SigningKeyRow.published_until) <= at))
