"""Every query on appointments."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.training.appointment.models import Appointment
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text


class AppointmentRepository:
    """Appointments of the session's tenant at `units`; None means all."""

    def __init__(self, session: AsyncSession, units: frozenset[UUID] | None) -> None:
        self._session = session
        self._units = units

    async def get(self, appointment_id: UUID, *, lock: bool = False) -> Appointment:
        """The appointment, or NotFound."""
        query = self._visible().where(Appointment.id == appointment_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Uppdraget finns inte", en="There is no such appointment", da="Hvervet findes ikke"))
        return found

    async def find(self, person_id: UUID, unit_id: UUID, role: str) -> Appointment | None:
        """The appointment of this person for this role at this unit."""
        query = select(Appointment).where(
            Appointment.tenant_id == tenant_of(self._session),
            Appointment.person_id == person_id,
            Appointment.unit_id == unit_id,
            Appointment.role == role,
        )
        return (await self._session.exec(query)).one_or_none()

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Appointment]:
        """Appointments, oldest first."""
        query = self._visible()
        if after:
            query = query.where(tuple_(col(Appointment.id)) > after)
        return (await self._session.exec(query.order_by(col(Appointment.id)).limit(limit))).all()

    def add(self, appointment: Appointment) -> None:
        self._session.add(appointment)

    async def remove(self, appointment: Appointment) -> None:
        await self._session.delete(appointment)

    def _visible(self) -> SelectOfScalar[Appointment]:
        query = select(Appointment).where(Appointment.tenant_id == tenant_of(self._session))
        return query if self._units is None else query.where(col(Appointment.unit_id).in_(self._units))
