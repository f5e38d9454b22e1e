"""Deviations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.projects.benefit.rights import action
from services.projects.deviation.auth import DeviationsMend, DeviationsRead, DeviationsReport
from services.projects.deviation.errors import DeviationClosed, DeviationNotDone
from services.projects.deviation.models import Deviation
from services.projects.deviation.schemas import (
    DeviationCausePublic,
    DeviationChange,
    DeviationCreate,
    DeviationEffectCheck,
    DeviationPublic,
)
from services.projects.deviation.service import DeviationService, missing_of, refusal_to_mend
from services.projects.project.endpoints import ProjectId, Projects
from shared.auth.principal import Principal
from shared.kit.text import Lang
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("deviations")

DeviationId = Annotated[UUID, Path(alias="deviationId")]


@router.get(
    "/projects/{projectId}/deviations",
    name="deviations_list",
    summary="List the deviations of a project",
    dependencies=[AsOf],
)
async def deviations_list(
    project_id: ProjectId,
    caller: DeviationsRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
    is_open: Annotated[bool | None, Query(alias="open", description="Only open ones, or only closed ones")] = None,
) -> Page[DeviationPublic]:
    """Deviations, oldest first. Other sides than the customer's see those that are shared."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await DeviationService(session, caller).list_after(
        project_id, is_open, after[0] if after else None, page.limit + 1
    )
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, caller, lang))


@router.get(
    "/projects/{projectId}/deviation-causes",
    name="deviation_causes_list",
    summary="List what deviations come from",
    dependencies=[AsOf],
)
async def deviation_causes_list(
    project_id: ProjectId,
    caller: DeviationsRead,
    projects: Projects,
    session: SessionDep,
    request: Request,
    page: PageDep,
) -> Page[DeviationCausePublic]:
    """The causes to choose from, those of the plan's source or the usual ten and other."""
    await projects.get(project_id)
    after = page.keys(int)
    start = after[0] if after else 0
    causes = list(enumerate(await DeviationService(session).causes(project_id), start=1))
    return make_page(
        request,
        page,
        [one for one in causes if one[0] > start][: page.limit + 1],
        key=lambda one: [one[0]],
        show=lambda one: DeviationCausePublic(key=one[1][0], source_ref=one[1][1], title=one[1][2]),
    )


@router.post(
    "/projects/{projectId}/deviations",
    name="deviations_create",
    status_code=201,
    summary="Report a deviation",
)
async def deviations_create(
    project_id: ProjectId,
    body: DeviationCreate,
    caller: DeviationsReport,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> DeviationPublic:
    """Report what went wrong. Heads report for their own units; what the supplier reports is shared."""
    deviation = await DeviationService(session, caller).add(project_id, body, caller)
    created(response, request, f"/projects/v1/deviations/{deviation.id}")
    etag(response, deviation.version)
    return _show(deviation, caller, lang)


@router.get("/deviations/{deviationId}", name="deviations_get", summary="Read a deviation", dependencies=[AsOf])
async def deviations_get(
    deviation_id: DeviationId, caller: DeviationsRead, session: SessionDep, lang: LangDep, response: Response
) -> DeviationPublic:
    """One deviation."""
    deviation = await DeviationService(session, caller).get(deviation_id)
    etag(response, deviation.version)
    return _show(deviation, caller, lang)


@router.patch(
    "/deviations/{deviationId}",
    name="deviations_patch",
    summary="Work on a deviation",
    responses=problem_responses(412, 428),
)
async def deviations_patch(
    deviation_id: DeviationId,
    body: DeviationChange,
    caller: DeviationsMend,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> DeviationPublic:
    """Find the root cause, and the activity that corrects it."""
    deviation = await DeviationService(session, caller).change(deviation_id, version, body, caller)
    etag(response, deviation.version)
    return _show(deviation, caller, lang)


@router.post(
    "/deviations/{deviationId}/effect-checks",
    name="deviation_effect_checks_create",
    summary="Check the effect",
)
async def deviation_effect_checks_create(
    deviation_id: DeviationId, body: DeviationEffectCheck, caller: DeviationsMend, session: SessionDep, lang: LangDep
) -> DeviationPublic:
    """Say whether the correction helped; a later check replaces the former."""
    return _show(await DeviationService(session, caller).check_effect(deviation_id, body, caller), caller, lang)


@router.post("/deviations/{deviationId}/closures", name="deviation_closures_create", summary="Close a deviation")
async def deviation_closures_create(
    deviation_id: DeviationId, caller: DeviationsMend, session: SessionDep, lang: LangDep
) -> DeviationPublic:
    """Close it. Answers 409 with what lacks while it has no root cause or its effect was not checked."""
    return _show(await DeviationService(session, caller).close(deviation_id, caller), caller, lang)


def _show(deviation: Deviation, caller: Principal, lang: Lang) -> DeviationPublic:
    refusal = refusal_to_mend(caller, deviation) or (DeviationClosed.title if deviation.closed_at else None)
    missing, path = missing_of(deviation), f"/deviations/{deviation.id}"
    closing = refusal or (DeviationNotDone.title if missing else None)
    computed = {
        "state": "closed" if deviation.closed_at else "open",
        "missing": missing,
        "allowed_actions": [
            action("change", "PATCH", path, refusal, lang),
            action("check_effect", "POST", f"{path}/effect-checks", refusal, lang),
            action("close", "POST", f"{path}/closures", closing, lang),
        ],
    }
    return DeviationPublic.model_validate(deviation.model_dump() | computed)
