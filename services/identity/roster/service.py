"""Accounts follow the roster: who has a login name may log in, who has a duty holds a role at its unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import AccountService, cut_off
from services.identity.roster.errors import UnitUnknown
from services.identity.roster.models import PersonTie
from services.identity.roster.repository import RosterRepository
from shared.contracts.identity import RosterFollowed
from shared.contracts.sync import Change, DutyChange, EnrolmentChange, PersonChange, ResponsibleChange, UnitChange
from shared.kit import clock
from shared.kit.journal import record
from shared.kit.problems import FieldError
from shared.queue.outbox import publish

KEPT = (UnitChange, PersonChange, DutyChange, EnrolmentChange, ResponsibleChange)
"""What is asked for: other kinds of lines are not read here."""
HIDDEN = "•••"
"""Stands for a protected person's name until the roster's next page brings the alias."""


@dataclass
class Tally:
    """What following changed, over all pages."""

    opened: int = 0
    closed: int = 0
    granted: int = 0
    removed: int = 0


class RosterService:
    """The session's tenant as the roster has it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = RosterRepository(session)
        self._accounts = AccountService(session)

    async def version(self) -> int:
        """Up to which roster version the lines are here."""
        return await self._repository.version()

    async def take_in(self, lines: Sequence[Change], version: int, tally: Tally) -> None:
        """One page of the change feed and the version that it completes."""
        persons = [line for line in lines if isinstance(line, PersonChange)]
        if present := [line for line in persons if line.op == "put" and line.login_digests]:
            tally.opened += await self._repository.store_persons(present)
        if ended := [line.id for line in persons if line.op == "end" or not line.login_digests]:
            tally.closed += await self._close(ended)
        if duties := [line for line in lines if isinstance(line, DutyChange)]:
            await self._repository.store_duties(duties)
        if ties := [line for line in lines if isinstance(line, EnrolmentChange | ResponsibleChange)]:
            await self._repository.store_ties(ties)
        if units := [line for line in lines if isinstance(line, UnitChange)]:
            await self._repository.store_units(units)
        await self._repository.advance(version)

    async def align(self, tally: Tally) -> None:
        """Give and take the roles that today's duties ask for; run after the pages and every day."""
        today = clock.today()
        tally.granted += await self._repository.grant_missing(today)
        losers = await self._repository.remove_ended(today)
        tally.removed += len(losers)
        if accounts := sorted(set(losers)):
            await cut_off(self._session, *accounts)
            await self._accounts.log_out_without_roles(accounts)

    async def conclude(self, follow_id: UUID, tally: Tally) -> None:
        """Tell, once, that accounts and roles are up to date."""
        counts = {"opened": tally.opened, "closed": tally.closed, "granted": tally.granted, "removed": tally.removed}
        version = await self._repository.version()
        await record(self._session, "roster.followed", "roster", follow_id, after={"version": version, **counts})
        await publish(self._session, RosterFollowed(follow_id=follow_id, version=version, **counts))

    async def hide(self, person_id: UUID, version: int) -> None:
        """A person became protected in a roster version: the name goes at once, outside any run."""
        await self._repository.hide(person_id, HIDDEN, version)

    async def check_unit(self, unit_id: UUID) -> None:
        """Raises UnitUnknown, with the member `unitId`, unless the roster has the unit now."""
        if not await self._repository.has_unit(unit_id):
            raise UnitUnknown(errors=[FieldError(pointer="#/unitId", detail=UnitUnknown.title, code="unknown")])

    async def ties_of(self, person_id: UUID) -> Sequence[PersonTie]:
        """What makes a person a pupil or guardian."""
        return await self._repository.ties_of(person_id)

    async def forget_ties(self, person_id: UUID) -> int:
        """Delete them, and the guardians' ties to the person; how many."""
        return await self._repository.forget_ties(person_id)

    async def _close(self, persons: Sequence[UUID]) -> int:
        closed = await self._repository.lock_ended(persons)
        for account_id in closed:
            account = await self._accounts.get(account_id)
            await self._accounts.close(account, "roster_ended")
            account.touch()
        await self._session.flush()
        return len(closed)
