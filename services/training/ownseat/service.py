"""One's own seat: seen, taken when it is offered, given back. Somebody else's is not there."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.enrolment.service import EnrolmentService
from services.training.exchange.service import ExchangeService
from services.training.ownseat.repository import OwnSeatRepository
from services.training.roster.service import RosterService
from services.training.session.models import Enrolment
from shared.kit.problems import NotFound
from shared.kit.text import Text

_MISSING = Text(sv="Anmälan finns inte", en="There is no such enrolment", da="Tilmeldingen findes ikke")


class OwnSeatService:
    """`person_id` is who the caller is in the roster; None for who is nobody there."""

    def __init__(self, session: AsyncSession, person_id: UUID | None) -> None:
        self._session = session
        self._person = person_id

    async def list(self, limit: int, after: UUID | None) -> tuple[Sequence[Enrolment], str]:
        """Every enrolment of the caller in order of arrival, and the caller's name."""
        rows = await OwnSeatRepository(self._session, self._person).list(limit, after)
        known = await RosterService(self._session).people([self._person] if self._person else [])
        return rows, next((person.display_name for person in known.values()), "")

    async def get(self, enrolment_id: UUID) -> tuple[Enrolment, str]:
        """The caller's enrolment and name. Raises NotFound."""
        enrolment, name = await EnrolmentService(self._session, None).read(enrolment_id)
        if self._person is None or enrolment.person_id != self._person:
            raise NotFound(_MISSING)
        return enrolment, name

    async def accept(self, enrolment_id: UUID, version: int) -> tuple[Enrolment, str]:
        """Take the seat that is offered. Errors as of `ExchangeService.accept`."""
        await self.get(enrolment_id)
        return await ExchangeService(self._session, None).accept(enrolment_id, version)

    async def cancel(self, enrolment_id: UUID, version: int) -> tuple[Enrolment, str]:
        """Give the seat back; who has waited longest moves up. Errors as of `EnrolmentService.cancel`."""
        await self.get(enrolment_id)
        return await EnrolmentService(self._session, None).cancel(enrolment_id, version)
