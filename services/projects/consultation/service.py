"""Consultations: sent, answered, each answer dealt with, and only then closed."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.body.change import tell
from services.projects.body.errors import Unresolved
from services.projects.body.service import BodyService
from services.projects.consultation.errors import ConsultationClosed, ResponsesOpen
from services.projects.consultation.models import Consultation, ConsultationResponse, ConsultationState
from services.projects.consultation.repository import ConsultationRepository
from services.projects.consultation.schemas import ConsultationCreate, DispositionCreate, ResponseCreate
from services.projects.project.service import ProjectService
from shared.kit import clock
from shared.kit.db import tenant_of


class ConsultationService:
    """The consultations of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._consultations = ConsultationRepository(session)
        self._projects = ProjectService(session)

    async def get(self, consultation_id: UUID) -> Consultation:
        """Raises ConsultationNotFound."""
        return await self._consultations.get(consultation_id)

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[Consultation]:
        return await self._consultations.list_after(project_id, after, limit)

    async def responses(self, consultation_ids: Collection[UUID]) -> Sequence[ConsultationResponse]:
        """Responses in the order in which they came."""
        return await self._consultations.responses(consultation_ids)

    async def send(self, project_id: UUID, new: ConsultationCreate) -> Consultation:
        """Raises ProjectNotFound, ProjectClosed, Unresolved for a body that is not the project's."""
        await self._projects.get_active(project_id)
        known = {body.id for body in await BodyService(self._session).of_project(project_id)}
        for number, addressee in enumerate(new.audience):
            if addressee.body_id is not None and addressee.body_id not in known:
                raise Unresolved(f"#/audience/{number}/bodyId", addressee.body_id)
        consultation = Consultation(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            **new.model_dump(exclude={"audience"}),
            audience=[addressee.model_dump(mode="json") for addressee in new.audience],
        )
        self._consultations.add(consultation)
        after = {"document_version": new.document_version, "due_on": new.due_on, "audience": len(new.audience)}
        await tell(self._session, project_id, "consultation", "create", consultation, after=after)
        return consultation

    async def respond(self, consultation_id: UUID, said: ResponseCreate, account_id: UUID) -> ConsultationResponse:
        """Raises ConsultationNotFound, ConsultationClosed, ProjectClosed. A late response is taken, and marked."""
        consultation = await self._open(consultation_id)
        row = ConsultationResponse(
            tenant_id=consultation.tenant_id,
            consultation_id=consultation_id,
            account_id=account_id,
            **said.model_dump(),
        )
        self._consultations.add(row)
        after = {"consultation_id": consultation_id}
        await tell(self._session, consultation.project_id, "consultation_response", "create", row, after=after)
        return row

    async def dispose(self, response_id: UUID, said: DispositionCreate, account_id: UUID) -> ConsultationResponse:
        """Raises ResponseNotFound, ConsultationClosed, ProjectClosed."""
        consultation = await self._open((await self._consultations.response(response_id)).consultation_id)
        row = await self._consultations.response(response_id)
        before = {"disposition": row.disposition}
        row.disposition, row.motive = said.disposition.value, said.motive
        row.disposed_by, row.disposed_at = account_id, clock.now()
        row.touch()
        after = {"disposition": row.disposition}
        await tell(
            self._session, consultation.project_id, "consultation_response", "dispose", row, before=before, after=after
        )
        return row

    async def close(self, consultation_id: UUID) -> Consultation:
        """Raises ConsultationNotFound, ConsultationClosed, ProjectClosed, ResponsesOpen naming the open ones."""
        consultation = await self._open(consultation_id)
        waiting = [row.id for row in await self.responses([consultation_id]) if row.disposition is None]
        if waiting:
            raise ResponsesOpen(waiting)
        consultation.state, consultation.closed_at = ConsultationState.closed.value, clock.now()
        consultation.touch()
        after = {"state": consultation.state}
        await tell(self._session, consultation.project_id, "consultation", "close", consultation, after=after)
        return consultation

    async def of_account(self, account_id: UUID) -> Sequence[ConsultationResponse]:
        """Responses that an account entered or dealt with."""
        return await self._consultations.of_account(account_id)

    async def forget(self, account_id: UUID) -> int:
        """Take an erased person's account off responses; returns how many named it."""
        found = await self._consultations.of_account(account_id)
        for row in found:
            row.account_id = None if row.account_id == account_id else row.account_id
            row.disposed_by = None if row.disposed_by == account_id else row.disposed_by
            row.touch()
        await self._session.flush()
        return len(found)

    async def _open(self, consultation_id: UUID) -> Consultation:
        """The consultation, locked, so that no response comes in while it is being closed."""
        consultation = await self._consultations.get(consultation_id, lock=True)
        await self._projects.get_active(consultation.project_id)
        if consultation.state == ConsultationState.closed:
            raise ConsultationClosed()
        return consultation
