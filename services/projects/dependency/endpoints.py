"""Links between activities over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.activity.auth import ActivitiesRead, ActivitiesWrite
from services.projects.activity.models import Dependency
from services.projects.dependency.ends import End
from services.projects.dependency.schemas import (
    DependencyChange,
    DependencyCreate,
    DependencyItem,
    DependencyPublic,
)
from services.projects.dependency.service import DependencyService
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import refusal_to_change_row
from shared.auth.principal import Principal
from shared.kit.text import Lang
from shared.web import (
    AllowedAction,
    AsOf,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    created,
    etag,
    make_page,
    new_router,
)
from shared.web.route import problem_responses

router = new_router("dependencies")

DependencyId = Annotated[UUID, Path(alias="dependencyId")]
_VERSIONED = problem_responses(412, 428)


async def _service(session: SessionDep) -> DependencyService:
    return DependencyService(session)


Dependencies = Annotated[DependencyService, Depends(_service)]


@router.get(
    "/projects/{projectId}/dependencies",
    name="dependencies_list",
    summary="List the dependencies of a project",
    dependencies=[AsOf],
)
async def dependencies_list(
    project_id: ProjectId,
    caller: ActivitiesRead,
    projects: Projects,
    dependencies: Dependencies,
    request: Request,
    page: PageDep,
    activity_id: Annotated[UUID | None, Query(alias="activityId", description="Only those at this activity")] = None,
) -> Page[DependencyItem]:
    """What waits for what, oldest first."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await dependencies.list_after(project_id, after[0] if after else None, page.limit + 1, activity_id)
    ends = await dependencies.ends({each for row in rows for each in (row.predecessor_id, row.successor_id)})
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: DependencyItem.model_validate(_facts(row, ends)),
    )


@router.post(
    "/projects/{projectId}/dependencies",
    name="dependencies_create",
    status_code=201,
    summary="Let an activity wait for another",
)
async def dependencies_create(
    project_id: ProjectId,
    body: DependencyCreate,
    caller: ActivitiesWrite,
    dependencies: Dependencies,
    lang: LangDep,
    request: Request,
    response: Response,
) -> DependencyPublic:
    """Link two activities of the project, as whoever may change the one that waits.

    Answers 409 with the `path` where they would wait for each other. No window is moved.
    """
    row = await dependencies.create(project_id, body, caller)
    created(response, request, f"/projects/v1/dependencies/{row.id}")
    return await _shown(row, dependencies, caller, lang, response)


@router.get("/dependencies/{dependencyId}", name="dependencies_get", summary="Read a dependency", dependencies=[AsOf])
async def dependencies_get(
    dependency_id: DependencyId, caller: ActivitiesRead, dependencies: Dependencies, lang: LangDep, response: Response
) -> DependencyPublic:
    """One link: what waits for what, how, and with which lag."""
    return await _shown(await dependencies.get(dependency_id), dependencies, caller, lang, response)


@router.patch(
    "/dependencies/{dependencyId}", name="dependencies_patch", summary="Change a dependency", responses=_VERSIONED
)
async def dependencies_patch(
    dependency_id: DependencyId,
    body: DependencyChange,
    caller: ActivitiesWrite,
    version: IfMatch,
    dependencies: Dependencies,
    lang: LangDep,
    response: Response,
) -> DependencyPublic:
    """Change type, lag or softness. No window is moved."""
    row = await dependencies.change(dependency_id, version, body, caller)
    return await _shown(row, dependencies, caller, lang, response)


@router.delete(
    "/dependencies/{dependencyId}",
    name="dependencies_delete",
    status_code=204,
    summary="Remove a dependency",
    responses=_VERSIONED,
)
async def dependencies_delete(
    dependency_id: DependencyId, caller: ActivitiesWrite, version: IfMatch, dependencies: Dependencies
) -> None:
    """Nothing waits any more. No window is moved; the history keeps what was."""
    await dependencies.remove(dependency_id, version, caller)


async def _shown(
    row: Dependency, dependencies: DependencyService, caller: Principal, lang: Lang, response: Response
) -> DependencyPublic:
    ends = await dependencies.ends([row.predecessor_id, row.successor_id])
    etag(response, row.version)
    refusal = refusal_to_change_row(caller, ends[row.successor_id].side)
    actions = [
        AllowedAction(
            action=action,
            method=method,
            href=f"/projects/v1/dependencies/{row.id}",
            allowed=refusal is None,
            reason=refusal.pick(lang) if refusal else None,
        )
        for action, method in (("change", "PATCH"), ("remove", "DELETE"))
    ]
    return DependencyPublic.model_validate(_facts(row, ends) | {"allowed_actions": actions})


def _facts(row: Dependency, ends: dict[UUID, End]) -> dict[str, object]:
    ignored = not all(ends[each].counts for each in (row.predecessor_id, row.successor_id) if each in ends)
    return row.model_dump() | {"is_ignored": ignored}
