"""Systems and integrations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.integration.auth import IntegrationsRead, IntegrationsWrite
from services.projects.integration.changes import IntegrationChanges
from services.projects.integration.schemas import (
    IntegrationChange,
    IntegrationCreate,
    IntegrationPublic,
    SystemChange,
    SystemCreate,
    SystemPublic,
    VerificationCreate,
    VerificationPublic,
)
from services.projects.integration.service import IntegrationService
from services.projects.integration.verifying import Verifying
from services.projects.integration.view import show
from services.projects.project.endpoints import ProjectId, Projects
from shared.kit import clock
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("integrations")

SystemId = Annotated[UUID, Path(alias="systemEntryId")]
IntegrationId = Annotated[UUID, Path(alias="integrationId")]


async def _service(session: SessionDep) -> IntegrationService:
    return IntegrationService(session)


Integrations = Annotated[IntegrationService, Depends(_service)]


@router.get(
    "/projects/{projectId}/systems",
    name="systems_list",
    summary="List the systems around a rollout",
    dependencies=[AsOf],
)
async def systems_list(
    project_id: ProjectId,
    caller: IntegrationsRead,
    projects: Projects,
    integrations: Integrations,
    request: Request,
    page: PageDep,
) -> Page[SystemPublic]:
    """The catalogue in its order: what each system is, whose it is, and what happens to its data in the end."""
    await projects.get(project_id)
    after = page.keys(int, UUID)
    rows = await integrations.systems(project_id)
    left = [row for row in rows if not after or (row.position, row.id) > (after[0], after[1])][: page.limit + 1]
    return make_page(request, page, left, key=lambda row: [row.position, row.id], show=SystemPublic.model_validate)


@router.post("/projects/{projectId}/systems", name="systems_create", status_code=201, summary="Add a system")
async def systems_create(
    project_id: ProjectId,
    body: SystemCreate,
    caller: IntegrationsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> SystemPublic:
    """Enter a system into the catalogue, as the customer's leader."""
    system = await IntegrationChanges(session, caller).add_system(project_id, body)
    created(response, request, f"/projects/v1/systems/{system.id}")
    etag(response, system.version)
    return SystemPublic.model_validate(system)


@router.get("/systems/{systemEntryId}", name="systems_get", summary="Read a system", dependencies=[AsOf])
async def systems_get(
    system_id: SystemId, caller: IntegrationsRead, integrations: Integrations, response: Response
) -> SystemPublic:
    """One system of the catalogue."""
    system = await integrations.system(system_id)
    etag(response, system.version)
    return SystemPublic.model_validate(system)


@router.patch(
    "/systems/{systemEntryId}", name="systems_patch", summary="Change a system", responses=problem_responses(412, 428)
)
async def systems_patch(
    system_id: SystemId,
    body: SystemChange,
    caller: IntegrationsWrite,
    version: IfMatch,
    session: SessionDep,
    response: Response,
) -> SystemPublic:
    """Change its entry, as the customer's leader."""
    system = await IntegrationChanges(session, caller).change_system(system_id, version, body)
    etag(response, system.version)
    return SystemPublic.model_validate(system)


@router.get(
    "/projects/{projectId}/integrations", name="integrations_list", summary="List integrations", dependencies=[AsOf]
)
async def integrations_list(
    project_id: ProjectId,
    caller: IntegrationsRead,
    projects: Projects,
    integrations: Integrations,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[IntegrationPublic]:
    """By their keys, each with its steps and how long it must still be watched."""
    await projects.get(project_id)
    after, today = page.keys(str), clock.today()
    views = await integrations.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        views,
        key=lambda view: [view.integration.key],
        show=lambda view: show(view, caller, lang, today),
    )


@router.post(
    "/projects/{projectId}/integrations", name="integrations_create", status_code=201, summary="Plan an integration"
)
async def integrations_create(
    project_id: ProjectId,
    body: IntegrationCreate,
    caller: IntegrationsWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> IntegrationPublic:
    """Plan the connection of a system, by a side that may carry it out."""
    view = await IntegrationChanges(session, caller).add(project_id, body)
    created(response, request, f"/projects/v1/integrations/{view.integration.id}")
    etag(response, view.integration.version)
    return show(view, caller, lang, clock.today())


@router.get(
    "/integrations/{integrationId}", name="integrations_get", summary="Read an integration", dependencies=[AsOf]
)
async def integrations_get(
    integration_id: IntegrationId,
    caller: IntegrationsRead,
    integrations: Integrations,
    lang: LangDep,
    response: Response,
) -> IntegrationPublic:
    """One integration with its steps."""
    integration = await integrations.get(integration_id)
    etag(response, integration.version)
    return show(await integrations.view(integration), caller, lang, clock.today())


@router.patch(
    "/integrations/{integrationId}",
    name="integrations_patch",
    summary="Change an integration",
    responses=problem_responses(412, 428),
)
async def integrations_patch(
    integration_id: IntegrationId,
    body: IntegrationChange,
    caller: IntegrationsWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> IntegrationPublic:
    """Move it on to set up and to verifying, or change what it needs. The soak begins with verifying."""
    view = await IntegrationChanges(session, caller).change(integration_id, version, body)
    etag(response, view.integration.version)
    return show(view, caller, lang, clock.today())


@router.get(
    "/integrations/{integrationId}/verifications",
    name="verifications_list",
    summary="List verifications",
    dependencies=[AsOf],
)
async def verifications_list(
    integration_id: IntegrationId,
    caller: IntegrationsRead,
    integrations: Integrations,
    request: Request,
    page: PageDep,
) -> Page[VerificationPublic]:
    """Oldest first."""
    await integrations.get(integration_id)
    after = page.keys(UUID)
    rows = await integrations.verifications_after(integration_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=VerificationPublic.model_validate)


@router.post(
    "/integrations/{integrationId}/verifications",
    name="verifications_create",
    status_code=201,
    summary="Verify an integration",
)
async def verifications_create(
    integration_id: IntegrationId,
    body: VerificationCreate,
    caller: IntegrationsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> VerificationPublic:
    """Record what was found. The customer's pass at the end of the soak verifies; a failure begins the soak anew."""
    verification = await Verifying(session, caller).verify(integration_id, body)
    created(response, request, f"/projects/v1/integrations/{integration_id}/verifications")
    return VerificationPublic.model_validate(verification)


@router.post(
    "/integrations/{integrationId}/activations",
    name="integration_activations_create",
    status_code=201,
    summary="Activate an integration",
)
async def integration_activations_create(
    integration_id: IntegrationId,
    caller: IntegrationsWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> IntegrationPublic:
    """Put it into operation. Needs no body. Answers 409 while it is not verified or its licence is missing."""
    view = await Verifying(session, caller).activate(integration_id)
    created(response, request, f"/projects/v1/integrations/{integration_id}")
    return show(view, caller, lang, clock.today())
