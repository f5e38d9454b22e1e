"""Projects over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.project.auth import ProjectsRead, ProjectsWrite
from services.projects.project.models import Project
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.schemas import (
    PartyPublic,
    ProjectChange,
    ProjectItem,
    ProjectPublic,
    ProjectRolePublic,
)
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang
from shared.web import (
    AllowedAction,
    AsOf,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    etag,
    make_page,
    new_router,
)
from shared.web.route import problem_responses

router = new_router("projects")

ProjectId = Annotated[UUID, Path(alias="projectId")]


async def _service(session: SessionDep) -> ProjectService:
    return ProjectService(session)


Projects = Annotated[ProjectService, Depends(_service)]


@router.get("/projects", name="projects_list", summary="List projects", dependencies=[AsOf])
async def projects_list(caller: ProjectsRead, projects: Projects, request: Request, page: PageDep) -> Page[ProjectItem]:
    """The projects of the authority, oldest first."""
    after = page.keys(UUID)
    rows = await projects.list_after(after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=ProjectItem.model_validate)


@router.get("/projects/{projectId}", name="projects_get", summary="Read a project", dependencies=[AsOf])
async def projects_get(
    project_id: ProjectId, caller: ProjectsRead, projects: Projects, lang: LangDep, response: Response
) -> ProjectPublic:
    """One project with its parties, its roles and their holders."""
    project = await projects.get(project_id)
    etag(response, project.version)
    return await shown(project, projects, caller, lang)


@router.patch(
    "/projects/{projectId}", name="projects_patch", summary="Change a project", responses=problem_responses(412, 428)
)
async def projects_patch(
    project_id: ProjectId,
    body: ProjectChange,
    caller: ProjectsWrite,
    version: IfMatch,
    projects: Projects,
    lang: LangDep,
    response: Response,
) -> ProjectPublic:
    """Rename a project, close or open it, or say who holds its roles."""
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    project = await projects.change(project_id, version, body)
    etag(response, project.version)
    return await shown(project, projects, caller, lang)


async def shown(project: Project, projects: ProjectService, caller: Principal, lang: Lang) -> ProjectPublic:
    """A project as its caller sees it."""
    refusal = refusal_to_lead(caller, Scope.projects_write)
    action = AllowedAction(
        action="change",
        method="PATCH",
        href=f"/projects/v1/projects/{project.id}",
        allowed=refusal is None,
        reason=refusal and refusal.pick(lang),
    )
    return ProjectPublic(
        **ProjectItem.model_validate(project).model_dump(),
        parties=[PartyPublic.model_validate(party) for party in await projects.parties(project.id)],
        roles=[
            ProjectRolePublic.model_validate(role.model_dump() | {"account_id": holder})
            for role, holder in await projects.roles(project.id)
        ],
        allowed_actions=[action],
    )
