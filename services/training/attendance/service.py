"""Writing down who came: by code, by the trainer's list, from a device that was offline."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.attendance.models import Attendance, AttendanceClose, AttendanceMark, AttendancePolicy
from services.training.attendance.presence import SAID, Presence, meeting_at, presence_of
from services.training.attendance.repository import AttendanceRepository
from services.training.attendance.schemas import AttendancePolicyInput
from services.training.coverage.service import CoverageService
from services.training.enrolment.schemas import AttendanceMark as ListedMark
from services.training.enrolment.service import EnrolmentService
from services.training.meeting.models import SessionDate
from services.training.meeting.service import MeetingService
from services.training.session.models import Enrolment, Session
from services.training.session.seats import Seats
from services.training.session.service import SessionService
from shared.contracts.training_day import AttendanceMissed, AttendancePolicyChanged, AttendanceTaken
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish, start_job
from shared.web.preconditions import check_version

GATHER = "attendance.gather"
"""The job that brings coverage and certificates up to date: once for everybody who came within half a minute."""
_WHILE = timedelta(seconds=30)

Status = Literal["applied", "repeated", "unchanged", "superseded", "refused"]
_COUNTED = ("applied", "unchanged")


@dataclass(frozen=True)
class Seen:
    """One mark as a device made it; `at` is by our clock."""

    nonce: str
    enrolment_id: UUID
    kind: str
    at: datetime


@dataclass(frozen=True)
class Told:
    """What became of one `Seen`; `problem` is why it was refused, `state` the enrolment's state afterwards."""

    seen: Seen
    status: Status
    problem: str | None = None
    state: str | None = None


class AttendanceService:
    """One transaction's work on attendance. Whatever writes holds the lock of the session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = AttendanceRepository(session)

    async def policy(self) -> AttendancePolicy:
        """The tenant's thresholds, or ours; version 0 when none are stored."""
        found = await self._rows.policy()
        tenant = tenant_of(self._session)
        return found or AttendancePolicy(tenant_id=tenant, id=tenant, version=0)

    async def set_policy(self, given: AttendancePolicyInput, version: int) -> AttendancePolicy:
        """Set every threshold, on the version that the caller saw."""
        policy = await self.policy()
        check_version(version, policy.version)
        before = policy.model_dump(include=set(AttendancePolicyInput.model_fields))
        for name, value in given.model_dump().items():
            setattr(policy, name, value)
        if policy.version == 0:
            policy.version = 1
            self._rows.add(policy)
        else:
            policy.touch()
        after = given.model_dump()
        await record(self._session, "attendance_policy.set", "attendance_policy", policy.id, before=before, after=after)
        await publish(self._session, AttendancePolicyChanged(attendance_policy_id=policy.id, version=policy.version))
        return policy

    async def take_list(self, session_id: UUID, listed: Sequence[ListedMark]) -> int:
        """The trainer's list: all of it or nothing; returns how many coverage rows moved."""
        moved = await EnrolmentService(self._session, None).mark(session_id, listed)
        known = await self._rows.marks([each.enrolment_id for each in listed])
        planned = await SessionService(self._session).get(session_id)
        dates, rules, now = await self._dates(session_id), await self.policy(), clock.now()
        for each in listed:
            marks = known.get(each.enrolment_id, [])
            said = max((mark for mark in marks if mark.kind in SAID), key=_order, default=None)
            stands = presence_of(marks, dates, rules, is_over=planned.ends_at <= now).state
            if said is None or (said.kind, stands) != (each.state, each.state):
                self._add(session_id, Seen(f"list:{new_id()}", each.enrolment_id, each.state, now), "list")
        await self._settle_marked(planned, {each.enrolment_id for each in listed})
        return moved

    async def take_seen(self, planned: Session, seen: Sequence[Seen]) -> list[Told]:
        """A device's marks of a locked session, each by itself; the same again changes nothing. In the order given."""
        enrolments = await self._rows.seated(planned.id)
        dates = await self._dates(planned.id)
        former = await self._rows.by_nonce(planned.id, [each.nonce for each in seen])
        known = {mark.nonce: (mark.enrolment_id, mark.kind) for mark in former.values()}
        marks = await self._rows.marks([each.enrolment_id for each in seen])
        rules, is_over = await self.policy(), planned.ends_at <= clock.now()

        def presence(enrolment_id: UUID) -> Presence:
            return presence_of(marks[enrolment_id], dates, rules, is_over=is_over)

        told = []
        for each in seen:
            answer = _sorted_out(each, known, enrolments, dates)
            if answer.status == "applied":
                known[each.nonce] = (each.enrolment_id, each.kind)
                was = presence(each.enrolment_id)
                marks[each.enrolment_id].append(self._add(planned.id, each, "device"))
                answer = replace(answer, status="unchanged" if was == presence(each.enrolment_id) else "applied")
            told.append(answer)
        await self._settle_marked(planned, {each.seen.enrolment_id for each in told if each.status in _COUNTED})
        return [_finished(each, enrolments) for each in told]

    async def arrive(self, planned: Session, enrolment: Enrolment) -> Attendance:
        """Somebody with a seat in a locked session is here now; the first arrival counts."""
        stored = (await self._rows.stored([enrolment.id])).get(enrolment.id)
        if stored is not None and stored.arrived_at is not None and enrolment.state in ("attended", "partial"):
            dates = await self._dates(planned.id)
            if meeting_at(stored.arrived_at, dates) == meeting_at(clock.now(), dates) and stored.left_at is None:
                return stored
        self._add(planned.id, Seen(f"code:{new_id()}", enrolment.id, "arrived", clock.now()), "code")
        await self._session.flush()
        await self._bring(planned, [enrolment])
        await self._gather()
        return (await self._rows.stored([enrolment.id]))[enrolment.id]

    async def _settle_marked(self, planned: Session, ids: set[UUID]) -> None:
        """Bring enrolments to what their marks come to, tell, and have what hangs on it done soon."""
        if not ids:
            return
        await self._session.flush()
        enrolments = await self._rows.seated(planned.id)
        await self._bring(planned, [enrolments[one] for one in sorted(ids) if one in enrolments])
        await SessionService(self._session).note_held(planned)
        counts = Counter(each.state for each in enrolments.values())
        await record(self._session, "attendance.take", "session", planned.id, after=dict(counts))
        await publish(self._session, _taken(planned.id, counts))
        await self._gather()

    async def _gather(self) -> None:
        slot = str(int(clock.now().timestamp() // _WHILE.total_seconds()))
        await start_job(self._session, GATHER, {}, after=_WHILE, slot=slot)

    async def _bring(self, planned: Session, enrolments: Sequence[Enrolment]) -> None:
        dates, rules = await self._dates(planned.id), await self.policy()
        marks = await self._rows.marks([each.id for each in enrolments])
        stored = await self._rows.stored([each.id for each in enrolments])
        seats = Seats(self._session, planned.id)
        is_over = planned.ends_at <= clock.now()
        for each in enrolments:
            presence = presence_of(marks.get(each.id, []), dates, rules, is_over=is_over)
            self._write(planned.id, each.id, stored.get(each.id), presence)
            state = presence.state
            if state and state != each.state and (each.seat is not None or state == "no_show"):
                await seats.mark(each, state)

    def _write(self, session_id: UUID, enrolment_id: UUID, row: Attendance | None, presence: Presence) -> None:
        if row is None:
            row = Attendance(tenant_id=tenant_of(self._session), id=enrolment_id, session_id=session_id)
            self._rows.add(row)
        row.arrived_at, row.left_at, row.is_late = presence.arrived_at, presence.left_at, presence.is_late

    def _add(self, session_id: UUID, seen: Seen, source: str) -> AttendanceMark:
        principal = self._session.info.get("principal")
        mark = AttendanceMark(
            tenant_id=tenant_of(self._session),
            session_id=session_id,
            enrolment_id=seen.enrolment_id,
            nonce=seen.nonce,
            source=source,
            kind=seen.kind,
            at=seen.at,
            received_at=clock.now(),
            marked_by=principal.subject if principal else None,
        )
        self._rows.add(mark)
        return mark

    async def _dates(self, session_id: UUID) -> Sequence[SessionDate]:
        return (await MeetingService(self._session).dates([session_id])).get(session_id, [])

    async def list(self, session_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Row[Any]]:
        """(Enrolment, Attendance or None, display name) of who has a seat; NotFound without the session."""
        await SessionService(self._session).get(session_id)
        return await self._rows.list(session_id, limit, after)

    async def due(self) -> Sequence[UUID]:
        """Sessions that `close` has work for."""
        policy = await self.policy()
        return await self._rows.due(clock.now() - timedelta(hours=policy.settle_after_hours))

    async def close(self, session_id: UUID) -> str:
        """A session is over: who was not seen did not come, if anybody was seen at all; else the trainer is told.

        Returns `settled` or `missing`. Nobody is guessed to have been absent where no attendance was taken."""
        planned = await SessionService(self._session).lock_for_seats(session_id)
        enrolments = list((await self._rows.seated(session_id)).values())
        was = await self._rows.close(session_id)
        if all(each.state == "confirmed" for each in enrolments):
            if was is None:
                self._close(session_id, "missing")
                await record(self._session, "attendance.miss", "session", session_id, after={"open": len(enrolments)})
                await publish(self._session, AttendanceMissed(session_id=session_id, course_id=planned.course_id))
            return "missing"
        marks = await self._rows.marks([each.id for each in enrolments])
        await self._bring(planned, [each for each in enrolments if each.id in marks])
        for each in enrolments:
            if each.state == "confirmed":
                await Seats(self._session, session_id).mark(each, "no_show")
        if was is None:
            self._close(session_id, "settled")
        else:
            was.state = "settled"
            was.touch()
        await SessionService(self._session).note_held(planned)
        counts = Counter(each.state for each in enrolments)
        await record(self._session, "attendance.settle", "session", session_id, after=dict(counts))
        await publish(self._session, _taken(session_id, counts))
        await CoverageService(self._session).refresh()
        return "settled"

    def _close(self, session_id: UUID, state: str) -> None:
        self._rows.add(AttendanceClose(tenant_id=tenant_of(self._session), id=session_id, state=state))

    async def missing(self, limit: int, after: tuple[UUID] | None) -> Sequence[AttendanceClose]:
        """Sessions of which nobody took attendance."""
        return await self._rows.missing(limit, after)


def _taken(session_id: UUID, counts: Counter[str]) -> AttendanceTaken:
    return AttendanceTaken(
        session_id=session_id,
        attended=counts["attended"],
        partial=counts["partial"],
        no_show=counts["no_show"],
        open=counts["confirmed"],
    )


def _order(mark: AttendanceMark) -> tuple[datetime, str]:
    return mark.at, mark.nonce


def _sorted_out(
    seen: Seen,
    known: dict[str, tuple[UUID, str]],
    enrolments: dict[UUID, Enrolment],
    dates: Sequence[SessionDate],
) -> Told:
    if seen.nonce in known:
        is_same = known[seen.nonce] == (seen.enrolment_id, seen.kind)
        return Told(seen, "repeated") if is_same else Told(seen, "refused", "nonce-reused")
    fault = _fault(seen, enrolments, dates)
    return Told(seen, "refused", fault) if fault else Told(seen, "applied")


def _fault(seen: Seen, enrolments: dict[UUID, Enrolment], dates: Sequence[SessionDate]) -> str | None:
    row = enrolments.get(seen.enrolment_id)
    if row is None:
        return "not-on-the-roll"
    if row.seat is None and seen.kind != "no_show":
        return "seat-given"
    if seen.at > clock.now():
        return "in-the-future"
    if seen.kind in SAID:
        return None if seen.at >= dates[0].starts_at else "before-the-session"
    return None if meeting_at(seen.at, dates) is not None else "outside-the-session"


def _finished(told: Told, enrolments: dict[UUID, Enrolment]) -> Told:
    """With the state that the enrolment has now; a word that does not stand is told so."""
    row = enrolments.get(told.seen.enrolment_id)
    state = row.state if row else None
    is_overruled = told.status in _COUNTED and told.seen.kind in SAID and told.seen.kind != state
    return replace(told, status="superseded" if is_overruled else told.status, state=state)
