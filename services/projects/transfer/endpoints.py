"""Where content goes, and its transfers, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.project.endpoints import ProjectId, Projects
from services.projects.transfer.auth import TransfersCheck, TransfersRead, TransfersWrite
from services.projects.transfer.changes import TransferChanges
from services.projects.transfer.runs import TransferRuns
from services.projects.transfer.schemas import (
    CheckCreate,
    DestinationChange,
    DestinationCreate,
    DestinationPublic,
    FlowChange,
    FlowCreate,
    FlowPublic,
    RoutingCreate,
    RoutingPublic,
    RunChange,
    RunCreate,
    RunPublic,
)
from services.projects.transfer.service import TransferService
from services.projects.transfer.view import show_flow, show_routing, show_run
from shared.web import AsOf, IfMatch, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("transfers")

FlowId = Annotated[UUID, Path(alias="flowId")]
DestinationId = Annotated[UUID, Path(alias="destinationId")]
RunId = Annotated[UUID, Path(alias="runId")]


async def _service(session: SessionDep) -> TransferService:
    return TransferService(session)


Transfers = Annotated[TransferService, Depends(_service)]


@router.get(
    "/projects/{projectId}/transfer-destinations",
    name="transfer_destinations_list",
    summary="List where content can go",
    dependencies=[AsOf],
)
async def transfer_destinations_list(
    project_id: ProjectId,
    caller: TransfersRead,
    projects: Projects,
    transfers: Transfers,
    request: Request,
    page: PageDep,
) -> Page[DestinationPublic]:
    """By their keys."""
    await projects.get(project_id)
    after = page.keys(str)
    rows = [row for row in await transfers.destinations(project_id) if not after or row.key > after[0]]
    rows = rows[: page.limit + 1]
    return make_page(request, page, rows, key=lambda row: [row.key], show=DestinationPublic.model_validate)


@router.post(
    "/projects/{projectId}/transfer-destinations",
    name="transfer_destinations_create",
    status_code=201,
    summary="Add a destination",
)
async def transfer_destinations_create(
    project_id: ProjectId,
    body: DestinationCreate,
    caller: TransfersWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> DestinationPublic:
    """Name a place where content can go, and the highest data class that it may hold."""
    destination = await TransferChanges(session, caller).add_destination(project_id, body)
    created(response, request, f"/projects/v1/transfer-destinations/{destination.id}")
    etag(response, destination.version)
    return DestinationPublic.model_validate(destination)


@router.get(
    "/transfer-destinations/{destinationId}",
    name="transfer_destinations_get",
    summary="Read a destination",
    dependencies=[AsOf],
)
async def transfer_destinations_get(
    destination_id: DestinationId, caller: TransfersRead, transfers: Transfers, response: Response
) -> DestinationPublic:
    """One destination with its ceiling."""
    destination = await transfers.destination(destination_id)
    etag(response, destination.version)
    return DestinationPublic.model_validate(destination)


@router.patch(
    "/transfer-destinations/{destinationId}",
    name="transfer_destinations_patch",
    summary="Change a destination",
    responses=problem_responses(412, 428),
)
async def transfer_destinations_patch(
    destination_id: DestinationId,
    body: DestinationChange,
    caller: TransfersWrite,
    version: IfMatch,
    session: SessionDep,
    response: Response,
) -> DestinationPublic:
    """Set its ceiling or title, as the customer's leader."""
    destination = await TransferChanges(session, caller).change_destination(destination_id, version, body)
    etag(response, destination.version)
    return DestinationPublic.model_validate(destination)


@router.get(
    "/projects/{projectId}/migration-flows",
    name="migration_flows_list",
    summary="List content categories",
    dependencies=[AsOf],
)
async def migration_flows_list(
    project_id: ProjectId,
    caller: TransfersRead,
    projects: Projects,
    transfers: Transfers,
    request: Request,
    page: PageDep,
) -> Page[FlowPublic]:
    """What the older systems hold and what becomes of it, in the order of the plan."""
    await projects.get(project_id)
    after = page.keys(int, UUID)
    rows = await transfers.flows(project_id)
    left = [row for row in rows if not after or (row.position, row.id) > (after[0], after[1])][: page.limit + 1]
    return make_page(request, page, left, key=lambda row: [row.position, row.id], show=show_flow)


@router.post(
    "/projects/{projectId}/migration-flows",
    name="migration_flows_create",
    status_code=201,
    summary="Add a content category",
)
async def migration_flows_create(
    project_id: ProjectId,
    body: FlowCreate,
    caller: TransfersWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> FlowPublic:
    """Name a category that the older systems hold; it blocks live transfers until something is decided about it."""
    flow = await TransferChanges(session, caller).add_flow(project_id, body)
    created(response, request, f"/projects/v1/migration-flows/{flow.id}")
    etag(response, flow.version)
    return show_flow(flow)


@router.get(
    "/migration-flows/{flowId}", name="migration_flows_get", summary="Read a content category", dependencies=[AsOf]
)
async def migration_flows_get(
    flow_id: FlowId, caller: TransfersRead, transfers: Transfers, response: Response
) -> FlowPublic:
    """One category and what becomes of it."""
    flow = await transfers.flow(flow_id)
    etag(response, flow.version)
    return show_flow(flow)


@router.patch(
    "/migration-flows/{flowId}",
    name="migration_flows_patch",
    summary="Decide about a content category",
    responses=problem_responses(412, 428),
)
async def migration_flows_patch(
    flow_id: FlowId,
    body: FlowChange,
    caller: TransfersWrite,
    version: IfMatch,
    session: SessionDep,
    response: Response,
) -> FlowPublic:
    """Route it or give it up, as the customer's leader. Sensitive content needs a decision of its own."""
    flow = await TransferChanges(session, caller).change_flow(flow_id, version, body)
    etag(response, flow.version)
    return show_flow(flow)


@router.post(
    "/projects/{projectId}/transfer-routings", name="transfer_routings_create", summary="See where content goes"
)
async def transfer_routings_create(
    project_id: ProjectId, body: RoutingCreate, caller: TransfersRead, projects: Projects, transfers: Transfers
) -> RoutingPublic:
    """Place categories by the project's rules without storing anything: what goes where, and what is undecided."""
    await projects.get(project_id)
    categories = None if body.categories is None else [each.category() for each in body.categories]
    return show_routing(await transfers.placed(project_id, categories))


@router.get(
    "/projects/{projectId}/migration-runs", name="migration_runs_list", summary="List transfers", dependencies=[AsOf]
)
async def migration_runs_list(
    project_id: ProjectId,
    caller: TransfersRead,
    projects: Projects,
    transfers: Transfers,
    request: Request,
    page: PageDep,
) -> Page[RunPublic]:
    """Trials and live runs, oldest first, each with the checks of its units."""
    await projects.get(project_id)
    after = page.keys(UUID)
    runs = await transfers.runs_after(project_id, after[0] if after else None, page.limit + 1)
    checks = await transfers.checks([run.id for run in runs])
    return make_page(request, page, runs, key=lambda run: [run.id], show=lambda run: show_run(run, checks))


@router.post(
    "/projects/{projectId}/migration-runs", name="migration_runs_create", status_code=201, summary="Start a transfer"
)
async def migration_runs_create(
    project_id: ProjectId,
    body: RunCreate,
    caller: TransfersWrite,
    session: SessionDep,
    transfers: Transfers,
    request: Request,
    response: Response,
) -> RunPublic:
    """Start a trial or a live run of one category. Live runs wait until every category is decided about."""
    run = await TransferRuns(session, caller).start(project_id, body)
    created(response, request, f"/projects/v1/migration-runs/{run.id}")
    etag(response, run.version)
    return show_run(run, await transfers.checks([run.id]))


@router.get("/migration-runs/{runId}", name="migration_runs_get", summary="Read a transfer", dependencies=[AsOf])
async def migration_runs_get(
    run_id: RunId, caller: TransfersRead, transfers: Transfers, response: Response
) -> RunPublic:
    """One run with the check of each unit."""
    run = await transfers.run(run_id)
    etag(response, run.version)
    return show_run(run, await transfers.checks([run_id]))


@router.patch(
    "/migration-runs/{runId}",
    name="migration_runs_patch",
    summary="End a transfer",
    responses=problem_responses(412, 428),
)
async def migration_runs_patch(
    run_id: RunId,
    body: RunChange,
    caller: TransfersWrite,
    version: IfMatch,
    session: SessionDep,
    transfers: Transfers,
    response: Response,
) -> RunPublic:
    """End a run. A live run is done only when each of its units has found its content in order."""
    run = await TransferRuns(session, caller).change(run_id, version, body)
    etag(response, run.version)
    return show_run(run, await transfers.checks([run_id]))


@router.post("/migration-runs/{runId}/checks", name="migration_checks_create", status_code=201, summary="Check a unit")
async def migration_checks_create(
    run_id: RunId,
    body: CheckCreate,
    caller: TransfersCheck,
    session: SessionDep,
    transfers: Transfers,
    request: Request,
    response: Response,
) -> RunPublic:
    """Say what a unit found, as its head or the customer's leader. A later check takes the place of a former one."""
    run = await TransferRuns(session, caller).check(run_id, body)
    created(response, request, f"/projects/v1/migration-runs/{run_id}")
    return show_run(run, await transfers.checks([run_id]))
