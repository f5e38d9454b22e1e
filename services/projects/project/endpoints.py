"""Projects over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.plan.vocabulary import PlanState
from services.projects.project.auth import ProjectsRead, ProjectsWrite
from services.projects.project.errors import PlanIsApproved
from services.projects.project.models import Project
from services.projects.project.rights import (
    NOT_IN_THIS_STATE,
    demand,
    refusal_to_decide,
    refusal_to_lead,
    refusal_to_propose,
)
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
from shared.kit.text import Lang, Text
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
from shared.web.actions import Method
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
    return ProjectPublic(
        **ProjectItem.model_validate(project).model_dump(),
        parties=[PartyPublic.model_validate(party) for party in await projects.parties(project.id)],
        roles=[
            ProjectRolePublic.model_validate(role.model_dump() | {"account_id": holder})
            for role, holder in await projects.roles(project.id)
        ],
        allowed_actions=_actions(project, caller, lang),
    )


def _actions(project: Project, caller: Principal, lang: Lang) -> list[AllowedAction]:
    """What can be done with a project and its plan as a whole, by the state that the plan is in."""
    leads = refusal_to_lead(caller, Scope.projects_write)
    proposes = refusal_to_propose(caller)
    decides = refusal_to_decide(caller, Scope.projects_write)
    state = PlanState(project.plan_state)
    returns = decides if state is PlanState.approved else proposes
    moves = leads or (PlanIsApproved.title if state is PlanState.approved else None)
    found: list[tuple[str, Method, str, Text | None]] = [
        ("change", "PATCH", "", leads),
        ("choose_options", "PATCH", "/options", moves),
        ("upgrade", "POST", "/template-upgrades", moves),
        ("reschedule", "POST", "/reschedules", moves),
        ("propose", "POST", "/plan-proposals", proposes or (None if state is PlanState.draft else NOT_IN_THIS_STATE)),
        ("approve", "POST", "/plan-approvals", decides or (None if state is PlanState.proposed else NOT_IN_THIS_STATE)),
        ("return", "POST", "/plan-returns", returns or (NOT_IN_THIS_STATE if state is PlanState.draft else None)),
        ("request_change", "POST", "/change-requests", proposes),
    ]
    return [
        AllowedAction(
            action=name,
            method=method,
            href=f"/projects/v1/projects/{project.id}{end}",
            allowed=refused is None,
            reason=refused and refused.pick(lang),
        )
        for name, method, end, refused in found
    ]
