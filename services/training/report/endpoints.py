"""Reports over HTTP: pictures, sheets and lists for paper, by what the caller accepts."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.training.coverage.endpoints import UnitFilter
from services.training.report import words
from services.training.report.auth import (
    AttendanceListRead,
    CostRead,
    CoverageRead,
    RateRead,
    RateWrite,
    SessionRead,
    cost_units,
    list_units,
    visible_units,
)
from services.training.report.heatmap import draw_map
from services.training.report.models import SubstituteRate
from services.training.report.printing import print_list
from services.training.report.schemas import (
    By,
    SubstituteCostReport,
    SubstituteCostRow,
    SubstituteRatePublic,
    SubstituteRateUpdate,
)
from services.training.report.service import Cost, ReportService
from services.training.report.timetable import Slot, draw_calendar
from shared.kit import clock
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Lang, Text
from shared.web import IfMatch, LangDep, SessionDep, etag, new_router
from shared.web import picture as pictures
from shared.web import sheet as sheets
from shared.web.export import HEADERS
from shared.web.negotiation import negotiated
from shared.web.route import problem_responses

router = new_router("reports")

_PDF = {"pdf": "application/pdf"}
_BOTH = pictures.FORMATS | sheets.FORMATS
_PRINTED = _PDF | sheets.FORMATS
_JSON = {"json": "application/json"} | sheets.FORMATS
_ORDER = Text(
    sv="Sista dagen ligger före den första",
    en="The last day is before the first",
    da="Sidste dag ligger før den første",
)


def _answers(*contents: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """What a route with several formats answers, for its `responses`."""
    content = {media: shape for each in contents for media, shape in each[200]["content"].items()}
    return {200: {"description": "The report, in the language of Accept-Language", "content": content}}


_PAPER: dict[int | str, dict[str, Any]] = {
    200: {"content": {_PDF["pdf"]: {"schema": {"type": "string", "format": "binary"}}}}
}
_Asked = Annotated[
    Literal["svg", "png", "csv", "xlsx"] | None,
    Query(alias="format", description="Overrides Accept, for links in documents"),
]


@router.get(
    "/coverage-maps",
    response_class=Response,
    responses=_answers(pictures.PICTURE, sheets.FILES) | problem_responses(406),
)
async def coverage_maps_get(
    caller: CoverageRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    unit_id: UnitFilter = None,
    format_: _Asked = None,
) -> Response:
    """How large a share of each role is trained at each unit, as a picture or a table; heads see their units."""
    media = negotiated(request, _BOTH, asked=format_)
    reports = ReportService(session, lang)
    rows, roles = await reports.coverage(visible_units(caller, unit_id))
    if media in sheets.FORMATS.values():
        headings = words.headings(lang, "unit", "role", "trained", "needed", "percent")
        return sheets.sheet(media, words.COVERAGE.pick(lang), headings, reports.coverage_rows(rows))
    return await pictures.picture(draw_map(rows, roles, clock.today().isoformat(), lang), media)


@router.get(
    "/session-calendars",
    response_class=Response,
    responses=_answers(pictures.PICTURE, sheets.FILES) | problem_responses(406),
)
async def session_calendars_get(
    caller: SessionRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    starts_on: Annotated[date | None, Query(alias="startsOn", description="A day of the first week; today's")] = None,
    weeks: Annotated[int, Query(ge=1, le=53, description="How many weeks")] = 8,
    course_id: Annotated[UUID | None, Query(alias="courseId", description="One course only")] = None,
    format_: _Asked = None,
) -> Response:
    """Sessions by week and day with their local hours and seats, as a picture or a table."""
    media = negotiated(request, _BOTH, asked=format_)
    day = starts_on or clock.today()
    first = day - timedelta(days=day.weekday())
    slots = await ReportService(session, lang).slots(first, weeks, course_id)
    if media in sheets.FORMATS.values():
        headings = words.headings(lang, "date", "from", "to", "zone", "course", "place", "taken", "capacity")
        return sheets.sheet(media, words.CALENDAR.pick(lang), headings, [_slot_row(slot) for slot in slots])
    last = first + timedelta(weeks=weeks, days=-1)
    subtitle = f"{first.isoformat()} – {last.isoformat()}" + ("" if slots else f": {words.NOTHING.pick(lang)}")
    return await pictures.picture(draw_calendar(slots, first, weeks, subtitle, lang), media)


def _slot_row(slot: Slot) -> list[str | int | Decimal]:
    hours = [f"{slot.starts:%Y-%m-%d}", f"{slot.starts:%H:%M}", f"{slot.ends:%H:%M}", str(slot.starts.tzinfo)]
    return [*hours, slot.title, slot.place, slot.taken, slot.capacity]


@router.get(
    "/sessions/{sessionId}/attendance-lists",
    response_class=Response,
    responses=_answers(_PAPER, sheets.FILES) | problem_responses(404, 406),
)
async def attendance_lists_get(
    session_id: Annotated[UUID, Path(alias="sessionId")],
    caller: AttendanceListRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    format_: Annotated[
        Literal["pdf", "csv", "xlsx"] | None,
        Query(alias="format", description="Overrides Accept, for links in documents"),
    ] = None,
) -> Response:
    """Who has or had a seat, for paper or a sheet. Heads see the people of their units; a protected person's alias."""
    media = negotiated(request, _PRINTED, asked=format_)
    found = await ReportService(session, lang).attendance(session_id, list_units(caller))
    if media == _PDF["pdf"]:
        printed = await print_list(session_id, found, lang)
        return Response(printed, media_type=media, headers=HEADERS)
    headings = words.headings(lang, "name", "units", "state")
    return sheets.sheet(media, words.LIST.pick(lang), headings, found.rows)


@router.get(
    "/substitute-costs",
    response_model=SubstituteCostReport,
    responses=sheets.FILES | problem_responses(406),
)
async def substitute_costs_get(
    caller: CostRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    starts_on: Annotated[date, Query(alias="startsOn", description="First day")],
    ends_on: Annotated[date, Query(alias="endsOn", description="Last day")],
    by: Annotated[By, Query(description="What to add up by")] = "unit",
    format_: Annotated[
        Literal["json", "csv", "xlsx"] | None,
        Query(alias="format", description="Overrides Accept, for links in documents"),
    ] = None,
) -> Any:
    """Hours that people are away for training, times the rate. Who did not come was at work and costs nothing."""
    media = negotiated(request, _JSON, asked=format_)
    if ends_on < starts_on:
        raise Invalid(_ORDER, errors=[FieldError(pointer="query:endsOn", detail=_ORDER, code="order")])
    reports = ReportService(session, lang)
    rows = await reports.costs(by, starts_on, ends_on, cost_units(caller))
    rate = await reports.rate()
    if media in sheets.FORMATS.values():
        return _cost_sheet(media, by, rows, rate, lang)
    shown = [SubstituteCostRow.model_validate(vars(row)) for row in rows]
    about = {"by": by, "starts_on": starts_on, "ends_on": ends_on, "rows": shown}
    return SubstituteCostReport.model_validate(about | _rate_fields(rate))


def _cost_sheet(media: str, by: By, rows: Sequence[Cost], rate: SubstituteRate | None, lang: Lang) -> Response:
    headings = words.headings(lang, by, "people", "hours", "cost", "currency")
    currency = rate.currency if rate else ""
    cells: list[list[str | int | Decimal]] = [
        [row.name, row.people, row.hours, "" if row.cost is None else row.cost, currency] for row in rows
    ]
    return sheets.sheet(media, words.COSTS.pick(lang), headings, cells)


@router.get("/substitute-rate", response_model=SubstituteRatePublic)
async def substitute_rate_get(
    caller: RateRead, session: SessionDep, lang: LangDep, response: Response
) -> SubstituteRatePublic:
    """What an hour of a substitute costs."""
    return _show_rate(await ReportService(session, lang).rate(), response)


@router.put("/substitute-rate", response_model=SubstituteRatePublic)
async def substitute_rate_put(
    caller: RateWrite,
    session: SessionDep,
    lang: LangDep,
    body: SubstituteRateUpdate,
    version: IfMatch,
    response: Response,
) -> SubstituteRatePublic:
    """Say what an hour of a substitute costs; costs follow at once."""
    return _show_rate(await ReportService(session, lang).set_rate(body, version), response)


def _show_rate(rate: SubstituteRate | None, response: Response) -> SubstituteRatePublic:
    version = rate.version if rate else 0
    etag(response, version)
    return SubstituteRatePublic.model_validate(_rate_fields(rate) | {"version": version})


def _rate_fields(rate: SubstituteRate | None) -> dict[str, Any]:
    return {"hourly_rate": rate.hourly_rate if rate else None, "currency": rate.currency if rate else None}
