"""Copies and environments as their caller sees them."""

from datetime import date

from services.projects.copylog.errors import AlreadyPurged
from services.projects.copylog.models import CopyLogEntry, MigrationEnvironment
from services.projects.copylog.rights import refusal_to_keep
from services.projects.copylog.schemas import CopyPublic, EnvironmentPublic
from services.projects.copylog.service import is_open, is_overdue
from shared.auth.principal import Principal
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction


def show_copy(copy: CopyLogEntry, caller: Principal, lang: Lang, today: date) -> CopyPublic:
    refusal = refusal_to_keep(caller, copy.made_side)
    computed = {
        "is_overdue": is_overdue(copy, today),
        "allowed_actions": _actions(f"/projects/v1/copy-log-entries/{copy.id}", refusal, copy, lang),
    }
    return CopyPublic.model_validate(copy.model_dump() | computed)


def show_environment(environment: MigrationEnvironment, caller: Principal, lang: Lang) -> EnvironmentPublic:
    refusal = refusal_to_keep(caller, environment.owner_side)
    here = f"/projects/v1/migration-environments/{environment.id}"
    computed = {"is_open": is_open(environment), "allowed_actions": _actions(here, refusal, environment, lang)}
    return EnvironmentPublic.model_validate(environment.model_dump() | computed)


def _actions(
    here: str, refusal: Text | None, row: CopyLogEntry | MigrationEnvironment, lang: Lang
) -> list[AllowedAction]:
    reason = refusal or (AlreadyPurged.title if row.purged_at is not None else None)
    said = {"allowed": reason is None, "reason": reason and reason.pick(lang)}
    return [
        AllowedAction(action="change", method="PATCH", href=here, **said),
        AllowedAction(action="purge", method="POST", href=f"{here}/purges", **said),
    ]
