"""Seats: the one code path that gives, takes and passes on seats. Never oversold, never free while someone waits.

Whoever makes a `Seats` holds the lock of the session's row, so that joining the queue, cancelling and a change of
capacity cannot miss each other; the check constraint on the counters is the second belt.
"""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.session.models import Enrolment, Session
from shared.contracts.training import EnrolmentChanged
from shared.kit.journal import record
from shared.queue import publish


class Seats:
    """The seats of one locked session."""

    def __init__(self, session: AsyncSession, planned: Session) -> None:
        self._session = session
        self._planned = planned

    async def take(self, person_id: UUID) -> Enrolment:
        """A seat if one is free, else a place at the end of the queue."""
        is_free = self._planned.taken < self._planned.capacity
        state = "confirmed" if is_free else "waiting"
        enrolment = Enrolment(
            tenant_id=self._planned.tenant_id, session_id=self._planned.id, person_id=person_id, state=state
        )
        self._session.add(enrolment)
        self._count(state, +1)
        await self._tell(enrolment, None)
        return enrolment

    async def release(self, enrolment: Enrolment) -> None:
        """Cancel a seat or a place in the queue; a freed seat goes to who has waited longest."""
        self._count(enrolment.state, -1)
        await self._move(enrolment, "cancelled")
        await self.seat_the_queue()

    async def seat_the_queue(self) -> None:
        """Give every free seat to the queue, in order of arrival."""
        free = min(self._planned.capacity - self._planned.taken, self._planned.waiting)
        if free <= 0:
            return
        for enrolment in await self._in_state("waiting", free):
            self._count("waiting", -1)
            self._count("confirmed", +1)
            await self._move(enrolment, "confirmed")

    async def cancel_all(self) -> None:
        """Cancel everything that is not over: the session does not take place."""
        for state in ("waiting", "confirmed"):
            for enrolment in await self._in_state(state, None):
                self._count(state, -1)
                await self._move(enrolment, "cancelled")

    async def mark(self, enrolment: Enrolment, state: str) -> None:
        """Write down who came. The seat stays taken: a no-show frees nothing that somebody could still use."""
        await self._move(enrolment, state)

    async def _in_state(self, state: str, limit: int | None) -> list[Enrolment]:
        query = (
            select(Enrolment)
            .where(
                Enrolment.tenant_id == self._planned.tenant_id,
                Enrolment.session_id == self._planned.id,
                Enrolment.state == state,
            )
            .order_by(col(Enrolment.id))
            .limit(limit)
        )
        return list((await self._session.exec(query)).all())

    def _count(self, state: str, step: int) -> None:
        if state == "waiting":
            self._planned.waiting += step
        else:
            self._planned.taken += step
        self._planned.touch()

    async def _move(self, enrolment: Enrolment, state: str) -> None:
        before = enrolment.state
        enrolment.state = state
        enrolment.touch()
        await self._tell(enrolment, before)

    async def _tell(self, enrolment: Enrolment, before: str | None) -> None:
        facts = {"session_id": str(enrolment.session_id), "state": enrolment.state}
        await record(
            self._session,
            f"enrolment.{enrolment.state}",
            "enrolment",
            enrolment.id,
            before={"state": before} if before else None,
            after=facts,
        )
        changed = EnrolmentChanged.model_validate(
            {"enrolment_id": enrolment.id, "session_id": enrolment.session_id, "state": enrolment.state}
        )
        await publish(self._session, changed)
