"""Previewing and making projects over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.instantiation.draft import draw
from services.projects.instantiation.preview import preview
from services.projects.instantiation.preview_schemas import PlanPreview
from services.projects.instantiation.schemas import InstantiationPublic, PlanChoices, ProjectCreate
from services.projects.instantiation.service import InstantiationService
from services.projects.project.auth import ProjectsRead, ProjectsWrite
from services.projects.project.endpoints import Projects, shown
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.schemas import ProjectPublic
from services.projects.template.auth import TemplatesRead
from services.projects.template.endpoints import TemplateKeyPath, Templates, VersionPath, visible
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.web import LangDep, SessionDep, created, etag, new_router

router = new_router("projects")

InstantiationId = Annotated[UUID, Path(alias="instantiationId")]


async def _service(session: SessionDep) -> InstantiationService:
    return InstantiationService(session)


Instantiations = Annotated[InstantiationService, Depends(_service)]


@router.post(
    "/templates/{templateKey}/versions/{version}/previews",
    name="template_previews_create",
    summary="Preview a plan",
    tags=["templates"],
)
async def template_previews_create(
    template_key: TemplateKeyPath,
    version: VersionPath,
    body: PlanChoices,
    caller: TemplatesRead,
    templates: Templates,
    instantiations: Instantiations,
) -> PlanPreview:
    """What these choices would give: dates, rows, vacant roles, infeasible pairs, remarks, figures. Writes nothing."""
    published = await visible(templates, caller, template_key, version)
    choices = await instantiations.settled(body)
    return preview(draw(published.template, choices), choices, clock.today())


@router.post("/projects", name="projects_create", status_code=201, summary="Make a project from a template")
async def projects_create(
    body: ProjectCreate,
    caller: ProjectsWrite,
    instantiations: Instantiations,
    templates: Templates,
    projects: Projects,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ProjectPublic:
    """Write the whole plan in one transaction. A plan with more than 2000 rows per unit goes to `/instantiations`."""
    demand(refusal_to_lead(caller, Scope.projects_write))
    published = await visible(templates, caller, body.template_key, body.template_version)
    project = await instantiations.create(body, published, caller.subject)
    created(response, request, f"/projects/v1/projects/{project.id}")
    etag(response, project.version)
    return await shown(project, projects, caller, lang)


@router.post("/instantiations", name="instantiations_create", status_code=202, summary="Make a large project by a job")
async def instantiations_create(
    body: ProjectCreate,
    caller: ProjectsWrite,
    instantiations: Instantiations,
    templates: Templates,
    request: Request,
    response: Response,
) -> InstantiationPublic:
    """Make the project now and its plan in the background. Location is the job, which tells how far it has come."""
    demand(refusal_to_lead(caller, Scope.projects_write))
    published = await visible(templates, caller, body.template_key, body.template_version)
    instantiation = await instantiations.start(body, published, caller.subject)
    created(response, request, f"/projects/v1/jobs/{instantiation.job_id}", status=202)
    return InstantiationPublic.model_validate(instantiation)


@router.get("/instantiations/{instantiationId}", name="instantiations_get", summary="Read how far a plan is written")
async def instantiations_get(
    instantiation_id: InstantiationId, caller: ProjectsRead, instantiations: Instantiations, response: Response
) -> InstantiationPublic:
    """The project, its job, and how many of its rows per unit are written."""
    found = await instantiations.get(instantiation_id)
    etag(response, found.version)
    return InstantiationPublic.model_validate(found)
