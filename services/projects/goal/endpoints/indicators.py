"""Indicators over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.goal.auth import GoalsLead, GoalsRead
from services.projects.goal.endpoints.goals import GoalId
from services.projects.goal.schemas.indicator import (
    IndicatorChange,
    IndicatorCreate,
    IndicatorPublic,
    UnitProgressPublic,
)
from services.projects.goal.service import IndicatorService
from services.projects.goal.view import show_indicator, show_unit_progress
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("indicators")

IndicatorId = Annotated[UUID, Path(alias="indicatorId")]


async def _service(session: SessionDep) -> IndicatorService:
    return IndicatorService(session)


Indicators = Annotated[IndicatorService, Depends(_service)]


@router.get(
    "/goals/{goalId}/indicators",
    name="indicators_list",
    summary="List the indicators of a goal",
    dependencies=[AsOf],
)
async def indicators_list(
    goal_id: GoalId, caller: GoalsRead, indicators: Indicators, lang: LangDep, request: Request, page: PageDep
) -> Page[IndicatorPublic]:
    """Indicators as they were added, each with its progress."""
    after = page.keys(UUID)
    views = await indicators.list_after(goal_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        views,
        key=lambda view: [view.indicator.id],
        show=lambda view: show_indicator(view, caller, lang),
    )


@router.post("/goals/{goalId}/indicators", name="indicators_create", status_code=201, summary="Add an indicator")
async def indicators_create(
    goal_id: GoalId,
    body: IndicatorCreate,
    caller: GoalsLead,
    indicators: Indicators,
    lang: LangDep,
    request: Request,
    response: Response,
) -> IndicatorPublic:
    """Say how a goal is measured, before there is anything to measure."""
    indicator = await indicators.add(goal_id, body, caller)
    created(response, request, f"/projects/v1/indicators/{indicator.id}")
    etag(response, indicator.version)
    return show_indicator((await indicators.views([indicator]))[0], caller, lang)


@router.get(
    "/indicators/{indicatorId}",
    name="indicators_get",
    summary="Read an indicator",
    dependencies=[AsOf],
)
async def indicators_get(
    indicator_id: IndicatorId, caller: GoalsRead, indicators: Indicators, lang: LangDep
) -> IndicatorPublic:
    """One indicator and its progress. There is no ETag: a measurement changes the progress, not the indicator."""
    indicator = await indicators.get(indicator_id)
    return show_indicator((await indicators.views([indicator]))[0], caller, lang)


@router.patch(
    "/indicators/{indicatorId}",
    name="indicators_patch",
    summary="Change an indicator",
    responses=problem_responses(412, 428),
)
async def indicators_patch(
    indicator_id: IndicatorId,
    body: IndicatorChange,
    caller: GoalsLead,
    version: IfMatch,
    indicators: Indicators,
    lang: LangDep,
    response: Response,
) -> IndicatorPublic:
    """Change the words of an indicator; what its values mean stays."""
    indicator = await indicators.change(indicator_id, version, body, caller)
    etag(response, indicator.version)
    return show_indicator((await indicators.views([indicator]))[0], caller, lang)


@router.get(
    "/indicators/{indicatorId}/unit-progresses",
    name="unit_progresses_list",
    summary="List how far each unit has come",
    dependencies=[AsOf],
)
async def unit_progresses_list(
    indicator_id: IndicatorId, caller: GoalsRead, indicators: Indicators, request: Request, page: PageDep
) -> Page[UnitProgressPublic]:
    """The progress of every unit that was measured, by the unit's id."""
    after = page.keys(UUID)
    found = await indicators.unit_progress(await indicators.get(indicator_id))
    rest = [one for one in found if after is None or one[0] > after[0]]
    return make_page(request, page, rest[: page.limit + 1], key=lambda one: [one[0]], show=show_unit_progress)
