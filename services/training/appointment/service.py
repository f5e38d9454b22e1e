"""Appointing key persons and the like; coverage follows in the same transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.appointment.errors import AlreadyAppointed, UnitNotYours
from services.training.appointment.models import Appointment
from services.training.appointment.repository import AppointmentRepository
from services.training.appointment.schemas import AppointmentCreate
from services.training.coverage.service import CoverageService
from services.training.roster.service import RosterService
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.web.preconditions import check_version


class AppointmentService:
    """One transaction's work. `units` are those that the caller may appoint at; None means all."""

    def __init__(self, session: AsyncSession, units: frozenset[UUID] | None) -> None:
        self._session = session
        self._units = units
        self._appointments = AppointmentRepository(session, units)

    async def create(self, given: AppointmentCreate) -> Appointment:
        """Appoint a person who works at the unit."""
        if self._units is not None and given.unit_id not in self._units:
            raise UnitNotYours()
        roster = RosterService(self._session)
        person = await roster.person(given.person_id)
        if not await roster.works_at(person.id, frozenset({given.unit_id})):
            text = Text(
                sv="Personen arbetar inte på enheten",
                da="Personen arbejder ikke på enheden",
                en="The person does not work at the unit",
            )
            raise Invalid(text, errors=[FieldError(pointer="#/unitId", detail=text, code="not_there")])
        known = await self._appointments.find(given.person_id, given.unit_id, given.role)
        if known is not None:
            raise AlreadyAppointed(appointmentId=str(known.id))
        appointment = Appointment(tenant_id=tenant_of(self._session), **given.model_dump())
        self._appointments.add(appointment)
        await record(self._session, "appointment.create", "appointment", appointment.id, after=_facts(appointment))
        await CoverageService(self._session).refresh()
        return appointment

    async def get(self, appointment_id: UUID) -> Appointment:
        """The appointment; NotFound also when it stands at a unit that is not the caller's."""
        return await self._appointments.get(appointment_id)

    async def remove(self, appointment_id: UUID, version: int) -> None:
        """End an appointment."""
        appointment = await self._appointments.get(appointment_id, lock=True)
        check_version(version, appointment.version)
        await record(self._session, "appointment.remove", "appointment", appointment.id, before=_facts(appointment))
        await self._appointments.remove(appointment)
        await CoverageService(self._session).refresh()

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Appointment]:
        """Appointments at the caller's units, oldest first."""
        return await self._appointments.list(limit, after)


def _facts(appointment: Appointment) -> dict[str, object]:
    return appointment.model_dump(mode="json", include={"unit_id", "person_id", "role"})
