"""The copies of units, people and duties: kept by following sync's change feed, asked by the other features."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.roster.models import Person
from services.training.roster.repository import RosterRepository
from shared.contracts.sync import Change, DutyChange, PersonChange, UnitChange
from shared.kit import clock
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text

KEPT = (UnitChange, PersonChange, DutyChange)
"""What is asked for and kept. Pupils' enrolments, groups, responsibles: what is not here cannot leak."""
HIDDEN = "Skyddad person"
"""Shown until the roster's own alias arrives."""

_NO_PERSON = Text(sv="Personen finns inte i registret", en="The person is not in the roster", da="Ikke i registret")


def unknown_person() -> Invalid:
    """The roster does not hold the person that a request names."""
    return Invalid(_NO_PERSON, errors=[FieldError(pointer="#/personId", detail=_NO_PERSON, code="unknown")])


class RosterService:
    """One transaction's view of the copies."""

    def __init__(self, session: AsyncSession) -> None:
        self._copies = RosterRepository(session)

    async def version(self) -> int:
        """Up to which roster version the copies are whole."""
        return await self._copies.version()

    async def take_in(self, lines: Sequence[Change], version: int) -> None:
        """Store one page of the change feed and the version that it completes. Who is staff shows only when the duties
        have come, so pupils and guardians are forgotten at the end (`keep_staff_alone`)."""
        kept = [line for line in lines if isinstance(line, KEPT)]
        await self._copies.store(kept)
        await self._copies.advance(version)

    async def lacks_staff(self) -> bool:
        """Whether somebody works here of whom there is no row: then the feed must be read from its beginning."""
        return await self._copies.lacks_staff()

    async def keep_staff_alone(self) -> int:
        """Forget whoever has nothing to do with training; how many people were forgotten."""
        return await self._copies.prune()

    async def hide(self, person_id: UUID, version: int) -> None:
        """A person became protected in a roster version: nothing older may bring the name back."""
        await self._copies.hide(person_id, HIDDEN, version)

    async def person(self, person_id: UUID) -> Person:
        """The person; Invalid when the roster does not hold them (any more)."""
        found = await self._copies.find_person(person_id)
        if found is None or found.ended:
            raise unknown_person()
        return found

    async def people(self, ids: Sequence[UUID]) -> dict[UUID, Person]:
        """Those of `ids` whom the roster holds today."""
        return {person.id: person for person in await self._copies.people(ids) if not person.ended}

    async def working_at(self, ids: Sequence[UUID], units: frozenset[UUID]) -> frozenset[UUID]:
        """Those of `ids` who have a duty today at one of the units."""
        return await self._copies.working_at(ids, units, clock.today())

    async def units(self, ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `ids` that are units of the roster today."""
        return await self._copies.units(ids)

    async def knows(self, person_id: UUID) -> bool:
        """Whether the roster holds the person today."""
        found = await self._copies.find_person(person_id)
        return found is not None and not found.ended

    async def works_at(self, person_id: UUID, units: frozenset[UUID]) -> bool:
        """Whether the person has a duty today at one of the units."""
        return await self._copies.works_at(person_id, units, clock.today())
