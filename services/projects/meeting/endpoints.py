"""Meetings and their series over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.projects.body.auth import BodiesRead, BodiesWrite
from services.projects.body.endpoints import BodyId
from services.projects.body.service import BodyService
from services.projects.decision.auth import DecisionsTake
from services.projects.decision.schemas import DecisionPublic
from services.projects.decision.view import show as show_decision
from services.projects.meeting.desk import MeetingDesk
from services.projects.meeting.models import Meeting
from services.projects.meeting.planning import SeriesPlanner
from services.projects.meeting.schemas import (
    ActionItemCreate,
    ActionItemPublic,
    AgendaInput,
    CadencePublic,
    MeetingChange,
    MeetingCreate,
    MeetingDecisionCreate,
    MeetingItem,
    MeetingPublic,
    SeriesCreate,
    SeriesPublic,
)
from services.projects.meeting.service import MeetingService
from services.projects.meeting.view import show, show_cadence, show_item, show_series
from services.projects.project.endpoints import ProjectId, Projects
from shared.auth.principal import Principal
from shared.kit import clock
from shared.kit.text import Lang
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("meetings")

MeetingId = Annotated[UUID, Path(alias="meetingId")]
SeriesId = Annotated[UUID, Path(alias="seriesId")]
_VERSIONED = problem_responses(412, 428)


@router.get(
    "/projects/{projectId}/meetings",
    name="meetings_list",
    summary="List the meetings of a project",
    dependencies=[AsOf],
)
async def meetings_list(
    project_id: ProjectId,
    caller: BodiesRead,
    projects: Projects,
    session: SessionDep,
    request: Request,
    page: PageDep,
    body_id: Annotated[UUID | None, Query(alias="bodyId", description="Only of this body")] = None,
    first: Annotated[date | None, Query(alias="from", description="From this day on")] = None,
    last: Annotated[date | None, Query(alias="to", description="Up to this day")] = None,
) -> Page[MeetingItem]:
    """Meetings in the order of their days; cancelled ones included."""
    await projects.get(project_id)
    today = clock.today()
    rows = await MeetingService(session).list_after(
        project_id,
        page.keys(date.fromisoformat, UUID),
        page.limit + 1,
        body_id=body_id,
        first=first,
        last=last,
    )
    return make_page(request, page, rows, key=lambda row: [row.held_on, row.id], show=lambda row: show_item(row, today))


@router.post("/bodies/{bodyId}/meetings", name="meetings_create", status_code=201, summary="Plan a meeting")
async def meetings_create(
    body_id: BodyId,
    body: MeetingCreate,
    caller: BodiesWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> MeetingPublic:
    """One meeting. Where the body's meetings need days between them, 409 names the two that are too close."""
    meeting = await MeetingDesk(session, caller).plan(body_id, body)
    created(response, request, f"/projects/v1/meetings/{meeting.id}")
    return await _shown(meeting, session, caller, lang, response)


@router.get("/meetings/{meetingId}", name="meetings_get", summary="Read a meeting", dependencies=[AsOf])
async def meetings_get(
    meeting_id: MeetingId, caller: BodiesRead, session: SessionDep, lang: LangDep, response: Response
) -> MeetingPublic:
    """One meeting with agenda, minutes, decisions and what it gave people to do."""
    return await _shown(await MeetingService(session).get(meeting_id), session, caller, lang, response)


@router.patch("/meetings/{meetingId}", name="meetings_patch", summary="Change a meeting", responses=_VERSIONED)
async def meetings_patch(
    meeting_id: MeetingId,
    body: MeetingChange,
    caller: BodiesWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> MeetingPublic:
    """Move a meeting, summon to it, hold or cancel it, write its minutes, attach documents by reference."""
    meeting = await MeetingDesk(session, caller).change(meeting_id, version, body)
    return await _shown(meeting, session, caller, lang, response)


@router.put("/meetings/{meetingId}/agenda", name="agendas_put", summary="Set the agenda", responses=_VERSIONED)
async def agendas_put(
    meeting_id: MeetingId,
    body: AgendaInput,
    caller: BodiesWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> MeetingPublic:
    """Replace the agenda. Its clock times must add up and end within the meeting; 422 names each point that errs."""
    meeting = await MeetingDesk(session, caller).set_agenda(meeting_id, version, body)
    return await _shown(meeting, session, caller, lang, response)


@router.post(
    "/meetings/{meetingId}/action-items", name="action_items_create", status_code=201, summary="Give somebody to do"
)
async def action_items_create(
    meeting_id: MeetingId,
    body: ActionItemCreate,
    caller: BodiesWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> ActionItemPublic:
    """Link an activity of the plan to the meeting, or add a new one: there is no second list of things to do."""
    item = await MeetingDesk(session, caller).act(meeting_id, body)
    created(response, request, f"/projects/v1/activities/{item.activity_id}")
    return ActionItemPublic.model_validate(item)


@router.post(
    "/meetings/{meetingId}/decisions", name="meeting_decisions_create", status_code=201, summary="Decide at a meeting"
)
async def meeting_decisions_create(
    meeting_id: MeetingId,
    body: MeetingDecisionCreate,
    caller: DecisionsTake,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> DecisionPublic:
    """Take a decision that the meeting's body came to, as the customer's approver. An advisory body cannot."""
    decision = await MeetingDesk(session, caller).decide(meeting_id, body)
    created(response, request, f"/projects/v1/decisions/{decision.id}")
    etag(response, decision.version)
    return show_decision(decision, caller, lang, clock.today())


@router.get(
    "/bodies/{bodyId}/meeting-series",
    name="meeting_series_list",
    summary="List the series of a body",
    dependencies=[AsOf],
)
async def meeting_series_list(
    body_id: BodyId, caller: BodiesRead, session: SessionDep, request: Request, page: PageDep
) -> Page[SeriesPublic]:
    """Series of meetings, ended ones included."""
    await BodyService(session).get(body_id)
    meetings, after = MeetingService(session), page.keys(UUID)
    rows = await meetings.series_after(body_id, after[0] if after else None, page.limit + 1)
    shown = [show_series(row, len(await meetings.of_series(row.id))) for row in rows]
    return make_page(request, page, shown, key=lambda row: [row.id], show=lambda row: row)


@router.post(
    "/bodies/{bodyId}/meeting-series",
    name="meeting_series_create",
    status_code=201,
    summary="Plan a series of meetings",
)
async def meeting_series_create(
    body_id: BodyId, body: SeriesCreate, caller: BodiesWrite, session: SessionDep, request: Request, response: Response
) -> SeriesPublic:
    """Meetings from the body's cadence: evenly spread, on working days, far enough apart, at the same local hour."""
    series, drawn = await SeriesPlanner(session, caller).create(body_id, body)
    created(response, request, f"/projects/v1/meeting-series/{series.id}")
    etag(response, series.version)
    return show_series(series, len(drawn.days), drawn.left_out)


@router.get(
    "/meeting-series/{seriesId}", name="meeting_series_get", summary="Read a series of meetings", dependencies=[AsOf]
)
async def meeting_series_get(
    series_id: SeriesId, caller: BodiesRead, session: SessionDep, response: Response
) -> SeriesPublic:
    """One series, and how many of its meetings stand."""
    meetings = MeetingService(session)
    series = await meetings.series(series_id)
    etag(response, series.version)
    return show_series(series, len(await meetings.of_series(series_id)))


@router.delete(
    "/meeting-series/{seriesId}",
    name="meeting_series_delete",
    status_code=204,
    summary="End a series of meetings",
    responses=_VERSIONED,
)
async def meeting_series_delete(
    series_id: SeriesId, caller: BodiesWrite, version: IfMatch, session: SessionDep
) -> None:
    """Cancel what lies ahead; meetings that were held stay."""
    await SeriesPlanner(session, caller).end(series_id, version)


@router.get(
    "/bodies/{bodyId}/cadence",
    name="cadences_get",
    summary="Tell whether a body meets as it should",
    dependencies=[AsOf],
)
async def cadences_get(body_id: BodyId, caller: BodiesRead, projects: Projects, session: SessionDep) -> CadencePublic:
    """Whether the body's meetings are due or overdue by its cadence in the project's present stage."""
    bodies = BodyService(session)
    found = await bodies.get(body_id)
    stage = (await projects.get(found.project_id)).stage
    judged = await MeetingService(session).punctuality([found], stage)
    starts = await bodies.active_from([found])
    return show_cadence(found, stage, starts[body_id], judged[body_id])


async def _shown(
    meeting: Meeting, session: SessionDep, caller: Principal, lang: Lang, response: Response
) -> MeetingPublic:
    etag(response, meeting.version)
    meetings = MeetingService(session)
    return show(
        meeting,
        await BodyService(session).get(meeting.body_id),
        await meetings.agenda(meeting.id),
        await meetings.actions(meeting.id),
        await meetings.decisions(meeting.id),
        caller=caller,
        lang=lang,
        today=clock.today(),
    )
