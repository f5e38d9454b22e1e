"""Undo an applied run."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.sync.run.schemas import RunPublic
from services.sync.run.showing import show_run
from services.sync.undo.auth import UndosStart
from services.sync.undo.schemas import UndoCreate
from services.sync.undo.service import UndoService
from shared.web import LangDep, SessionDep, created, new_router

router = new_router("runs")


@router.post("/runs/{runId}/undos", status_code=202, summary="Undo a run")
async def run_undos_create(
    run_id: Annotated[UUID, Path(alias="runId")],
    body: UndoCreate,
    caller: UndosStart,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> RunPublic:
    """Plan the inverse of the newest run. It is approved and applied like every plan, as a version of its own.

    The roster is then as it was before the run, but for two things: who became protected stays protected, and who was
    erased stays erased.
    """
    run = await UndoService(session).start(run_id, caller.subject, body.reason)
    created(response, request, f"/sync/v1/jobs/{run.job_id}", status=202)
    return show_run(run, [], caller, request, lang)
