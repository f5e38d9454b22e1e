"""Previewing and making projects over HTTP."""

from fastapi import Request, Response

from services.projects.instantiation.draft import draw
from services.projects.instantiation.preview import preview
from services.projects.instantiation.schemas import PlanChoices, PlanPreview, ProjectCreate
from services.projects.instantiation.service import InstantiationService
from services.projects.project.auth import ProjectsWrite
from services.projects.project.endpoints import Projects, shown
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.schemas import ProjectPublic
from services.projects.template.auth import TemplatesRead
from services.projects.template.catalogue import shipped
from services.projects.template.endpoints import TemplateKeyPath, VersionPath
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.web import LangDep, SessionDep, created, etag, new_router

router = new_router("projects")


@router.post(
    "/templates/{templateKey}/versions/{version}/previews",
    name="template_previews_create",
    summary="Preview a plan",
    tags=["templates"],
)
async def template_previews_create(
    template_key: TemplateKeyPath, version: VersionPath, body: PlanChoices, caller: TemplatesRead
) -> PlanPreview:
    """The dates, rows, gates, vacant roles and remarks that these choices would give. Writes nothing."""
    choices = body.settled()
    return preview(draw(shipped().get(template_key, version), choices), choices, clock.today())


@router.post("/projects", name="projects_create", status_code=201, summary="Make a project from a template")
async def projects_create(
    body: ProjectCreate,
    caller: ProjectsWrite,
    session: SessionDep,
    projects: Projects,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ProjectPublic:
    """Write the whole plan in one transaction: phases, activities, gates with their criteria, parties and roles."""
    demand(refusal_to_lead(caller, Scope.projects_write))
    project = await InstantiationService(session).create(body, caller.subject)
    created(response, request, f"/projects/v1/projects/{project.id}")
    etag(response, project.version)
    return await shown(project, projects, caller, lang)
