"""The checklist over HTTP, to read; an item is ticked off by changing its activity."""

from uuid import UUID

from fastapi import Request

from services.projects.activity.auth import ActivitiesRead
from services.projects.activity.rights import MOVES, refusal_to_edit, refusal_to_tick
from services.projects.activity.view import is_overdue
from services.projects.checklist.schemas import ChecklistDone, ChecklistItem, ChecklistOwner
from services.projects.checklist.service import ChecklistService, Line, Owner
from services.projects.plan.vocabulary import ActivityState
from services.projects.project.endpoints import ProjectId, Projects
from shared.auth.principal import Principal
from shared.kit import clock
from shared.kit.text import Lang, Text
from shared.web import AllowedAction, AsOf, LangDep, Page, PageDep, SessionDep, make_page, new_router

router = new_router("activities")


@router.get(
    "/projects/{projectId}/checklist-items",
    name="checklist_items_list",
    summary="List the checklist of a project",
    dependencies=[AsOf],
)
async def checklist_items_list(
    project_id: ProjectId,
    caller: ActivitiesRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[ChecklistItem]:
    """The activities that stand on the checklist, with their owner on each side, deadline, and who ticked them off.

    Tick one off with `PATCH /activities/{activityId}` and `{"state": "done"}`.
    """
    await projects.get(project_id)
    lines = await ChecklistService(session).list_after(project_id, page.keys(int, UUID), page.limit + 1)
    return make_page(
        request,
        page,
        lines,
        key=lambda line: [line.activity.position, line.activity.id],
        show=lambda line: _item(line, caller, lang),
    )


def _item(line: Line, caller: Principal, lang: Lang) -> ChecklistItem:
    row, window = line.activity, line.activity.window
    refusal = refusal_to_edit(caller, row, MOVES) or refusal_to_tick(caller, row)
    tick = AllowedAction(
        action="tick",
        method="PATCH",
        href=f"/projects/v1/activities/{row.id}",
        allowed=refusal is None,
        reason=refusal and refusal.pick(lang),
    )
    return ChecklistItem(
        activity_id=row.id,
        source_ref=row.source_ref,
        unit_id=row.unit_id,
        section=Text.model_validate(row.section) if row.section else None,
        title=Text.model_validate(row.title),
        side=row.side,
        customer_owner=_owner(line.customer),
        supplier_owner=_owner(line.supplier),
        deadline=window and window.end,
        is_tentative=row.window_tentative,
        is_overdue=is_overdue(row, clock.today()),
        done=ChecklistDone(is_done=row.state == ActivityState.done, at=row.done_at, by=row.done_by),
        version=row.version,
        allowed_actions=[tick],
    )


def _owner(owner: Owner | None) -> ChecklistOwner | None:
    if owner is None:
        return None
    title = Text.model_validate(owner.role.title) if owner.role else None
    return ChecklistOwner(role_key=owner.role_key, role=title, account_id=owner.account_id)
