"""Every query on rolls."""

from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.roll.models import AttendanceRoll
from shared.kit.db import tenant_of


class RollRepository:
    """Rolls of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def find(self, roll_id: UUID) -> AttendanceRoll | None:
        """A roll that was given out."""
        query = select(AttendanceRoll).where(AttendanceRoll.tenant_id == self._tenant, AttendanceRoll.id == roll_id)
        return (await self._session.exec(query)).one_or_none()

    def add(self, roll: AttendanceRoll) -> None:
        self._session.add(roll)
