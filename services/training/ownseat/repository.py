"""The one query on one's own enrolments."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.session.models import Enrolment
from shared.kit.db import tenant_of


class OwnSeatRepository:
    """Enrolments of one person of the session's tenant."""

    def __init__(self, session: AsyncSession, person_id: UUID | None) -> None:
        self._session = session
        self._person = person_id

    async def list(self, limit: int, after: UUID | None) -> Sequence[Enrolment]:
        """In order of arrival; of nobody where the account belongs to nobody in the roster."""
        query = select(Enrolment).where(
            Enrolment.tenant_id == tenant_of(self._session), Enrolment.person_id == self._person
        )
        if after is not None:
            query = query.where(col(Enrolment.id) > after)
        return (await self._session.exec(query.order_by(col(Enrolment.id)).limit(limit))).all()
