"""Meetings as rows: reading them, keeping them apart, and the signal that tells how many a body has held."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.body.cadence import Cadence
from services.projects.body.models import Body
from services.projects.body.service import BodyService
from services.projects.meeting.errors import BodyNotAtWork, MeetingTooClose
from services.projects.meeting.models import ActionItem, AgendaItem, Meeting, MeetingSeries, MeetingState
from services.projects.meeting.punctuality import Punctuality, judge
from services.projects.meeting.repository import MeetingRepository, Row
from services.projects.plan.vocabulary import FactKind
from services.projects.project.service import ProjectService
from services.projects.signal.service import SignalService
from shared.contracts.projects_steering import MeetingOverdue
from shared.kit import clock
from shared.queue.outbox import publish


class MeetingService:
    """The meetings of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._meetings = MeetingRepository(session)
        self._bodies = BodyService(session)

    async def get(self, meeting_id: UUID, *, lock: bool = False) -> Meeting:
        """Raises MeetingNotFound."""
        return await self._meetings.get(meeting_id, lock=lock)

    async def series(self, series_id: UUID, *, lock: bool = False) -> MeetingSeries:
        """Raises SeriesNotFound."""
        return await self._meetings.series(series_id, lock=lock)

    async def series_after(self, body_id: UUID, after: UUID | None, limit: int) -> Sequence[MeetingSeries]:
        return await self._meetings.series_after(body_id, after, limit)

    async def of_series(self, series_id: UUID) -> Sequence[Meeting]:
        """The meetings of a series that were not cancelled."""
        return await self._meetings.of_series(series_id)

    async def list_after(
        self,
        project_id: UUID,
        after: tuple[date, UUID] | None,
        limit: int,
        *,
        body_id: UUID | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> Sequence[Meeting]:
        """In the order of their days."""
        return await self._meetings.list_after(project_id, after, limit, body_id=body_id, first=first, last=last)

    async def agenda(self, meeting_id: UUID) -> Sequence[AgendaItem]:
        return await self._meetings.agenda(meeting_id)

    async def actions(self, meeting_id: UUID) -> Sequence[ActionItem]:
        return await self._meetings.actions(meeting_id)

    async def decisions(self, meeting_id: UUID) -> Sequence[UUID]:
        """The decisions that were taken at the meeting."""
        return await self._meetings.decisions(meeting_id)

    async def add(self, rows: Sequence[Row]) -> None:
        self._meetings.add(rows)
        await self._session.flush()

    async def replace_agenda(self, meeting_id: UUID, items: Sequence[AgendaItem]) -> None:
        await self._meetings.clear_agenda(meeting_id)
        await self.add(items)

    async def days_of(self, body_id: UUID) -> list[date]:
        """The days of the body's meetings that were not cancelled."""
        return [meeting.held_on for meeting in await self._meetings.of_bodies([body_id])]

    async def demand_room(self, body: Body, day: date, minimum: int, meeting_id: UUID | None = None) -> None:
        """The day is one of the body's, and far enough from its other meetings. The body must be locked.

        Raises BodyNotAtWork, MeetingTooClose.
        """
        first = (await self._bodies.active_from([body]))[body.id]
        if (first is not None and day < first) or (body.ended_on is not None and day > body.ended_on):
            raise BodyNotAtWork()
        if minimum <= 0:
            return
        for other in await self._meetings.of_bodies([body.id]):
            if other.id != meeting_id and abs((other.held_on - day).days) < minimum:
                raise MeetingTooClose((meeting_id, day), (other.id, other.held_on), minimum)

    async def punctuality(self, bodies: Collection[Body], stage: str) -> dict[UUID, Punctuality]:
        """Whether each of a project's bodies meets as often as it should, today."""
        starts = await self._bodies.active_from(list(bodies))
        meetings = await self._meetings.of_bodies([body.id for body in bodies])
        today = clock.today()
        found = {}
        for body in bodies:
            own = [meeting for meeting in meetings if meeting.body_id == body.id]
            held = [meeting.held_on for meeting in own if meeting.state == MeetingState.held]
            planned = [meeting.held_on for meeting in own if meeting.state != MeetingState.held]
            works = (starts[body.id], body.ended_on)
            found[body.id] = judge(cadence_of(body, stage), works, held, planned, today)
        return found

    async def tell_held(self, body: Body, judged: Punctuality) -> None:
        """Keep the signal of how many meetings the body has held in step; gates read it."""
        kind = FactKind.meeting_held
        meetings = await self._meetings.of_bodies([body.id])
        held = sum(meeting.state == MeetingState.held for meeting in meetings)
        value = {"held": held, "missed": len(judged.missed)}
        signals = SignalService(self._session)
        told = [one for one in await signals.of_kinds([kind]) if (one.scope_id, one.key) == (body.project_id, body.key)]
        if not told or told[0].value != value:
            await signals.tell_own(kind, value, project_id=body.project_id, key=body.key)

    async def tell_overdue(self, project_id: UUID) -> int:
        """Tell each body whose last whole period had too few meetings, once; returns how many are overdue now."""
        project = await ProjectService(self._session).get(project_id)
        bodies = await self._bodies.of_project(project_id)
        judged = await self.punctuality(bodies, project.stage)
        overdue = 0
        for body in bodies:
            found = judged[body.id]
            if found.state != "overdue":
                continue
            overdue += 1
            period, held = found.missed[0]
            if body.overdue_told is not None and body.overdue_told >= period.start:
                continue
            body.overdue_told = period.start
            event = MeetingOverdue(
                project_id=project_id,
                body_id=body.id,
                period_start=period.start,
                period_end=period.end,
                held=held,
                required=found.required,
            )
            await publish(self._session, event)
            await self.tell_held(body, found)
        return overdue

    async def of_account(self, account_id: UUID) -> tuple[Sequence[Meeting], Sequence[AgendaItem]]:
        """Meetings whose minutes an account wrote, and points that it presents."""
        return await self._meetings.of_account(account_id)

    async def forget(self, account_id: UUID) -> int:
        """Take an erased person's account off minutes and agendas; the words of minutes stay."""
        written, presented = await self._meetings.of_account(account_id)
        for meeting in written:
            meeting.minutes_by = None
            meeting.touch()
        for item in presented:
            item.presenter_id = None
        await self._session.flush()
        return len(written) + len(presented)


def cadence_of(body: Body, stage: str) -> Cadence | None:
    """The body's cadence in this stage; None where it is not stated."""
    written = body.cadence.get(stage)
    return Cadence.model_validate(written) if written is not None else None


def summon_by(day: date, days: int | None) -> date | None:
    """The last day on which people are summoned in good time."""
    return None if days is None else day - timedelta(days=days)
