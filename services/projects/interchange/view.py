"""An import as its caller sees it."""

from fastapi import Request

from services.projects.interchange.models import ImportState, PlanImport
from services.projects.interchange.schemas import ImportOptions, ImportPublic
from services.projects.project.rights import LEADERS
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang, Text
from shared.web.actions import allowed_action, refusal

_NOT_READ = Text(sv="Filen är inte läst än", en="The file has not been read yet", da="Filen er ikke læst endnu")
_UNREADABLE = Text(sv="Filen går inte att läsa", en="The file cannot be read", da="Filen kan ikke læses")
_APPLIED = Text(sv="Importen är gjord", en="The import has been applied", da="Importen er udført")
_ERASED = Text(sv="Filen är raderad", en="The file was erased", da="Filen er slettet")
_WHY = {
    ImportState.reading: _NOT_READ,
    ImportState.unreadable: _UNREADABLE,
    ImportState.applied: _APPLIED,
    ImportState.erased: _ERASED,
}


def shown(found: PlanImport, caller: Principal, request: Request, lang: Lang) -> ImportPublic:
    state = ImportState(found.state)
    path = f"/projects/v1/imports/{found.id}"
    refused = refusal(caller, Scope.activities_write, LEADERS)
    judge = refused or (_WHY[state] if state in (ImportState.applied, ImportState.erased) else None)
    apply = refused or _WHY.get(state)
    erase = refused or (_ERASED if found.file_id is None else None)
    options = ImportOptions.model_validate({k: v for k, v in found.options.items() if k in ImportOptions.model_fields})
    return ImportPublic.model_validate(
        found.model_dump(exclude={"options"})
        | {
            "options": options,
            "allowed_actions": [
                allowed_action(request, lang, "judge", "POST", f"{path}/dry-runs", refused=judge),
                allowed_action(request, lang, "apply", "POST", f"{path}/applications", refused=apply),
                allowed_action(request, lang, "erase", "DELETE", path, refused=erase),
            ],
        }
    )
