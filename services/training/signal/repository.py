"""Signals as one set-based statement, and the rows behind two of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.signal.facts import ACCESS, CALLS_OF_UNITS, FRESH, GRACE_DAYS
from services.training.signal.models import TrainingSignal
from shared.kit import clock
from shared.kit.db import tenant_of

_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('training-signals:' || CAST(CAST(:tenant AS uuid) AS text), 0))"
)
_ROOM = text("SET LOCAL work_mem = '48MB'")
# A fact that came to nothing is told as such once, and then forgotten.
_CHANGED = text(f"""
WITH {FRESH}
SELECT coalesce(f.kind, s.kind) AS kind, coalesce(f.unit_id, s.unit_id) AS unit_id, coalesce(f.key, s.key) AS key,
       f.value, s.id
FROM fresh f
FULL JOIN (SELECT * FROM training_signal WHERE tenant_id = :tenant) s
    ON s.kind = f.kind AND s.key = f.key AND coalesce(s.unit_id, :nobody) = coalesce(f.unit_id, :nobody)
WHERE s.value IS DISTINCT FROM f.value
ORDER BY 1, 2 NULLS FIRST, 3
""")
_ACCESS_ROWS = text(f"""
WITH {CALLS_OF_UNITS}, {ACCESS}
SELECT a.unit_id, a.role, a.person_id, p.display_name, a.state, a.ended_on, a.observed_at, a.last_login_on,
       a.is_here, a.ended_on + {GRACE_DAYS} AS window_ends_on
FROM access a
JOIN person p ON p.tenant_id = :tenant AND p.id = a.person_id
WHERE (CAST(:role AS text) IS NULL OR a.role = :role)
  AND a.state = ANY(:states)
  AND (CAST(:after_unit AS uuid) IS NULL
       OR (a.unit_id, a.role, a.person_id) > (:after_unit, :after_role, :after_person))
ORDER BY a.unit_id, a.role, a.person_id LIMIT :limit
""")


class SignalRepository:
    """Signals of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Let one transaction at a time compare and store the tenant's signals."""
        await self._session.execute(_LOCK, {"tenant": tenant_of(self._session)})

    async def changed(self) -> Sequence[Row[Any]]:
        """What differs from the stored signals: kind, unit_id, key, value (null: no more), id of the stored row."""
        await self._session.execute(_ROOM)
        values = self._moment() | {"nobody": UUID(int=0)}
        return (await self._session.execute(_CHANGED, values)).all()

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, TrainingSignal]:
        query = select(TrainingSignal).where(
            TrainingSignal.tenant_id == tenant_of(self._session), col(TrainingSignal.id).in_(ids)
        )
        return {row.id: row for row in (await self._session.exec(query)).all()}

    async def list(
        self, units: frozenset[UUID] | None, kind: str | None, after: tuple[UUID] | None, limit: int
    ) -> Sequence[TrainingSignal]:
        """By id; `units` None means all, the authority's own rows included."""
        query = select(TrainingSignal).where(TrainingSignal.tenant_id == tenant_of(self._session))
        if units is not None:
            query = query.where(col(TrainingSignal.unit_id).in_(units))
        if kind is not None:
            query = query.where(TrainingSignal.kind == kind)
        if after:
            query = query.where(tuple_(col(TrainingSignal.id)) > after)
        return (await self._session.exec(query.order_by(col(TrainingSignal.id)).limit(limit))).all()

    async def access(
        self,
        units: frozenset[UUID] | None,
        role: str | None,
        states: Sequence[str],
        after: tuple[UUID, str, UUID] | None,
        limit: int,
    ) -> Sequence[Row[Any]]:
        """Who came to a session, by unit and role, and what is known of their access at the platform."""
        after_unit, after_role, after_person = after or (None, None, None)
        values = self._moment() | {
            "units": None if units is None else list(units),
            "role": role,
            "states": list(states),
            "after_unit": after_unit,
            "after_role": after_role,
            "after_person": after_person,
            "limit": limit,
        }
        return (await self._session.execute(_ACCESS_ROWS, values)).all()

    def add(self, row: TrainingSignal) -> None:
        self._session.add(row)

    async def remove(self, row: TrainingSignal) -> None:
        await self._session.delete(row)

    def _moment(self) -> dict[str, UUID | date | datetime]:
        return {"tenant": tenant_of(self._session), "today": clock.today(), "now": clock.now()}
