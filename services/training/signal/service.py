"""Signals: computed anew from the rows, stored and told where they changed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.signal.models import AccessState, SignalKind, TrainingSignal
from services.training.signal.repository import SignalRepository
from shared.contracts.training_signal import (
    AccessChanged,
    AttendanceChanged,
    CourseDemandChanged,
    KeyPersonsChanged,
    MissedChanged,
    TrainerCapacityChanged,
)
from shared.contracts.training_signal import TrainingSignal as Told
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.queue import start_job
from shared.queue.outbox import publish_all

REFRESH = "signals.refresh"
# What happens within these seconds is computed once.
_TOGETHER = 5


async def ask_signals(session: AsyncSession) -> None:
    """Have the tenant's signals computed soon, by the worker; a burst of changes asks once."""
    at = clock.now().timestamp()
    slot = int(at // _TOGETHER) + 1
    await start_job(session, REFRESH, {}, after=timedelta(seconds=slot * _TOGETHER - at), slot=str(slot))


class SignalService:
    """One transaction's view of the signals of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._signals = SignalRepository(session)

    async def refresh(self) -> int:
        """Compare with the facts, store and publish what changed; how many signals did."""
        await self._session.flush()
        await self._signals.lock()
        changed = await self._signals.changed()
        stored = await self._signals.by_id([row.id for row in changed if row.id])
        await publish_all(self._session, [await self._keep(row, stored.get(row.id)) for row in changed])
        return len(changed)

    async def _keep(self, row: Row[Any], known: TrainingSignal | None) -> Told:
        """Store one that changed; gives what is told of it."""
        signal_id = known.id if known else new_id()
        if row.value is None and known is not None:
            await self._signals.remove(known)
        elif known is not None:
            known.value = row.value
            known.touch()
        else:
            found = {"kind": row.kind, "unit_id": row.unit_id, "key": row.key, "value": row.value}
            self._signals.add(TrainingSignal(tenant_id=tenant_of(self._session), id=signal_id, **found))
        # The key is the role or the course, whichever the event speaks of; it passes over the rest.
        about = {"signal_id": signal_id, "unit_id": row.unit_id, "role": row.key, "course_id": row.key}
        return _told(row.kind, about | (row.value or {}))

    async def list(
        self, units: frozenset[UUID] | None, kind: SignalKind | None, after: tuple[UUID] | None, limit: int
    ) -> Sequence[TrainingSignal]:
        """Stored signals by id; `units` None means all, those of the whole authority included."""
        return await self._signals.list(units, kind, after, limit)

    async def access(
        self,
        units: frozenset[UUID] | None,
        role: str | None,
        states: Sequence[AccessState],
        after: tuple[UUID, str, UUID] | None,
        limit: int,
    ) -> Sequence[Row[Any]]:
        """Who came to a session, with what is known of their access now."""
        return await self._signals.access(units, role, states, after, limit)


def _told(kind: SignalKind, facts: dict[str, Any]) -> Told:
    """The event of a signal that changed."""
    match kind:
        case "key_persons":
            return KeyPersonsChanged.model_validate(facts)
        case "attendance":
            return AttendanceChanged.model_validate(facts)
        case "missed":
            return MissedChanged.model_validate(facts)
        case "access":
            return AccessChanged.model_validate(facts)
        case "trainer_capacity":
            return TrainerCapacityChanged.model_validate(facts)
        case "course_demand":
            return CourseDemandChanged.model_validate(facts)
