"""Calendars over HTTP."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.calendar.auth import CalendarsRead, CalendarsWrite
from services.projects.calendar.schemas import (
    EARLIEST,
    LATEST,
    CalendarDays,
    CalendarExceptionChange,
    CalendarExceptionCreate,
    CalendarExceptionItem,
    CalendarExceptionPublic,
    ProjectCalendarChange,
    ProjectCalendarPublic,
)
from services.projects.calendar.service import CalendarService, demand_order
from services.projects.calendar.view import show, show_choice, show_days
from services.projects.calendar.vocabulary import Country
from services.projects.project.endpoints import ProjectId
from services.projects.project.rights import demand, refusal_to_lead
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.web import (
    AsOf,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    created,
    etag,
    make_page,
    new_router,
)
from shared.web.route import problem_responses

router = new_router("calendars")

ExceptionId = Annotated[UUID, Path(alias="calendarExceptionId")]
_VERSIONED = problem_responses(412, 428)


async def _service(session: SessionDep) -> CalendarService:
    return CalendarService(session)


Calendars = Annotated[CalendarService, Depends(_service)]


@router.get(
    "/calendar-exceptions", name="calendar_exceptions_list", summary="List calendar exceptions", dependencies=[AsOf]
)
async def calendar_exceptions_list(
    caller: CalendarsRead,
    calendars: Calendars,
    request: Request,
    page: PageDep,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only what this unit says itself")] = None,
) -> Page[CalendarExceptionItem]:
    """School breaks, closures, extra working days and terms, by first day."""
    rows = await calendars.list_after(page.keys(date.fromisoformat, UUID), page.limit + 1, unit_id)
    return make_page(
        request, page, rows, key=lambda row: [row.starts_on, row.id], show=CalendarExceptionItem.model_validate
    )


@router.post(
    "/calendar-exceptions", name="calendar_exceptions_create", status_code=201, summary="Add a calendar exception"
)
async def calendar_exceptions_create(
    body: CalendarExceptionCreate,
    caller: CalendarsWrite,
    calendars: Calendars,
    lang: LangDep,
    request: Request,
    response: Response,
) -> CalendarExceptionPublic:
    """Free or claim days. No activity is moved: ask for a preview first, and reschedule what shall follow."""
    demand(refusal_to_lead(caller, Scope.calendars_write))
    row = await calendars.create(body)
    created(response, request, f"/projects/v1/calendar-exceptions/{row.id}")
    etag(response, row.version)
    return show(row, caller, lang)


@router.get(
    "/calendar-exceptions/{calendarExceptionId}",
    name="calendar_exceptions_get",
    summary="Read a calendar exception",
    dependencies=[AsOf],
)
async def calendar_exceptions_get(
    exception_id: ExceptionId, caller: CalendarsRead, calendars: Calendars, lang: LangDep, response: Response
) -> CalendarExceptionPublic:
    """One exception with its kind, its days and the unit that it holds for."""
    row = await calendars.get(exception_id)
    etag(response, row.version)
    return show(row, caller, lang)


@router.patch(
    "/calendar-exceptions/{calendarExceptionId}",
    name="calendar_exceptions_patch",
    summary="Change a calendar exception",
    responses=_VERSIONED,
)
async def calendar_exceptions_patch(
    exception_id: ExceptionId,
    body: CalendarExceptionChange,
    caller: CalendarsWrite,
    version: IfMatch,
    calendars: Calendars,
    lang: LangDep,
    response: Response,
) -> CalendarExceptionPublic:
    """Change the days, the kind or the title. No activity is moved."""
    await calendars.get(exception_id)
    demand(refusal_to_lead(caller, Scope.calendars_write))
    row = await calendars.change(exception_id, version, body)
    etag(response, row.version)
    return show(row, caller, lang)


@router.delete(
    "/calendar-exceptions/{calendarExceptionId}",
    name="calendar_exceptions_delete",
    status_code=204,
    summary="Remove a calendar exception",
    responses=_VERSIONED,
)
async def calendar_exceptions_delete(
    exception_id: ExceptionId, caller: CalendarsWrite, version: IfMatch, calendars: Calendars
) -> None:
    """The country's own days hold again. No activity is moved; the history keeps what was."""
    await calendars.get(exception_id)
    demand(refusal_to_lead(caller, Scope.calendars_write))
    await calendars.remove(exception_id, version)


@router.get(
    "/calendars/{country}/days", name="calendar_days_get", summary="Read the days of a calendar", dependencies=[AsOf]
)
async def calendar_days_get(
    country: Country,
    caller: CalendarsRead,
    calendars: Calendars,
    start: Annotated[
        date | None, Query(alias="from", ge=EARLIEST, le=LATEST, examples=["2027-06-01"], description="Else today")
    ] = None,
    end: Annotated[
        date | None,
        Query(alias="to", ge=EARLIEST, le=LATEST, examples=["2027-06-30"], description="Else four weeks on"),
    ] = None,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="As this unit keeps them")] = None,
) -> CalendarDays:
    """Every day from one to the other, both included and at most 400: worked or free, and why."""
    first = start or max(clock.today(), EARLIEST)  # looked back to, today may be any day
    last = end or first + timedelta(days=27)
    demand_order(first, last, "query:to")
    await calendars.demand_unit(unit_id, "query:unitId")
    return show_days(await calendars.facts_in(country), first, last, unit_id)


@router.get(
    "/projects/{projectId}/calendar",
    name="project_calendar_get",
    summary="Read whose holidays a project counts",
    dependencies=[AsOf],
)
async def project_calendar_get(
    project_id: ProjectId, caller: CalendarsRead, calendars: Calendars, lang: LangDep, response: Response
) -> ProjectCalendarPublic:
    """The country whose public holidays, with those that everybody keeps, are free in this project."""
    chosen = await calendars.of_project(project_id)
    etag(response, chosen[1])
    return show_choice(project_id, chosen, caller, lang)


@router.patch(
    "/projects/{projectId}/calendar",
    name="project_calendar_patch",
    summary="Choose whose holidays a project counts",
    responses=_VERSIONED,
)
async def project_calendar_patch(
    project_id: ProjectId,
    body: ProjectCalendarChange,
    caller: CalendarsWrite,
    version: IfMatch,
    calendars: Calendars,
    lang: LangDep,
    response: Response,
) -> ProjectCalendarPublic:
    """Count another country's days. No activity is moved."""
    await calendars.of_project(project_id)
    demand(refusal_to_lead(caller, Scope.calendars_write))
    chosen = await calendars.choose(project_id, version, body)
    etag(response, chosen[1])
    return show_choice(project_id, chosen, caller, lang)
