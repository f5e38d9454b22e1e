"""Every plain statement about states and sign-offs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.roster.models import Unit
from services.sync.verification.models import UnitSignOff, VerificationState
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

# Two that look at the same tenant at once would both tell what is new.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('sync-verification:' || CAST(:tenant AS text), 0))")


class VerificationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    def add(self, row: VerificationState | UnitSignOff) -> None:
        self._session.add(row)

    async def lock(self) -> None:
        await self._session.execute(_LOCK, {"tenant": str(self._tenant)})

    async def states(self) -> dict[UUID, VerificationState]:
        query = select(VerificationState).where(VerificationState.tenant_id == self._tenant)
        query = query.execution_options(populate_existing=True)
        return {row.id: row for row in (await self._session.exec(query)).all()}

    async def drop_states(self, ids: Sequence[UUID]) -> None:
        """Of units that have ended or stand empty."""
        statement = text("DELETE FROM verification_state WHERE tenant_id = :tenant AND id = ANY (:ids)")
        await self._session.execute(statement, {"tenant": self._tenant, "ids": list(ids)})

    async def unit(self, unit_id: UUID) -> Unit:
        """Raises NotFound, also for one that has ended."""
        query = select(Unit).where(Unit.tenant_id == self._tenant, Unit.id == unit_id, col(Unit.ended_at).is_(None))
        unit = (await self._session.exec(query)).one_or_none()
        if unit is None:
            raise NotFound()
        return unit

    async def unit_names(self) -> dict[UUID, str]:
        query = select(Unit.id, Unit.name).where(Unit.tenant_id == self._tenant, col(Unit.ended_at).is_(None))
        return {row[0]: row[1] for row in (await self._session.exec(query)).all()}

    async def sign_offs(self, unit_id: UUID, before: UUID | None, limit: int) -> Sequence[UnitSignOff]:
        """The newest first."""
        query = select(UnitSignOff).where(UnitSignOff.tenant_id == self._tenant, UnitSignOff.unit_id == unit_id)
        query = query if before is None else query.where(UnitSignOff.id < before)
        return (await self._session.exec(query.order_by(col(UnitSignOff.id).desc()).limit(limit))).all()

    async def standing_sign_offs(self) -> Sequence[UnitSignOff]:
        query = select(UnitSignOff).where(UnitSignOff.tenant_id == self._tenant, col(UnitSignOff.lapsed_at).is_(None))
        return (await self._session.exec(query.order_by(col(UnitSignOff.id)))).all()
