"""A risk as its caller sees it."""

from services.projects.risk.errors import RiskClosed, RiskNotAssessed
from services.projects.risk.rights import refusal_to_accept, refusal_to_edit, refusal_to_manage
from services.projects.risk.schemas import MeasurePublic, RiskAcceptancePublic, RiskPublic, TriggerPublic
from services.projects.risk.service import RiskView
from services.projects.risk.vocabulary import RiskState
from shared.auth.principal import Principal
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction


def show(view: RiskView, caller: Principal, lang: Lang) -> RiskPublic:
    risk = view.risk
    computed = {
        "level": risk.level,
        "is_assessed": risk.level is not None,
        "acceptance": view.accepted and RiskAcceptancePublic.model_validate(view.accepted),
        "trigger": _trigger(view),
        "measures": [
            MeasurePublic(
                activity_id=activity.id,
                source_ref=activity.source_ref,
                title=Text.model_validate(activity.title),
                state=activity.state,
            )
            for activity in view.measures
        ],
        "allowed_actions": _actions(view, caller, lang),
    }
    return RiskPublic.model_validate(risk.model_dump() | computed)


def _trigger(view: RiskView) -> TriggerPublic | None:
    seen, risk = view.trigger, view.risk
    if seen is None:
        return None
    return TriggerPublic(
        kind=risk.trigger_kind,
        params=risk.trigger_params,
        state=seen.state,
        explanation=seen.explanation,
        evidence=seen.evidence,
        changed_at=risk.trigger_changed_at,
    )


def _actions(view: RiskView, caller: Principal, lang: Lang) -> list[AllowedAction]:
    risk = view.risk
    here = f"/projects/v1/risks/{risk.id}"
    manage = refusal_to_manage(caller)
    closed = RiskClosed.title if risk.state == RiskState.closed else None
    level = RiskNotAssessed.title if risk.level is None else None
    reasons = {
        ("change", "PATCH", here): manage,
        ("move", "PATCH", here): refusal_to_edit(caller, risk, {"state"}),
        ("assess", "POST", f"{here}/assessments"): manage or closed,
        ("accept", "POST", f"{here}/acceptances"): refusal_to_accept(caller) or closed or level,
        ("add_measure", "POST", f"{here}/measures"): manage or closed,
    }
    return [
        AllowedAction.model_validate(
            {
                "action": action,
                "method": method,
                "href": href,
                "allowed": reason is None,
                "reason": reason and reason.pick(lang),
            }
        )
        for (action, method, href), reason in reasons.items()
    ]
