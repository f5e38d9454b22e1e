"""Programmes and waves as one caller sees them."""

from fastapi import Request

from services.projects.programme.errors import ProgrammeClosed, WaveStepRefused
from services.projects.programme.models import Programme, Wave
from services.projects.programme.rights import refusal_to_run
from services.projects.programme.schemas import ProgrammePublic, WavePublic
from services.projects.programme.vocabulary import STEPS, ProgrammeState, WaveStep
from shared.auth.principal import Principal
from shared.kit.text import Lang, Text
from shared.web.actions import allowed_action

BASE = "/projects/v1"


def show_programme(row: Programme, caller: Principal, request: Request, lang: Lang) -> ProgrammePublic:
    path, refused = f"{BASE}/programmes/{row.id}", refusal_to_run(caller)
    closed = refused or (ProgrammeClosed.title if row.state == ProgrammeState.closed else None)
    actions = [
        allowed_action(request, lang, "change", "PATCH", path, refused=refused),
        *(
            allowed_action(request, lang, name, "POST", f"{path}/{below}", refused=closed)
            for name, below in (
                ("add_wave", "waves"),
                ("add_members", "members"),
                ("publish_task_list", "publications"),
            )
        ),
    ]
    return ProgrammePublic.model_validate(row.model_dump() | {"allowed_actions": actions})


def show_wave(row: Wave, caller: Principal, request: Request, lang: Lang) -> WavePublic:
    path, refused = f"{BASE}/waves/{row.id}", refusal_to_run(caller)
    actions = [
        allowed_action(request, lang, "change", "PATCH", path, refused=refused),
        *(
            allowed_action(request, lang, step.name, "POST", f"{path}/{step}", refused=refused or _refused(row, step))
            for step in WaveStep
        ),
    ]
    computed = {"rollout": row.window, "use": row.use, "allowed_actions": actions}
    return WavePublic.model_validate(row.model_dump() | computed)


def _refused(row: Wave, step: WaveStep) -> Text | None:
    wanted, _ = STEPS[step]
    if row.state == wanted:
        return None
    found = WaveStepRefused(step, row.state, wanted).detail
    return found if isinstance(found, Text) else WaveStepRefused.title
