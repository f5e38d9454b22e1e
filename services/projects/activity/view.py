"""An activity as its caller sees it."""

from datetime import date
from typing import Any

from services.projects.activity.models import Activity
from services.projects.activity.rights import MOVES, refusal_to_edit
from services.projects.activity.schemas import ActivityPublic
from services.projects.activity.service import Around
from services.projects.plan.vocabulary import ActivityState
from services.projects.project.errors import PlanIsApproved
from services.projects.project.rights import refusal_to_change_row
from shared.auth.principal import Principal
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction

OPEN = (ActivityState.planned, ActivityState.started)


def is_overdue(activity: Activity, today: date) -> bool:
    """Whether it is late: work that applies, is not finished, and whose window has ended."""
    window = activity.window
    return activity.is_enabled and activity.state in OPEN and window is not None and window.is_overdue(today)


def show(activity: Activity, caller: Principal, lang: Lang, today: date, around: Around) -> ActivityPublic:
    """The whole activity."""
    computed = {
        "window": activity.window,
        "is_overdue": is_overdue(activity, today),
        "rollup": around.rollup,
        "allowed_actions": _actions(activity, caller, lang, is_agreed=around.is_agreed),
    }
    return ActivityPublic.model_validate(activity.model_dump() | computed)


def _actions(activity: Activity, caller: Principal, lang: Lang, *, is_agreed: bool) -> list[AllowedAction]:
    refusal = refusal_to_change_row(caller, activity.side)
    shaping = refusal or (PlanIsApproved.title if is_agreed else None)
    moving = refusal_to_edit(caller, activity, MOVES)
    href = f"/projects/v1/activities/{activity.id}"
    actions = [
        _action("change", "PATCH", href, refusal, lang),
        _action("move", "PATCH", href, moving, lang),
        _action("reschedule", "PATCH", href, shaping, lang),
        _action("delete", "DELETE", href, shaping, lang),
    ]
    if activity.parent_id is None:
        actions.append(_action("add_units", "POST", f"{href}/children", shaping, lang))
    return actions


def _action(name: str, method: Any, href: str, refusal: Text | None, lang: Lang) -> AllowedAction:
    reason = refusal and refusal.pick(lang)
    return AllowedAction(action=name, method=method, href=href, allowed=refusal is None, reason=reason)
