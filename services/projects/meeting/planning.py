"""Series: a body's meetings made from its cadence."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.body.cadence import Cadence
from services.projects.body.change import tell
from services.projects.body.service import BodyService
from services.projects.calendar.service import CalendarService
from services.projects.meeting.desk import USUAL_MINUTES, MeetingDesk
from services.projects.meeting.errors import BodyNotAtWork, NoPeriod, TimesBeyondCadence
from services.projects.meeting.generator import Drawn, IsWorking, draw, wish_of
from services.projects.meeting.models import Meeting, MeetingSeries, MeetingState
from services.projects.meeting.schemas import SeriesCreate
from services.projects.meeting.service import MeetingService, cadence_of, summon_by
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.kit import clock
from shared.web.preconditions import check_version

USUAL_SUMMONS = 14


class SeriesPlanner:
    """The series of one caller. Every method raises NotYours and ProjectClosed."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._desk = MeetingDesk(session, caller)
        self._meetings = MeetingService(session)

    async def create(self, body_id: UUID, wanted: SeriesCreate) -> tuple[MeetingSeries, Drawn]:
        """Raises BodyNotFound, NoPeriod, TimesBeyondCadence, BodyNotAtWork."""
        body = await self._desk.held_body(body_id)
        project = await ProjectService(self._session).get(body.project_id)
        cadence = cadence_of(body, project.stage)
        if cadence is None or cadence.per is None:
            raise NoPeriod()
        first = (await BodyService(self._session).active_from([body]))[body_id]
        starts_on = max(wanted.starts_on, first) if first else wanted.starts_on
        ends_on = min(wanted.ends_on, body.ended_on) if body.ended_on else wanted.ends_on
        if ends_on < starts_on:
            raise BodyNotAtWork()
        times = _times(cadence, wanted.times_per_period)
        wish = wish_of(cadence, times, starts_on, ends_on, wanted.weekday)
        drawn = draw(wish, await self._meetings.days_of(body_id), await self._working_days(project))
        lead = wanted.summons_days if wanted.summons_days is not None else body.summons_days
        series = MeetingSeries(
            tenant_id=body.tenant_id,
            project_id=body.project_id,
            body_id=body_id,
            stage=project.stage,
            **wanted.model_dump(include={"title", "weekday", "local_start", "zone"}),
            starts_on=starts_on,
            ends_on=ends_on,
            duration_minutes=wanted.duration_minutes or cadence.duration_minutes or USUAL_MINUTES,
            times_per_period=times,
            summons_days=USUAL_SUMMONS if lead is None else lead,
        )
        await self._meetings.add([series])
        await self._meetings.add(_meetings(series, drawn))
        after = {"body_id": body_id, "meetings": len(drawn.days), "left_out": drawn.left_out}
        await tell(self._session, body.project_id, "meeting_series", "create", series, after=after)
        return series, drawn

    async def end(self, series_id: UUID, version: int) -> MeetingSeries:
        """Cancel what lies ahead; what was held stays. Raises SeriesNotFound, StaleVersion."""
        series = await self._meetings.series(series_id)
        await self._desk.held_body(series.body_id)
        series = await self._meetings.series(series_id, lock=True)
        check_version(version, series.version)
        now = clock.now()
        ahead = [one for one in await self._meetings.of_series(series_id) if one.state != MeetingState.held]
        for meeting in ahead:
            meeting.state, meeting.closed_at = MeetingState.cancelled.value, now
            meeting.touch()
        series.ended_at = now
        series.touch()
        after = {"cancelled": len(ahead)}
        await tell(self._session, series.project_id, "meeting_series", "end", series, after=after)
        return series

    async def _working_days(self, project: Project) -> IsWorking:
        """The authority's calendar: holidays, de-facto days and its own breaks carry no meetings."""
        return (await CalendarService(self._session).facts(project)).workdays().is_working


def _times(cadence: Cadence, asked: int | None) -> int:
    times = asked or max(cadence.required, 1)
    if times < cadence.required or (cadence.limit is not None and times > cadence.limit):
        raise TimesBeyondCadence(cadence.required, cadence.limit)
    return times


def _meetings(series: MeetingSeries, drawn: Drawn) -> Sequence[Meeting]:
    return [
        Meeting(
            tenant_id=series.tenant_id,
            project_id=series.project_id,
            body_id=series.body_id,
            series_id=series.id,
            title=series.title,
            held_on=day,
            local_start=series.local_start,
            zone=series.zone,
            duration_minutes=series.duration_minutes,
            summon_by=summon_by(day, series.summons_days),
        )
        for day in drawn.days
    ]
