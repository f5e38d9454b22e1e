"""A data request as its caller sees it."""

from datetime import date

from services.projects.benefit.rights import action, reads_texts, refusal_to_move
from services.projects.datarequest.errors import DataRequestClosed, NotFollowedUp
from services.projects.datarequest.models import DataRequestUnit
from services.projects.datarequest.schemas import DataRequestPublic, UnitAnswerPublic
from services.projects.datarequest.service import RequestView, overdue_of
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang


def show(view: RequestView, caller: Principal, lang: Lang, today: date) -> DataRequestPublic:
    request, path = view.request, f"/data-requests/{view.request.id}"
    refusal = refusal_to_move(caller, Scope.goals_write, request.owner_id)
    refusal = refusal or (DataRequestClosed.title if request.closed_at else None)
    computed = {
        "state": "closed" if request.closed_at else "open",
        "units": [_unit(unit, caller) for unit in view.units],
        "unanswered": sum(unit.answered_at is None for unit in view.units),
        "overdue": overdue_of(view, today),
        "missing": view.missing,
        "allowed_actions": [
            action("change", "PATCH", path, refusal, lang),
            action("follow_up", "POST", f"{path}/follow-ups", refusal, lang),
            action("feed_back", "POST", f"{path}/feedbacks", refusal, lang),
            action(
                "close", "POST", f"{path}/closures", refusal or (NotFollowedUp.title if view.missing else None), lang
            ),
        ],
    }
    return DataRequestPublic.model_validate(request.model_dump() | computed)


def _unit(unit: DataRequestUnit, caller: Principal) -> UnitAnswerPublic:
    answer = unit.answer if unit.answered_at and reads_texts(caller, unit.unit_id) else None
    return UnitAnswerPublic(unit_id=unit.unit_id, answered_at=unit.answered_at, answer=answer)
