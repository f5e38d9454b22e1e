"""Requests of data subjects as callers see them."""

from fastapi import Request

from services.sync.subject.auth import refusal_to_decide
from services.sync.subject.models import PersonErasure, PersonExport
from services.sync.subject.schemas import PersonErasurePublic, PersonExportPublic
from services.sync.subject.service import problem_with_approving, problem_with_refusing
from shared.auth import Principal
from shared.kit import clock
from shared.kit.problems import Problem
from shared.kit.text import Lang
from shared.web import AllowedAction
from shared.web.actions import allowed_action


def show_export(row: PersonExport) -> PersonExportPublic:
    is_over = row.state == "ready" and row.file_until is not None and row.file_until < clock.now()
    return PersonExportPublic.model_validate(row.model_dump() | {"state": "expired" if is_over else row.state})


def show_erasure(row: PersonErasure, caller: Principal, request: Request, lang: Lang) -> PersonErasurePublic:
    def action(name: str, place: str, problem: Problem | None) -> AllowedAction:
        refused = refusal_to_decide(caller) or (problem.title if problem else None)
        path = f"/sync/v1/person-erasures/{row.id}/{place}"
        return allowed_action(request, lang, name, "POST", path, refused=refused)

    actions = [
        action("approve", "approvals", problem_with_approving(row, caller)),
        action("refuse", "refusals", problem_with_refusing(row, caller)),
    ]
    return PersonErasurePublic.model_validate(row.model_dump() | {"allowed_actions": actions})
