"""An integration as its caller sees it."""

from datetime import date

from services.projects.integration.errors import NotVerified, SoakTooEarly, WrongStep
from services.projects.integration.rights import refusal_to_set_up
from services.projects.integration.schemas import IntegrationPublic, StepPublic
from services.projects.integration.service import IntegrationView, soak_days_left
from services.projects.integration.vocabulary import IntegrationState
from shared.auth.principal import Principal
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction


def show(view: IntegrationView, caller: Principal, lang: Lang, today: date) -> IntegrationPublic:
    integration = view.integration
    computed = {
        "system_key": view.system.key,
        "soak_days_left": soak_days_left(integration, today),
        "steps": [
            StepPublic(
                activity_id=activity.id,
                source_ref=activity.source_ref,
                title=Text.model_validate(activity.title),
                state=activity.state,
            )
            for activity in view.steps
        ],
        "allowed_actions": _actions(view, caller, lang),
    }
    return IntegrationPublic.model_validate(integration.model_dump() | computed)


def _actions(view: IntegrationView, caller: Principal, lang: Lang) -> list[AllowedAction]:
    integration, refusal = view.integration, refusal_to_set_up(caller, view.integration.side)
    here, state = f"/projects/v1/integrations/{integration.id}", integration.state
    watched = None if state == IntegrationState.verifying else SoakTooEarly.title
    verified = {IntegrationState.verified: None, IntegrationState.active: WrongStep.title}
    ready = verified.get(IntegrationState(state), NotVerified.title)
    reasons = {
        ("change", "PATCH", here): refusal,
        ("verify", "POST", f"{here}/verifications"): refusal or watched,
        ("activate", "POST", f"{here}/activations"): refusal or ready,
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
