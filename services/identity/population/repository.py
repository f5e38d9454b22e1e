"""Every query about who belongs to which population and whether it is open."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.population.errors import PopulationOpeningNotFound
from services.identity.population.models import PopulationOpening
from shared.auth import Population
from shared.kit.db import tenant_of

POPULATIONS = tuple(one.value for one in Population)
_TODAY = "NOT {0}.is_ended AND ({0}.starts_on IS NULL OR {0}.starts_on <= :today)" + (
    " AND ({0}.ends_on IS NULL OR {0}.ends_on >= :today)"
)
# Where a tie counts: a pupil's at the unit of the place, a guardian's at the units of the child's places.
_AT_UNIT = f"""(
    t.unit_id = {{unit}} OR EXISTS (
        SELECT FROM person_tie c WHERE c.tenant_id = t.tenant_id AND c.person_id = t.child_id
          AND c.population = 'pupil' AND c.unit_id = {{unit}} AND {_TODAY.format("c")}))"""
# Staff is who has a duty today, was given a role by hand, or has never been anything else in the roster. That
# a unit lets somebody take part makes no pupil staff. Who is several things may come in as any of them.
_IS_STAFF = f"""(
    a.person_id IS NULL
    OR EXISTS (SELECT FROM duty d
               WHERE d.tenant_id = a.tenant_id AND d.person_id = a.person_id AND {_TODAY.format("d")})
    OR EXISTS (SELECT FROM membership m WHERE m.tenant_id = a.tenant_id AND m.account_id = a.id AND m.duty_id IS NULL
                 AND (m.role <> 'participant' OR a.unit_id IS NULL))
    OR NOT EXISTS (SELECT FROM person_tie t WHERE t.tenant_id = a.tenant_id AND t.person_id = a.person_id))"""
_IS_OPENED = f"""EXISTS (
    SELECT FROM person_tie t
    JOIN population_opening o ON o.tenant_id = t.tenant_id AND o.population = t.population AND o.state = 'open'
        AND (o.opens_on IS NULL OR o.opens_on <= :today)
    WHERE t.tenant_id = a.tenant_id AND t.person_id = a.person_id AND {_TODAY.format("t")}
      AND (o.unit_id IS NULL OR {_AT_UNIT.format(unit="o.unit_id")}){{more}})"""
_IS_SERVED = " AND t.population = ANY (:served)"
_SHUT_OUT = f"""
SELECT a.id FROM account a
WHERE a.tenant_id = :tenant AND a.id = ANY (:accounts) AND NOT ('staff' = ANY (:served) AND {_IS_STAFF})
  AND NOT {_IS_OPENED.format(more=_IS_SERVED)} ORDER BY a.id
"""
_CONCERNED = f"""
SELECT count(*) AS accounts, count(*) FILTER (WHERE {_IS_STAFF}) AS staff,
       count(*) FILTER (WHERE NOT {_IS_STAFF} AND {_IS_OPENED.format(more="")}) AS opened,
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM sso_session s WHERE s.tenant_id = a.tenant_id AND s.account_id = a.id AND s.ended_at IS NULL
             AND s.expires_at > now())) AS logged_in
FROM account a
WHERE a.tenant_id = :tenant AND a.state = 'open' AND EXISTS (
    SELECT FROM person_tie t WHERE t.tenant_id = a.tenant_id AND t.person_id = a.person_id
      AND t.population = :population AND {_TODAY.format("t")}
      AND (CAST(:unit AS uuid) IS NULL OR {_AT_UNIT.format(unit="CAST(:unit AS uuid)")}))
"""
# Whom the rules of assurance take for a child or a guardian: by any tie, past ones too, unless a duty makes them staff
# today. A role that somebody gave by hand lifts no child over the rule for children.
_GROUP = f"""
SELECT CASE WHEN bool_or(t.population = 'pupil') THEN 'pupil' ELSE min(t.population) END FROM person_tie t
WHERE t.tenant_id = :tenant AND t.person_id = :person AND NOT EXISTS (
    SELECT FROM duty d WHERE d.tenant_id = t.tenant_id AND d.person_id = t.person_id AND {_TODAY.format("d")})
"""


def shut_out_query(tenant: str, account: str, today: str, served: str) -> str:
    """The query of `shut_out` about one account, for a statement that asks more; the arguments are SQL."""
    asked = _SHUT_OUT.replace(":tenant", tenant).replace(":accounts", f"ARRAY[{account}]")
    return asked.replace(":today", today).replace(":served", served)


def group_query(tenant: str, person: str, today: str) -> str:
    """The query of `group_of`, for a statement that asks more; the arguments are SQL."""
    return _GROUP.replace(":tenant", tenant).replace(":person", person).replace(":today", today)


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
        return list((await self._session.execute(text(_SHUT_OUT), values)).scalars())

    async def group_of(self, person_id: UUID, today: date) -> str | None:
        """`pupil` or `guardian`; None for staff and for who was never in the roster."""
        values = {"tenant": tenant_of(self._session), "person": person_id, "today": today}
        found: str | None = (await self._session.execute(text(_GROUP), values)).scalar_one()
        return found

    async def concerned(self, population: str, unit_id: UUID | None, today: date) -> dict[str, int]:
        """Counts of the open accounts in a population at a unit, or everywhere."""
        values = {"tenant": tenant_of(self._session), "population": population, "unit": unit_id, "today": today}
        row = (await self._session.execute(text(_CONCERNED), values)).mappings().one()
        return {name: int(value) for name, value in row.items()}
