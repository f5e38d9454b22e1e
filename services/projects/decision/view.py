"""A decision as its caller sees it."""

from datetime import date

from services.projects.decision.errors import DecisionFinal, DecisionWithdrawn, NotYetDecided
from services.projects.decision.models import Decision
from services.projects.decision.schemas import DecisionPublic
from services.projects.decision.service import is_overdue
from services.projects.decision.vocabulary import DecisionState
from services.projects.plan.vocabulary import PartySide
from services.projects.project.rights import refusal_to_change_row, refusal_to_decide
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction

_SETTLED: dict[str, Text] = {
    DecisionState.decided: DecisionFinal.title,
    DecisionState.superseded: DecisionFinal.title,
    DecisionState.withdrawn: DecisionWithdrawn.title,
}


def refusal_to_prepare(caller: Principal) -> Text | None:
    """Why the caller may not put and prepare questions: both sides' leaders do."""
    return refusal_to_change_row(caller, PartySide.joint, Scope.decisions_write)


def show(decision: Decision, caller: Principal, lang: Lang, today: date) -> DecisionPublic:
    computed = {
        "needed_by": decision.window,
        "is_overdue": is_overdue(decision, today),
        "allowed_actions": _actions(decision, caller, lang),
    }
    return DecisionPublic.model_validate(decision.model_dump() | computed)


def _actions(decision: Decision, caller: Principal, lang: Lang) -> list[AllowedAction]:
    prepare, settled = refusal_to_prepare(caller), _SETTLED.get(decision.state)
    take = refusal_to_decide(caller, Scope.decisions_write)
    not_decided = None if decision.state == DecisionState.decided else NotYetDecided.title
    here, all_of_them = f"/decisions/{decision.id}", f"/projects/{decision.project_id}/decisions"
    rows: list[tuple[str, str, str, Text | None]] = [
        ("change", "PATCH", here, prepare or settled),
        ("take", "POST", f"{here}/outcomes", take or settled),
        ("withdraw", "POST", f"{here}/withdrawals", prepare or settled),
        ("supersede", "POST", all_of_them, prepare or not_decided),
    ]
    return [
        AllowedAction.model_validate(
            {
                "action": action,
                "method": method,
                "href": f"/projects/v1{path}",
                "allowed": reason is None,
                "reason": reason and reason.pick(lang),
            }
        )
        for action, method, path, reason in rows
    ]
