"""An activity as its caller sees it."""

from datetime import date

from services.projects.activity.models import Activity
from services.projects.activity.schemas import ActivityPublic
from services.projects.plan.vocabulary import ActivityState
from services.projects.project.rights import refusal_to_change_row
from shared.auth.principal import Principal
from shared.kit.text import Lang
from shared.web.models import AllowedAction

OPEN = (ActivityState.planned, ActivityState.started)


def is_overdue(activity: Activity, today: date) -> bool:
    """Whether it is late: work that applies, is not finished, and whose window has ended."""
    window = activity.window
    return activity.is_enabled and activity.state in OPEN and window is not None and window.is_overdue(today)


def show(activity: Activity, caller: Principal, lang: Lang, today: date) -> ActivityPublic:
    refusal = refusal_to_change_row(caller, activity.side)
    change = AllowedAction(
        action="change",
        method="PATCH",
        href=f"/projects/v1/activities/{activity.id}",
        allowed=refusal is None,
        reason=refusal and refusal.pick(lang),
    )
    computed = {"window": activity.window, "is_overdue": is_overdue(activity, today), "allowed_actions": [change]}
    return ActivityPublic.model_validate(activity.model_dump() | computed)
