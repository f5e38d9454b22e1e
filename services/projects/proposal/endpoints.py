"""Risk proposals over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.projects.project.endpoints import ProjectId, Projects
from services.projects.proposal.schemas import ProposalChange, ProposalCreate, ProposalPromote, ProposalPublic
from services.projects.proposal.service import RiskProposals
from services.projects.risk.auth import RisksPropose, RisksRead, RisksWrite
from services.projects.risk.endpoints import Risks
from services.projects.risk.schemas import RiskPublic
from services.projects.risk.view import show
from services.projects.risk.vocabulary import ProposalState
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("risks")

ProposalId = Annotated[UUID, Path(alias="proposalId")]


@router.get(
    "/projects/{projectId}/risk-proposals",
    name="risk_proposals_list",
    summary="List risk proposals",
    dependencies=[AsOf],
)
async def risk_proposals_list(
    project_id: ProjectId,
    caller: RisksRead,
    projects: Projects,
    risks: Risks,
    request: Request,
    page: PageDep,
    state: Annotated[ProposalState | None, Query(description="Only in this state")] = None,
) -> Page[ProposalPublic]:
    """What everybody put down, oldest first."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await risks.proposals_after(project_id, state, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=ProposalPublic.model_validate)


@router.post(
    "/projects/{projectId}/risk-proposals", name="risk_proposals_create", status_code=201, summary="Propose a risk"
)
async def risk_proposals_create(
    project_id: ProjectId,
    body: ProposalCreate,
    caller: RisksPropose,
    session: SessionDep,
    request: Request,
    response: Response,
) -> ProposalPublic:
    """Say in free words what could go wrong, on any side; the customer's leaders sort it into the register."""
    proposal = await RiskProposals(session, caller).propose(project_id, body)
    created(response, request, f"/projects/v1/risk-proposals/{proposal.id}")
    etag(response, proposal.version)
    return ProposalPublic.model_validate(proposal)


@router.get(
    "/risk-proposals/{proposalId}", name="risk_proposals_get", summary="Read a risk proposal", dependencies=[AsOf]
)
async def risk_proposals_get(
    proposal_id: ProposalId, caller: RisksRead, risks: Risks, response: Response
) -> ProposalPublic:
    """One proposal, and the risk that it became."""
    proposal = await risks.proposal(proposal_id)
    etag(response, proposal.version)
    return ProposalPublic.model_validate(proposal)


@router.patch(
    "/risk-proposals/{proposalId}",
    name="risk_proposals_patch",
    summary="Dismiss a risk proposal",
    responses=problem_responses(412, 428),
)
async def risk_proposals_patch(
    proposal_id: ProposalId,
    body: ProposalChange,
    caller: RisksWrite,
    version: IfMatch,
    session: SessionDep,
    response: Response,
) -> ProposalPublic:
    """Dismiss a proposal, or take that back, as the customer's leader."""
    proposal = await RiskProposals(session, caller).settle(proposal_id, version, body)
    etag(response, proposal.version)
    return ProposalPublic.model_validate(proposal)


@router.post(
    "/risk-proposals/{proposalId}/risks",
    name="risk_proposal_risks_create",
    status_code=201,
    summary="Make a proposal a risk",
)
async def risk_proposal_risks_create(
    proposal_id: ProposalId,
    body: ProposalPromote,
    caller: RisksWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> RiskPublic:
    """Take a proposal into the register, without a level, as the customer's leader."""
    view = await RiskProposals(session, caller).promote(proposal_id, body)
    created(response, request, f"/projects/v1/risks/{view.risk.id}")
    return show(view, caller, lang)
