"""Gates over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.gate.auth import GatesAttest, GatesDecide, GatesRead
from services.projects.gate.decisions import GateDecisions
from services.projects.gate.schemas import GateAttestationCreate, GatePublic, GateWaiverCreate
from services.projects.gate.service import GateService
from services.projects.gate.view import show
from services.projects.project.endpoints import ProjectId, Projects
from shared.kit import clock
from shared.web import AsOf, LangDep, Page, PageDep, SessionDep, created, make_page, new_router

router = new_router("gates")

GateId = Annotated[UUID, Path(alias="gateId")]


async def _service(session: SessionDep) -> GateService:
    return GateService(session)


Gates = Annotated[GateService, Depends(_service)]


@router.get(
    "/projects/{projectId}/gates", name="gates_list", summary="List the gates of a project", dependencies=[AsOf]
)
async def gates_list(
    project_id: ProjectId,
    caller: GatesRead,
    projects: Projects,
    gates: Gates,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[GatePublic]:
    """Gates in the order of the plan, each judged at this moment."""
    await projects.get(project_id)
    after, today = page.keys(int), clock.today()
    views = await gates.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        views,
        key=lambda view: [view.gate.position],
        show=lambda view: show(view, caller, lang, today),
    )


@router.get("/gates/{gateId}", name="gates_get", summary="Read a gate", dependencies=[AsOf])
async def gates_get(gate_id: GateId, caller: GatesRead, gates: Gates, lang: LangDep) -> GatePublic:
    """One gate with every criterion: its state, the evidence, since when, and whose turn it is.

    There is no ETag: a gate can change its answer without anybody changing the gate.
    """
    return show(await gates.get(gate_id), caller, lang, clock.today())


@router.post("/gates/{gateId}/passes", name="gate_passes_create", status_code=201, summary="Pass a gate")
async def gate_passes_create(
    gate_id: GateId, caller: GatesDecide, session: SessionDep, lang: LangDep, request: Request, response: Response
) -> GatePublic:
    """Close the phase, as the customer's approver. Needs no body.

    Answers 409 with the blocking criteria while anything mandatory is unmet, unknown or stale.
    """
    view = await GateDecisions(session, caller).pass_gate(gate_id)
    created(response, request, f"/projects/v1/gates/{gate_id}")
    return show(view, caller, lang, clock.today())


@router.post("/gates/{gateId}/waivers", name="gate_waivers_create", status_code=201, summary="Waive a criterion")
async def gate_waivers_create(
    gate_id: GateId,
    body: GateWaiverCreate,
    caller: GatesDecide,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> GatePublic:
    """Go on without a criterion, as the customer's approver. The waiver and its reason stay visible for ever."""
    view = await GateDecisions(session, caller).waive(gate_id, body.criterion_id, body.reason)
    created(response, request, f"/projects/v1/gates/{gate_id}")
    return show(view, caller, lang, clock.today())


@router.post(
    "/gates/{gateId}/attestations", name="gate_attestations_create", status_code=201, summary="Attest a criterion"
)
async def gate_attestations_create(
    gate_id: GateId,
    body: GateAttestationCreate,
    caller: GatesAttest,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> GatePublic:
    """State that something holds which no service can observe. Criteria that read facts cannot be attested."""
    view = await GateDecisions(session, caller).attest(gate_id, body.criterion_id, body.statement)
    created(response, request, f"/projects/v1/gates/{gate_id}")
    return show(view, caller, lang, clock.today())
