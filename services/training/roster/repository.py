"""Every query on the copies of the roster. A line is stored unless a newer one of the same row is there already."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.roster.models import Duty, Person, Unit
from shared.contracts.sync import DutyChange, PersonChange, UnitChange
from shared.kit.db import tenant_of

_COLUMNS: dict[str, dict[str, str]] = {
    "unit": {"name": "text", "code": "text", "school_forms": "text[]"},
    "person": {"display_name": "text", "protected": "boolean"},
    "duty": {"person_id": "uuid", "unit_id": "uuid", "role": "text", "starts_on": "date", "ends_on": "date"},
}


def _upsert(table: str) -> str:
    columns = {"id": "uuid", **_COLUMNS[table], "ended": "boolean", "roster_version": "integer"}
    names = ", ".join(columns)
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "id")
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return (
        f"INSERT INTO {table} (tenant_id, {names})"
        f" SELECT :tenant, {names} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS line ({typed})"
        f" ON CONFLICT (tenant_id, id) DO UPDATE SET {updates}"
        f" WHERE {table}.roster_version <= excluded.roster_version"
    )


_UPSERTS = {table: text(_upsert(table)) for table in _COLUMNS}
_HIDE = text(
    "INSERT INTO person (tenant_id, id, display_name, protected, ended, roster_version)"
    " VALUES (:tenant, :id, :alias, true, false, :version)"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET display_name = excluded.display_name, protected = true,"
    " roster_version = excluded.roster_version WHERE person.roster_version <= excluded.roster_version"
)
_LACKS = text(
    "SELECT EXISTS (SELECT FROM duty d WHERE d.tenant_id = :tenant AND NOT d.ended"
    " AND NOT EXISTS (SELECT FROM person p WHERE p.tenant_id = d.tenant_id AND p.id = d.person_id))"
)
_PRUNE = text(
    "DELETE FROM person p WHERE p.tenant_id = :tenant AND NOT p.protected"
    " AND NOT EXISTS (SELECT FROM duty d WHERE d.tenant_id = p.tenant_id AND d.person_id = p.id)"
    " AND NOT EXISTS (SELECT FROM enrolment e WHERE e.tenant_id = p.tenant_id AND e.person_id = p.id)"
    " AND NOT EXISTS (SELECT FROM appointment a WHERE a.tenant_id = p.tenant_id AND a.person_id = p.id)"
    " AND NOT EXISTS (SELECT FROM completion c WHERE c.tenant_id = p.tenant_id AND c.person_id = p.id)"
    " AND NOT EXISTS (SELECT FROM session_trainer t WHERE t.tenant_id = p.tenant_id AND t.person_id = p.id)"
)
_POSITION = text("SELECT version FROM roster_position WHERE tenant_id = :tenant")
_ADVANCE = text(
    "INSERT INTO roster_position (tenant_id, version) VALUES (:tenant, :version)"
    " ON CONFLICT (tenant_id) DO UPDATE SET version = greatest(roster_position.version, excluded.version)"
)


class RosterRepository:
    """Copies of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def version(self) -> int:
        """Up to which roster version the copies are whole; 0 before the first."""
        tenant = tenant_of(self._session)
        return (await self._session.execute(_POSITION, {"tenant": tenant})).scalar_one_or_none() or 0

    async def advance(self, version: int) -> None:
        """Remember that the copies are whole up to `version`."""
        await self._session.execute(_ADVANCE, {"tenant": tenant_of(self._session), "version": version})

    async def store(self, lines: Sequence[UnitChange | PersonChange | DutyChange]) -> None:
        """Upsert lines of any of the three kinds."""
        rows: dict[str, list[dict[str, Any]]] = {table: [] for table in _COLUMNS}
        for line in lines:
            values = line.model_dump(mode="json", include={"id", *_COLUMNS[line.kind]})
            rows[line.kind].append(values | {"ended": line.op == "end", "roster_version": line.version})
        for table, found in rows.items():
            if found:
                parameters = {"tenant": tenant_of(self._session), "rows": orjson.dumps(found).decode()}
                await self._session.execute(_UPSERTS[table], parameters)

    async def hide(self, person_id: UUID, alias: str, version: int) -> None:
        """Show `alias` from `version` on, also for a person whose line has not arrived yet."""
        values = {"tenant": tenant_of(self._session), "id": person_id, "alias": alias, "version": version}
        await self._session.execute(_HIDE, values)

    async def lacks_staff(self) -> bool:
        """Whether somebody has a duty and no row: a pupil or guardian, forgotten before, who works here now."""
        return bool((await self._session.execute(_LACKS, {"tenant": tenant_of(self._session)})).scalar_one())

    async def prune(self) -> int:
        """Forget everybody who has no duty, no seat and no appointment; how many. An alias stays: it shows nobody."""
        deleted = await self._session.execute(_PRUNE, {"tenant": tenant_of(self._session)})
        return int(deleted.rowcount)  # type: ignore[attr-defined]

    async def find_person(self, person_id: UUID) -> Person | None:
        """The person, whether or not still in the roster."""
        query = select(Person).where(Person.tenant_id == tenant_of(self._session), Person.id == person_id)
        return (await self._session.exec(query)).one_or_none()

    async def units(self, ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `ids` that are units still in the roster."""
        query = select(Unit.id).where(
            Unit.tenant_id == tenant_of(self._session), col(Unit.id).in_(ids), col(Unit.ended).is_(False)
        )
        return frozenset((await self._session.exec(query)).all())

    async def people(self, ids: Sequence[UUID]) -> Sequence[Person]:
        """Those of `ids` who are known, whether or not still in the roster."""
        query = select(Person).where(Person.tenant_id == tenant_of(self._session), col(Person.id).in_(ids))
        return (await self._session.exec(query)).all()

    async def working_at(self, ids: Sequence[UUID], units: frozenset[UUID], today: date) -> frozenset[UUID]:
        """Those of `ids` who have a duty today at one of the units."""
        query = select(Duty.person_id).where(
            Duty.tenant_id == tenant_of(self._session), col(Duty.person_id).in_(ids), Duty.is_held(units, today)
        )
        return frozenset((await self._session.exec(query)).all())

    async def works_at(self, person_id: UUID, units: frozenset[UUID], today: date) -> bool:
        """Whether the person has a duty today at one of the units."""
        query = select(Duty.id).where(
            Duty.tenant_id == tenant_of(self._session),
            Duty.person_id == person_id,
            Duty.is_held(units, today),
        )
        return (await self._session.exec(query.limit(1))).first() is not None
