"""Seats: the one code path that gives, takes and passes on seats. Never oversold, never free while someone waits.

The decisions are made by functions in the database (migration `seats`); here they are called, and what they changed is
written down and told, in the same transaction. A free seat is taken without the session's lock; everything else takes
it first. What the caller has read of an enrolment is old afterwards: read it again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.session.models import Enrolment
from shared.contracts.base import Event
from shared.contracts.training import EnrolmentChanged
from shared.contracts.training_booking import SeatOffered
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import Entry
from shared.queue.telling import record_and_publish

Verdict = Literal["enrolled", "repeated", "already", "chosen", "clash", "full", "closed"]

_ENROL = text(
    "SELECT place, enrolment_id, outcome, state FROM seats_enrol(:tenant, :session, CAST(:persons AS uuid[]),"
    " CAST(:ids AS uuid[]), CAST(:requests AS uuid[]), :now, :waits) ORDER BY place"
)
_PLACE = text(
    "SELECT place, enrolment_id, outcome, state FROM seats_enrol_locked(:tenant, :session,"
    " CAST(:persons AS uuid[]), CAST(:ids AS uuid[]), CAST(:requests AS uuid[]), :now, :waits, :origin, :follows)"
)
_RELEASE = text("SELECT * FROM seats_release(:tenant, :session, CAST(:enrolments AS uuid[]), :now)")
_PASS_ON = text("SELECT * FROM seats_pass_on(:tenant, :session, :now)")
_RESIZE = text("SELECT seats_resize(:tenant, :session, :capacity)")
_CANCEL_ALL = text("SELECT * FROM seats_cancel_all(:tenant, :session, :now)")
_OPEN = text("INSERT INTO free_seat SELECT :tenant, :session, number FROM generate_series(1, :capacity) number")
_LAPSED = text(
    "SELECT id FROM enrolment WHERE tenant_id = :tenant AND session_id = :session AND state = 'offered'"
    " AND offer_expires_at <= :now ORDER BY id"
)
_CHOICE = text("SELECT choice_id FROM session WHERE tenant_id = :tenant AND id = :session")
_TAKE_FREE = text(
    "DELETE FROM free_seat f WHERE f.tenant_id = :tenant AND f.session_id = :session AND f.number = ("
    "SELECT g.number FROM free_seat g WHERE g.tenant_id = :tenant AND g.session_id = :session"
    " ORDER BY g.number LIMIT 1 FOR UPDATE) RETURNING f.number"
)

_PERSON_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:person AS uuid)::text, 17))")
_HURDLE = text(
    "SELECT h.* FROM session s, LATERAL seats_hurdle(s.tenant_id, s.id, s.choice_id, s.starts_at, s.ends_at,"
    " CAST(:person AS uuid), CAST(:request AS uuid)) h WHERE s.tenant_id = :tenant AND s.id = :session"
)


@dataclass(frozen=True)
class Asked:
    """Somebody to be enrolled. `request_id` names the request, so that its repetition is known; `principal` is who
    asked, where that is not whom the session acts for."""

    person_id: UUID
    request_id: UUID | None = None
    principal: Any = None
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True)
class Outcome:
    """What became of one `Asked`. `enrolment_id` is the new enrolment, or the one that stands in the way."""

    verdict: Verdict
    enrolment_id: UUID | None
    state: str | None


@dataclass(frozen=True)
class Move:
    """An enrolment went from one state to another; `was` is None for a new one."""

    enrolment_id: UUID
    was: str | None
    state: str
    principal: Any = None


class Seats:
    """The seats of one session."""

    def __init__(self, session: AsyncSession, session_id: UUID) -> None:
        self._session = session
        self._id = session_id

    async def open(self, capacity: int) -> None:
        """The free seats of a new session."""
        await self._run(_OPEN, capacity=capacity)

    async def enrol(self, asked: Sequence[Asked], *, waits: bool = True) -> list[Outcome]:
        """Seats while they last, then places in the queue (`waits`), in the order asked; one outcome for each.

        Each succeeds or fails on its own. Nobody is refused while a seat is free.
        """
        rows = await self._run(_ENROL, **_arrays(asked), now=clock.now(), waits=waits)
        return await self._told(asked, rows)

    async def place(self, asked: Asked, origin: str, *, follows: UUID | None = None, waits: bool = False) -> Outcome:
        """`enrol` under the session's lock, for a seat that has another story."""
        values = _arrays([asked]) | {"origin": origin, "follows": follows}
        rows = await self._run(_PLACE, **values, now=clock.now(), waits=waits)
        return (await self._told([asked], rows))[0]

    async def release(self, enrolments: Iterable[UUID]) -> None:
        """Cancel seats, offers or places in the queue; freed seats go on to who waits."""
        await self._moved(await self._run(_RELEASE, enrolments=list(enrolments), now=clock.now()))

    async def pass_on(self) -> None:
        """Give every free seat to the queue: key persons of uncovered units first, then in order of arrival."""
        await self._moved(await self._run(_PASS_ON, now=clock.now()))

    async def resize(self, capacity: int) -> bool:
        """Have `capacity` seats, the new ones passed on; False when more are in use, and then nothing may stay."""
        [row] = await self._run(_RESIZE, capacity=capacity)
        if row[0]:
            await self.pass_on()
        return bool(row[0])

    async def cancel_all(self) -> None:
        """The session does not take place, and neither does any seat in it."""
        await self._moved(await self._run(_CANCEL_ALL, now=clock.now()))

    async def lapse(self) -> int:
        """Take back the offers that nobody took in time, and pass their seats on; how many lapsed."""
        lapsed = [row.id for row in await self._run(_LAPSED, now=clock.now())]
        await self.release(lapsed)
        return len(lapsed)

    async def claim(self, enrolment: Enrolment) -> bool:
        """Confirm an offer, or give somebody in the queue a seat that is free; False when none is."""
        if enrolment.state == "waiting":
            row = (await self._run(_TAKE_FREE)).one_or_none()
            if row is None:
                return False
            enrolment.seat = row.number
        enrolment.offer_expires_at = None
        await self.mark(enrolment, "confirmed")
        return True

    async def hurdle(self, asked: Asked) -> Outcome | None:
        """What keeps somebody out, other than a want of seats. Nobody can enrol them elsewhere meanwhile."""
        await self._run(_PERSON_LOCK, person=asked.person_id)
        row = (await self._run(_HURDLE, person=asked.person_id, request=asked.request_id)).one_or_none()
        return None if row is None else Outcome(row.outcome, row.enrolment_id, row.state)

    async def give_up(self, enrolment: Enrolment, state: str) -> int | None:
        """Take the seat from an enrolment for somebody whom `seat` puts on it in the same transaction."""
        seat, enrolment.seat = enrolment.seat, None
        await self.mark(enrolment, state)
        return seat

    async def seat(self, seat: int | None, asked: Asked, origin: str, follows: UUID) -> None:
        """Put somebody whom nothing hinders on a seat that was just taken from another."""
        choice = (await self._run(_CHOICE)).scalar_one()
        self._session.add(
            Enrolment(
                tenant_id=tenant_of(self._session),
                id=asked.id,
                session_id=self._id,
                person_id=asked.person_id,
                state="confirmed",
                seat=seat,
                origin=origin,
                follows=follows,
                request_id=asked.request_id,
                choice_id=choice,
            )
        )
        await self._tell([Move(asked.id, None, "confirmed", asked.principal)])

    async def mark(self, enrolment: Enrolment, state: str) -> None:
        """Write down a state that moves no seat; a no-show keeps it, until somebody walks in."""
        was, enrolment.state = enrolment.state, state
        enrolment.touch()
        await self._tell([Move(enrolment.id, was, state)])

    async def _run(self, statement: Any, **values: Any) -> Any:
        await self._session.flush()
        return await self._session.execute(
            statement, {"tenant": tenant_of(self._session), "session": self._id, **values}
        )

    async def _told(self, asked: Sequence[Asked], rows: Iterable[Any]) -> list[Outcome]:
        outcomes = [Outcome(row.outcome, row.enrolment_id, row.state) for row in rows]
        made = [
            Move(one.id, None, outcome.state or "", one.principal)
            for one, outcome in zip(asked, outcomes, strict=True)
            if outcome.verdict == "enrolled"
        ]
        await self._tell(made)
        return outcomes

    async def _moved(self, rows: Iterable[Any]) -> None:
        await self._tell([Move(row.enrolment_id, row.was, row.state) for row in rows])

    async def _tell(self, moves: Sequence[Move]) -> None:
        entries, events = [self._entry(move) for move in moves], [self._event(move) for move in moves]
        await record_and_publish(self._session, entries, events)

    def _entry(self, move: Move) -> Entry:
        return Entry(
            f"enrolment.{move.state}",
            "enrolment",
            move.enrolment_id,
            before={"state": move.was} if move.was else None,
            after={"session_id": str(self._id), "state": move.state},
            principal=move.principal,
        )

    def _event(self, move: Move) -> Event:
        if move.state == "offered":
            return SeatOffered(enrolment_id=move.enrolment_id, session_id=self._id)
        return EnrolmentChanged.model_validate(
            {"enrolment_id": move.enrolment_id, "session_id": self._id, "state": move.state}
        )


def _arrays(asked: Sequence[Asked]) -> dict[str, Any]:
    return {
        "persons": [one.person_id for one in asked],
        "ids": [one.id for one in asked],
        "requests": [one.request_id for one in asked],
    }
