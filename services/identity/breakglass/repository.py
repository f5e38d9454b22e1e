"""Every query of break-glass accounts. Single use and lockout are decided by the database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.breakglass.errors import BreakGlassNotFound, BreakGlassUseNotFound
from services.identity.breakglass.models import BreakGlass, BreakGlassUse
from shared.kit.db import tenant_of

# One attempt at a time: the row is locked from the look-up on, so that guesses cannot race past the limit.
_USE = """
UPDATE break_glass SET last_step = :step, recovery_hash = :next, failures = 0, locked_until = NULL,
                       version = version + 1, updated_at = :now
WHERE tenant_id = :tenant AND id = :id AND state = 'enabled' AND recovery_hash = :recovery AND last_step < :step
  AND (locked_until IS NULL OR locked_until <= :now)
RETURNING id
"""
_FAIL = """
UPDATE break_glass SET
    failures = CASE WHEN failures + 1 >= :most THEN 0 ELSE failures + 1 END,
    locked_until = CASE WHEN failures + 1 >= :most THEN CAST(:until AS timestamptz) ELSE locked_until END,
    updated_at = :now
WHERE tenant_id = :tenant AND id = :id AND (locked_until IS NULL OR locked_until <= :now)
RETURNING failures = 0
"""


class BreakGlassRepository:
    """The break-glass accounts of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: BreakGlass | BreakGlassUse) -> None:
        self._session.add(row)

    async def lock(self) -> None:
        """One account at a time is made in a tenant, so that the third is seen."""
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
        await self._session.execute(lock, {"key": f"break_glass/{tenant_of(self._session)}"})

    async def count(self) -> int:
        query = text("SELECT count(*) FROM break_glass WHERE tenant_id = :tenant AND state <> 'disabled'")
        return int((await self._session.execute(query, {"tenant": tenant_of(self._session)})).scalar_one())

    async def find_by_recovery(self, recovery: bytes) -> BreakGlass | None:
        """The account that a printed secret opens, locked, whatever its state."""
        query = select(BreakGlass).where(BreakGlass.recovery_hash == recovery).with_for_update()
        return (await self._session.exec(query)).one_or_none()

    async def get_locked(self, break_glass_id: UUID) -> BreakGlass:
        """The account, locked for a change; raises BreakGlassNotFound."""
        query = select(BreakGlass).where(BreakGlass.id == break_glass_id).with_for_update()
        row = (await self._session.exec(query)).one_or_none()
        if row is None:
            raise BreakGlassNotFound()
        return row

    async def use(self, row: BreakGlass, step: int, next_recovery: bytes, at: datetime) -> bool:
        """Whether the account opens: secret and code are good, used up, and the next secret stands in their place."""
        values = {
            "tenant": row.tenant_id,
            "id": row.id,
            "recovery": row.recovery_hash,
            "next": next_recovery,
            "step": step,
            "now": at,
        }
        return (await self._session.execute(text(_USE), values)).first() is not None

    async def fail(self, row: BreakGlass, most: int, until: datetime, at: datetime) -> bool:
        """Count a wrong code; whether that locked the account."""
        values = {"tenant": row.tenant_id, "id": row.id, "most": most, "until": until, "now": at}
        return bool((await self._session.execute(text(_FAIL), values)).scalar_one_or_none())

    async def list(self, limit: int, after: UUID | None) -> Sequence[BreakGlass]:
        query = select(BreakGlass).order_by(col(BreakGlass.id)).limit(limit)
        if after is not None:
            query = query.where(col(BreakGlass.id) > after)
        return (await self._session.exec(query)).all()

    async def of_account(self, account_id: UUID) -> Sequence[BreakGlassUse]:
        query = select(BreakGlassUse).where(BreakGlassUse.account_id == account_id).order_by(col(BreakGlassUse.id))
        return (await self._session.exec(query)).all()

    async def uses(self, limit: int, after: UUID | None, *, only_open: bool) -> Sequence[BreakGlassUse]:
        query = select(BreakGlassUse).order_by(col(BreakGlassUse.id)).limit(limit)
        if after is not None:
            query = query.where(col(BreakGlassUse.id) > after)
        if only_open:
            query = query.where(col(BreakGlassUse.acknowledged_at).is_(None))
        return (await self._session.exec(query)).all()

    async def get_use(self, use_id: UUID) -> BreakGlassUse:
        """The use; raises BreakGlassUseNotFound."""
        row = (await self._session.exec(select(BreakGlassUse).where(BreakGlassUse.id == use_id))).one_or_none()
        if row is None:
            raise BreakGlassUseNotFound()
        return row

    async def acknowledge(self, use_id: UUID, by: UUID, at: datetime) -> bool:
        """Whether this was the first acknowledgement."""
        statement = (
            update(BreakGlassUse)
            .where(col(BreakGlassUse.id) == use_id, col(BreakGlassUse.acknowledged_at).is_(None))
            .values(acknowledged_by=by, acknowledged_at=at)
            .returning(col(BreakGlassUse.id))
        )
        return (await self._session.execute(statement)).first() is not None
