"""The annual wheel over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.benefit.rights import action
from services.projects.goal.auth import GoalsLead, GoalsRead
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import refusal_to_lead
from services.projects.wheel.anchors import SchoolYear
from services.projects.wheel.models import AnnualWheel, WheelEvent
from services.projects.wheel.schemas import (
    WheelCreate,
    WheelDue,
    WheelEventChange,
    WheelEventCreate,
    WheelEventPublic,
    WheelPublic,
    WheelRoll,
    WheelRolled,
)
from services.projects.wheel.service import Rolled, WheelService
from services.projects.wheel.vocabulary import WheelAction
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang, Text
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("annual-wheels")

WheelId = Annotated[UUID, Path(alias="annualWheelId")]
EventId = Annotated[UUID, Path(alias="wheelEventId")]


async def _service(session: SessionDep) -> WheelService:
    return WheelService(session)


Wheels = Annotated[WheelService, Depends(_service)]


@router.get(
    "/projects/{projectId}/annual-wheels",
    name="annual_wheels_list",
    summary="List the annual wheels",
    dependencies=[AsOf],
)
async def annual_wheels_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    wheels: Wheels,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[WheelPublic]:
    """Annual wheels with their events."""
    await projects.get(project_id)
    after = page.keys(UUID)
    found = await wheels.list_after(project_id, after[0] if after else None, page.limit + 1)
    events = await wheels.events(found)
    return make_page(request, page, found, key=lambda row: [row.id], show=lambda row: _show(row, events, caller, lang))


@router.post(
    "/projects/{projectId}/annual-wheels",
    name="annual_wheels_create",
    status_code=201,
    summary="Add an annual wheel",
)
async def annual_wheels_create(
    project_id: ProjectId,
    body: WheelCreate,
    caller: GoalsLead,
    wheels: Wheels,
    lang: LangDep,
    request: Request,
    response: Response,
) -> WheelPublic:
    """Add a wheel; its events come one by one."""
    wheel = await wheels.add(project_id, body, caller)
    created(response, request, f"/projects/v1/annual-wheels/{wheel.id}")
    etag(response, wheel.version)
    return _show(wheel, [], caller, lang)


@router.get(
    "/annual-wheels/{annualWheelId}",
    name="annual_wheels_get",
    summary="Read an annual wheel",
    dependencies=[AsOf],
)
async def annual_wheels_get(
    wheel_id: WheelId, caller: GoalsRead, wheels: Wheels, lang: LangDep, response: Response
) -> WheelPublic:
    """One wheel with its events."""
    wheel = await wheels.get(wheel_id)
    etag(response, wheel.version)
    return _show(wheel, await wheels.events([wheel]), caller, lang)


@router.post(
    "/annual-wheels/{annualWheelId}/events",
    name="wheel_events_create",
    status_code=201,
    summary="Add an event to a wheel",
)
async def wheel_events_create(
    wheel_id: WheelId,
    body: WheelEventCreate,
    caller: GoalsLead,
    wheels: Wheels,
    request: Request,
    response: Response,
) -> WheelEventPublic:
    """Add what comes back every school year."""
    event = await wheels.add_event(wheel_id, body, caller)
    created(response, request, f"/projects/v1/annual-wheels/{wheel_id}")
    etag(response, event.version)
    return WheelEventPublic.model_validate(event)


@router.patch(
    "/wheel-events/{wheelEventId}",
    name="wheel_events_patch",
    summary="Change an event of a wheel",
    responses=problem_responses(412, 428),
)
async def wheel_events_patch(
    event_id: EventId,
    body: WheelEventChange,
    caller: GoalsLead,
    version: IfMatch,
    wheels: Wheels,
    response: Response,
) -> WheelEventPublic:
    """Place an event in the year, or change its days; what was rolled before stays as it is."""
    event = await wheels.change_event(event_id, version, body, caller)
    etag(response, event.version)
    return WheelEventPublic.model_validate(event)


@router.post(
    "/annual-wheels/{annualWheelId}/roll-previews",
    name="wheel_roll_previews_create",
    summary="Preview a school year",
)
async def wheel_roll_previews_create(
    wheel_id: WheelId, body: WheelRoll, caller: GoalsRead, wheels: Wheels
) -> WheelRolled:
    """What a school year would hold, without writing anything."""
    return _rolled(await wheels.preview(wheel_id, _year(body)))


@router.post("/annual-wheels/{annualWheelId}/rolls", name="wheel_rolls_create", summary="Roll a wheel forward")
async def wheel_rolls_create(wheel_id: WheelId, body: WheelRoll, caller: GoalsLead, wheels: Wheels) -> WheelRolled:
    """Make the data requests and dates of a school year. Rolled again it makes only what is new."""
    return _rolled(await wheels.roll(wheel_id, _year(body), caller))


def _year(body: WheelRoll) -> SchoolYear:
    return SchoolYear(body.school_year, body.autumn_term_start, body.spring_term_start, body.census_date)


def _rolled(rolled: Rolled) -> WheelRolled:
    items = [
        WheelDue(
            event_id=due.event.id,
            key=due.event.key,
            title=Text.model_validate(due.event.title),
            action=WheelAction(due.event.action),
            on_date=due.on_date,
            slot=due.slot,
            is_new=due.is_new,
            data_request_id=due.occurrence and due.occurrence.data_request_id,
        )
        for due in rolled.due
    ]
    return WheelRolled(school_year=rolled.year, items=items, unplaced=rolled.unplaced)


def _show(wheel: AnnualWheel, events: Sequence[WheelEvent], caller: Principal, lang: Lang) -> WheelPublic:
    refusal, path = refusal_to_lead(caller, Scope.goals_write), f"/annual-wheels/{wheel.id}"
    computed = {
        "events": [WheelEventPublic.model_validate(event) for event in events if event.wheel_id == wheel.id],
        "allowed_actions": [
            action("add_event", "POST", f"{path}/events", refusal, lang),
            action("roll", "POST", f"{path}/rolls", refusal, lang),
        ],
    }
    return WheelPublic.model_validate(wheel.model_dump() | computed)
