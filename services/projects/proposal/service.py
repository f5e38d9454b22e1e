"""What anybody on any side says could go wrong, collected and sorted into the register (AU-M)."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.plan.schemas import TextInput
from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from services.projects.proposal.schemas import ProposalChange, ProposalCreate, ProposalPromote
from services.projects.risk.changes import RiskChanges
from services.projects.risk.errors import ProposalSettled
from services.projects.risk.models import RiskProposal
from services.projects.risk.rights import refusal_to_manage, refusal_to_propose
from services.projects.risk.schemas import RiskCreate
from services.projects.risk.service import RiskService, RiskView
from services.projects.risk.vocabulary import ProposalState
from shared.auth.principal import Principal
from shared.contracts.projects_delivery import RiskProposed
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_UNSORTED = "unsorted"


class RiskProposals:
    """Proposals as one caller makes or settles them. Every method raises NotYours and ProjectClosed."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._risks = RiskService(session)
        self._changes = RiskChanges(session, caller)
        self._projects = ProjectService(session)

    async def propose(self, project_id: UUID, given: ProposalCreate) -> RiskProposal:
        """Raises ProjectNotFound."""
        await self._projects.get_active(project_id)
        demand(refusal_to_propose(self._caller))
        proposal = RiskProposal(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            text=given.text,
            area=given.area,
            side=str(self._caller.side),
            proposed_by=self._caller.subject,
        )
        await self._risks.keep(proposal)
        await self._tell(proposal, "create")
        return proposal

    async def settle(self, proposal_id: UUID, version: int, change: ProposalChange) -> RiskProposal:
        """Dismiss, or take back. Raises RiskProposalNotFound, StaleVersion, ProposalSettled for a promoted one."""
        proposal = await self._risks.proposal(proposal_id, lock=True)
        demand(refusal_to_manage(self._caller))
        check_version(version, proposal.version)
        await self._projects.get_active(proposal.project_id)
        if change.state is None or change.state == proposal.state:
            return proposal
        if proposal.state == ProposalState.promoted:
            raise ProposalSettled()
        proposal.state = change.state.value
        proposal.touch()
        await self._tell(proposal, "settle")
        return proposal

    async def promote(self, proposal_id: UUID, given: ProposalPromote) -> RiskView:
        """Make it a risk, without a level. Raises RiskProposalNotFound, ProposalSettled."""
        proposal = await self._risks.proposal(proposal_id, lock=True)
        demand(refusal_to_manage(self._caller))
        if proposal.state != ProposalState.new:
            raise ProposalSettled()
        risk = RiskCreate(
            area=given.area or proposal.area or _UNSORTED,
            event=given.event or TextInput(sv=proposal.text),
            consequence=given.consequence,
            measure=given.measure,
        )
        view = await self._changes.create(proposal.project_id, risk)
        proposal.state, proposal.risk_id = ProposalState.promoted.value, view.risk.id
        proposal.touch()
        await self._tell(proposal, "promote")
        return view

    async def _tell(self, proposal: RiskProposal, verb: str) -> None:
        after = {"state": proposal.state, "risk_id": proposal.risk_id}
        await record(self._session, f"risk_proposal.{verb}", "risk_proposal", proposal.id, after=after)
        state = ProposalState(proposal.state).value
        told = RiskProposed(project_id=proposal.project_id, proposal_id=proposal.id, state=state)
        await publish(self._session, told)
