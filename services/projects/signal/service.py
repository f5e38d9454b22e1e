"""Keeping and reading signals. `observe` is called by event handlers alone; no route reaches it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.plan.vocabulary import RECHECK
from services.projects.signal.models import Signal
from services.projects.signal.repository import SignalRepository
from shared.contracts.base import EventEnvelope
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.queue.jobs import start_job


class SignalService:
    """The facts that other services told about the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._signals = SignalRepository(session)

    async def observe(
        self, envelope: EventEnvelope, kind: str, value: dict[str, Any], *, key: str = "", unit_id: UUID | None = None
    ) -> bool:
        """Take a fact from an event; True when it is news, False when a newer one is known."""
        tenant = tenant_of(self._session)
        return await self._signals.put(
            Signal(
                tenant_id=tenant,
                source=envelope.source,
                kind=kind,
                scope="unit" if unit_id else "tenant",
                scope_id=unit_id or tenant,
                key=key,
                value=value,
                observed_at=envelope.occurred_at,
                event_id=envelope.id,
                position=envelope.position,
            )
        )

    async def tell_own(self, kind: str, value: dict[str, Any], *, project_id: UUID, key: str = "") -> None:
        """Keep a fact of one of this service's own features (a decision taken, a survey's score) as a signal.

        In the transaction of the change; the project's gates are judged again right after it. No route may call this
        with what a caller says is true: the feature computes the value from its rows.
        """
        await self._signals.put_own(
            Signal(
                tenant_id=tenant_of(self._session),
                source="projects",
                kind=kind,
                scope="project",
                scope_id=project_id,
                key=key,
                value=value,
                observed_at=clock.now(),
                event_id=new_id(),
                position=0,
            )
        )
        await self.ask_recheck(project_id)

    async def ask_recheck(self, project_id: UUID) -> None:
        """Have a project's risks and gates judged again, once for all that a transaction tells about it: the job runs
        after its commit and sees all of it."""
        asked: set[UUID] = self._session.info.setdefault("rechecks", set())
        if project_id not in asked:
            asked.add(project_id)
            await start_job(self._session, RECHECK, {"project": project_id})

    async def of_kinds(self, kinds: Sequence[str], units: Collection[UUID] = ()) -> Sequence[Signal]:
        """The newest facts of these kinds: of the tenant, of projects and of `units`; of all units where a service told
        nothing of the whole."""
        return await self._signals.of_kinds(kinds, units)

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[Signal]:
        return await self._signals.list_after(after, limit)
