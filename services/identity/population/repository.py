"""Every query about who belongs to which population and whether it is open."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.population.errors import PopulationOpeningNotFound
from services.identity.population.models import PopulationOpening
from services.identity.population.queries import CONCERNED, GROUP, POPULATIONS, SHUT_OUT, parts_query
from shared.kit.db import tenant_of


class PopulationRepository:
    """The openings of the session's tenant, and whom they let in."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, opening: PopulationOpening) -> None:
        self._session.add(opening)

    async def lock(self) -> None:
        """One opening or closing at a time in the tenant."""
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
        await self._session.execute(lock, {"key": f"population/{tenant_of(self._session)}"})

    async def find(self, opening_id: UUID) -> PopulationOpening | None:
        query = select(PopulationOpening).where(PopulationOpening.id == opening_id)
        return (await self._session.exec(query)).one_or_none()

    async def get_locked(self, opening_id: UUID) -> PopulationOpening:
        """The opening, locked for a change; raises PopulationOpeningNotFound."""
        query = select(PopulationOpening).where(PopulationOpening.id == opening_id).with_for_update()
        opening = (await self._session.exec(query)).one_or_none()
        if opening is None:
            raise PopulationOpeningNotFound()
        return opening

    async def find_open(self, population: str, unit_id: UUID | None) -> PopulationOpening | None:
        query = select(PopulationOpening).where(
            PopulationOpening.population == population,
            PopulationOpening.unit_id == unit_id,
            PopulationOpening.state == "open",
        )
        return (await self._session.exec(query)).one_or_none()

    async def list(self, limit: int, after: UUID | None) -> Sequence[PopulationOpening]:
        query = select(PopulationOpening).order_by(col(PopulationOpening.id)).limit(limit)
        if after is not None:
            query = query.where(col(PopulationOpening.id) > after)
        return (await self._session.exec(query)).all()

    async def shut_out(
        self, accounts: Sequence[UUID], today: date, served: Sequence[str] = POPULATIONS
    ) -> Sequence[UUID]:
        """Which of these accounts belong to no open population among those `served`."""
        values = {"tenant": tenant_of(self._session), "accounts": list(accounts), "today": today}
        values["served"] = list(served)
        return list((await self._session.execute(text(SHUT_OUT), values)).scalars())

    async def group_of(self, person_id: UUID, today: date) -> str | None:
        """`pupil` or `guardian`; None for staff and for who was never in the roster."""
        values = {"tenant": tenant_of(self._session), "person": person_id, "today": today}
        found: str | None = (await self._session.execute(text(GROUP), values)).scalar_one()
        return found

    async def parts(self, account_id: UUID, today: date) -> Sequence[tuple[str, UUID | None, str]]:
        """Role, unit and side that an open wave gives an account."""
        person = "(SELECT a.person_id FROM account a WHERE a.tenant_id = :tenant AND a.id = :account)"
        values = {"tenant": tenant_of(self._session), "account": account_id, "today": today}
        found = await self._session.execute(text(parts_query(":tenant", person, ":today")), values)
        return [(role, UUID(unit) if unit else None, side) for role, unit, side in found.scalar_one() or ()]

    async def concerned(self, population: str, unit_id: UUID | None, today: date) -> dict[str, int]:
        """Counts of the open accounts in a population at a unit, or everywhere."""
        values = {"tenant": tenant_of(self._session), "population": population, "unit": unit_id, "today": today}
        row = (await self._session.execute(text(CONCERNED), values)).mappings().one()
        return {name: int(value) for name, value in row.items()}
