"""Rows of what was learnt and needed, as their caller sees them."""

from typing import TypeVar

from services.projects.benefit.rights import action
from services.projects.lesson.models import Evaluation, Lesson, NeedCard, Requirement
from services.projects.project.rights import refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang
from shared.web import ApiModel

P = TypeVar("P", bound=ApiModel)


def show(
    row: Evaluation | Lesson | NeedCard | Requirement, shape: type[P], path: str, caller: Principal, lang: Lang
) -> P:
    refusal = refusal_to_lead(caller, Scope.goals_write)
    actions = [action("change", "PATCH", f"{path}/{row.id}", refusal, lang)]
    return shape.model_validate(row.model_dump() | {"allowed_actions": actions})
