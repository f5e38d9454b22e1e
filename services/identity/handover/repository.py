"""Every query of hand-overs, and of which school has how many administrators of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.handover.errors import HandoverNotFound
from services.identity.handover.models import Handover, HandoverPolicy
from shared.kit.db import tenant_of

# An administrator of one's own is the customer's, at this very school, with an open account.
_SCHOOLS = """
SELECT u.id AS unit_id, (
    SELECT count(DISTINCT m.account_id) FROM membership m
    JOIN account a ON a.tenant_id = m.home_tenant_id AND a.id = m.account_id AND a.state = 'open'
    WHERE m.tenant_id = u.tenant_id AND m.unit_id = u.id AND m.role = 'register_admin' AND m.side = 'customer'
) AS admins, (
    SELECT count(*) FROM handover h WHERE h.tenant_id = u.tenant_id AND h.unit_id = u.id AND h.state = 'offered'
) AS offered, (
    SELECT min(h.due_on) FROM handover h WHERE h.tenant_id = u.tenant_id AND h.unit_id = u.id AND h.state = 'offered'
      AND h.due_on < :today
) AS overdue_since
FROM school_unit u
WHERE u.tenant_id = :tenant AND u.kind = 'school' AND NOT u.is_ended
  AND (CAST(:after AS uuid) IS NULL OR u.id > CAST(:after AS uuid))
ORDER BY u.id LIMIT :limit
"""


@dataclass(frozen=True)
class SchoolStanding:
    """How far the hand-over has come at a school."""

    unit_id: UUID
    admins: int
    offered: int
    overdue_since: date | None


class HandoverRepository:
    """The hand-overs in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: Handover) -> None:
        self._session.add(row)

    async def find(self, handover_id: UUID) -> Handover | None:
        return (await self._session.exec(select(Handover).where(Handover.id == handover_id))).one_or_none()

    async def get_locked(self, handover_id: UUID) -> Handover:
        """The hand-over, locked for a change; raises HandoverNotFound."""
        query = select(Handover).where(Handover.id == handover_id).with_for_update()
        row = (await self._session.exec(query)).one_or_none()
        if row is None:
            raise HandoverNotFound()
        return row

    async def lock(self) -> None:
        """One offer at a time in the tenant."""
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
        await self._session.execute(lock, {"key": f"handover/{tenant_of(self._session)}"})

    async def find_offered(self, role: str, unit_id: UUID | None, to_account_id: UUID) -> Handover | None:
        query = select(Handover).where(
            Handover.role == role,
            Handover.unit_id == unit_id,
            Handover.to_account_id == to_account_id,
            Handover.state == "offered",
        )
        return (await self._session.exec(query)).one_or_none()

    async def list(
        self, limit: int, after: UUID | None, state: str | None, due_before: date | None
    ) -> Sequence[Handover]:
        """By id; `due_before` narrows to what should have been done before a day."""
        query = select(Handover).order_by(col(Handover.id)).limit(limit)
        if after is not None:
            query = query.where(col(Handover.id) > after)
        if state is not None:
            query = query.where(Handover.state == state)
        if due_before is not None:
            query = query.where(Handover.state == "offered", col(Handover.due_on) < due_before)
        return (await self._session.exec(query)).all()

    async def offered_to(self, account_id: UUID, limit: int, after: UUID | None) -> Sequence[Handover]:
        query = select(Handover).where(Handover.to_account_id == account_id, Handover.state == "offered")
        if after is not None:
            query = query.where(col(Handover.id) > after)
        return (await self._session.exec(query.order_by(col(Handover.id)).limit(limit))).all()

    async def of_account(self, account_id: UUID) -> Sequence[Handover]:
        query = select(Handover).where(Handover.to_account_id == account_id).order_by(col(Handover.id))
        return (await self._session.exec(query)).all()

    async def schools(self, limit: int, after: UUID | None, today: date) -> Sequence[SchoolStanding]:
        values = {"tenant": tenant_of(self._session), "limit": limit, "after": after, "today": today}
        rows = await self._session.execute(text(_SCHOOLS), values)
        return [SchoolStanding(**row) for row in rows.mappings()]

    async def find_policy(self) -> HandoverPolicy | None:
        query = select(HandoverPolicy).where(HandoverPolicy.id == tenant_of(self._session)).with_for_update()
        return (await self._session.exec(query)).one_or_none()

    def add_policy(self, row: HandoverPolicy) -> None:
        self._session.add(row)
