"""Every SELECT of evidence about login methods."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.verification.models import LoginEvidence, LoginMethodState


class EvidenceRepository:
    """The evidence of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: LoginEvidence | LoginMethodState) -> None:
        self._session.add(row)

    async def all(self) -> Sequence[LoginEvidence]:
        """A handful per tenant."""
        return (await self._session.exec(select(LoginEvidence).order_by(col(LoginEvidence.id)))).all()

    async def of(self, provider_id: UUID) -> Sequence[LoginEvidence]:
        """What is proven of one provider, locked."""
        query = select(LoginEvidence).where(LoginEvidence.provider_id == provider_id).with_for_update()
        return (await self._session.exec(query.order_by(col(LoginEvidence.id)))).all()

    async def told(self, method: str) -> LoginMethodState | None:
        """What the gates were last told of a method, locked."""
        query = select(LoginMethodState).where(LoginMethodState.method == method).with_for_update()
        return (await self._session.exec(query)).one_or_none()
