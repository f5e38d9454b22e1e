"""Every statement about consultations."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.consultation.errors import ConsultationNotFound, ResponseNotFound
from services.projects.consultation.models import Consultation, ConsultationResponse
from shared.kit.db import tenant_of


class ConsultationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: Consultation | ConsultationResponse) -> None:
        self._session.add(row)

    async def get(self, consultation_id: UUID, *, lock: bool = False) -> Consultation:
        """Raises ConsultationNotFound."""
        query = select(Consultation).where(
            Consultation.tenant_id == tenant_of(self._session), Consultation.id == consultation_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise ConsultationNotFound()
        return found

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[Consultation]:
        query = select(Consultation).where(
            Consultation.tenant_id == tenant_of(self._session), Consultation.project_id == project_id
        )
        if after is not None:
            query = query.where(col(Consultation.id) > after)
        return (await self._session.exec(query.order_by(col(Consultation.id)).limit(limit))).all()

    async def response(self, response_id: UUID) -> ConsultationResponse:
        """Raises ResponseNotFound."""
        query = select(ConsultationResponse).where(
            ConsultationResponse.tenant_id == tenant_of(self._session), ConsultationResponse.id == response_id
        )
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise ResponseNotFound()
        return found

    async def responses(self, consultation_ids: Collection[UUID]) -> Sequence[ConsultationResponse]:
        query = select(ConsultationResponse).where(
            ConsultationResponse.tenant_id == tenant_of(self._session),
            col(ConsultationResponse.consultation_id).in_(consultation_ids),
        )
        query = query.order_by(col(ConsultationResponse.id)).execution_options(populate_existing=True)
        return (await self._session.exec(query)).all()

    async def of_account(self, account_id: UUID) -> Sequence[ConsultationResponse]:
        query = select(ConsultationResponse).where(
            ConsultationResponse.tenant_id == tenant_of(self._session),
            (col(ConsultationResponse.account_id) == account_id)
            | (col(ConsultationResponse.disposed_by) == account_id),
        )
        return (await self._session.exec(query)).all()
