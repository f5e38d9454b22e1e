"""My work over HTTP."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request

from services.projects.activity.rights import MOVES, refusal_to_edit
from services.projects.mywork.auth import MyWorkRead
from services.projects.mywork.schemas import WaitingFor, WorkItem
from services.projects.mywork.service import MyWorkService, Waiting, Whose, Work, narrow, urgency
from services.projects.mywork.vocabulary import ItemKind, Urgency
from services.projects.project.rights import READERS, refusal_to_decide
from shared.auth.principal import Principal
from shared.auth.roles import Role, Side
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.text import Lang, Text
from shared.web import AllowedAction, LangDep, Page, PageDep, SessionDep, make_page, new_router

router = new_router("my-work")

_PATHS: Mapping[ItemKind, str] = {kind: f"{kind.value.replace('_', '-')}s" for kind in ItemKind} | {
    ItemKind.activity: "activities"
}
# What the caller does with an item: its name, the path below the item, and the scope that it needs.
_DEEDS: Mapping[ItemKind, tuple[str, str, Scope]] = {
    ItemKind.change_request: ("decide", "/decisions", Scope.projects_write),
    ItemKind.decision: ("decide", "/outcomes", Scope.decisions_write),
    ItemKind.escalation: ("answer", "/answers", Scope.bodies_write),
    ItemKind.gate: ("pass", "/passes", Scope.gates_write),
}


@router.get("/my-work", name="my_work_list", summary="List what waits for me")
async def my_work_list(
    caller: MyWorkRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
    kind: Annotated[list[ItemKind] | None, Query(description="Only these kinds", max_length=len(ItemKind))] = None,
    project_id: Annotated[UUID | None, Query(alias="projectId", description="Only this project")] = None,
    urgency_: Annotated[Urgency | None, Query(alias="urgency", description="Only what is late, due or open")] = None,
) -> Page[WorkItem]:
    """Rows that the caller owns or takes part in (in person or by a project role), decisions, gates, escalations and
    requests to decide, questions to the caller's units, and meetings; the earliest day first, so what is late leads."""
    whose, today = _whose(caller), clock.today()
    narrowed = narrow(frozenset(kind or ItemKind), project_id, urgency_, today)
    after = page.keys(date.fromisoformat, str, UUID)
    found = await MyWorkService(session).items(whose, narrowed, after, page.limit + 1)
    return make_page(
        request, page, found, key=lambda work: work.item.key, show=lambda work: _show(work, whose, caller, lang, today)
    )


def _whose(caller: Principal) -> Whose:
    is_customer = caller.side is Side.customer
    everywhere = caller.units_for(*Role)
    belongs = frozenset(grant.unit for grant in caller.roles if grant.unit) if everywhere is None else everywhere
    return Whose(
        account_id=caller.subject,
        decides=is_customer and caller.holds_everywhere(Role.approver),
        heads=caller.units_for(Role.unit_head) if is_customer else frozenset(),
        belongs=belongs if is_customer else frozenset(),
        reads=caller.has_any_role(*READERS),
    )


def _show(work: Work, whose: Whose, caller: Principal, lang: Lang, today: date) -> WorkItem:
    item, how = work.item, urgency(work.item, today)
    href = f"/projects/v1/{_PATHS[item.kind]}/{item.id}"
    computed = {
        "window": item.window,
        "due_on": item.day,
        "urgency": how,
        "is_late": how is Urgency.late,
        "waiting_for": [_waiting(each, whose) for each in work.waiting],
        "summon_by": work.summon_by,
        "href": href,
        "allowed_actions": _actions(work, href, caller, lang),
    }
    return WorkItem.model_validate(item.model_dump() | computed)


def _waiting(waiting: Waiting, whose: Whose) -> WaitingFor:
    shown = vars(waiting) if whose.reads else vars(waiting) | {"id": None, "title": None}
    return WaitingFor.model_validate(shown)


def _actions(work: Work, href: str, caller: Principal, lang: Lang) -> list[AllowedAction]:
    """The one that the item is there for, where it costs nothing to tell."""
    if work.activity is not None:
        return [_action("move", "PATCH", href, refusal_to_edit(caller, work.activity, MOVES), lang)]
    if work.item.kind not in _DEEDS:
        return []
    name, path, scope = _DEEDS[work.item.kind]
    return [_action(name, "POST", href + path, refusal_to_decide(caller, scope), lang)]


def _action(name: str, method: Literal["POST", "PATCH"], href: str, refusal: Text | None, lang: Lang) -> AllowedAction:
    reason = refusal and refusal.pick(lang)
    return AllowedAction(action=name, method=method, href=href, allowed=refusal is None, reason=reason)
