"""Reading how a plan was agreed, and the change requests of a project."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.agreement.models import ChangeRequest, PlanStep
from services.projects.agreement.repository import AgreementRepository


class AgreementService:
    """Steps and requests of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._agreement = AgreementRepository(session)

    async def add_step(self, step: PlanStep) -> None:
        self._agreement.add(step)
        await self._session.flush()

    async def add_request(self, request: ChangeRequest) -> None:
        self._agreement.add(request)
        await self._session.flush()

    async def steps(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[PlanStep]:
        """Oldest first."""
        return await self._agreement.steps(project_id, after, limit)

    async def approvals(self, project_id: UUID) -> int:
        """How often the plan was approved."""
        return await self._agreement.approvals(project_id)

    async def request(self, request_id: UUID, *, lock: bool = False) -> ChangeRequest:
        """Raises ChangeRequestNotFound."""
        return await self._agreement.request(request_id, lock=lock)

    async def requests(
        self, project_id: UUID, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[ChangeRequest]:
        """Oldest first."""
        return await self._agreement.requests(project_id, state, after, limit)

    async def of_account(self, account_id: UUID) -> tuple[Sequence[PlanStep], Sequence[ChangeRequest]]:
        """What an account proposed, approved, asked for or decided."""
        return await self._agreement.of_account(account_id)
