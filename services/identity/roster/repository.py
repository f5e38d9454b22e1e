"""Every query by which accounts and roles follow the roster, a page of lines per statement.

A line is a person's or duty's present state, so each statement may be repeated; an older line changes nothing.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.roster.models import PersonTie, SchoolUnit
from shared.contracts.sync import DutyChange, EnrolmentChange, PersonChange, ResponsibleChange, UnitChange
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id

_POSITION = "SELECT version FROM roster_position WHERE tenant_id = :tenant"
_ADVANCE = """
INSERT INTO roster_position (tenant_id, version) VALUES (:tenant, :version)
ON CONFLICT (tenant_id) DO UPDATE SET version = greatest(roster_position.version, excluded.version)
"""
_LINES = """
WITH line AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS l (account_id uuid, case_id uuid, person_id uuid, display_name text, login_name text, protected boolean,
              digests jsonb, roster_version integer)
)
"""
# An account that was opened by hand before the roster came is the same person's when the login name says so, inside
# the domains that are proved to be the tenant's: there a login name is one person's for ever (eduPersonPrincipalName).
_SAME_LOGIN = """
FROM line CROSS JOIN LATERAL jsonb_array_elements_text(line.digests) AS d (hex)
JOIN account_login l ON l.tenant_id = :tenant AND l.digest = decode(d.hex, 'hex')
JOIN account b ON b.tenant_id = :tenant AND b.id = l.account_id AND b.person_id IS NULL
"""
_IN_OWN_SCOPE = """EXISTS (
    SELECT FROM login_scope s WHERE s.tenant_id = :tenant AND s.state = 'verified'
      AND right(b.login_name, length(s.domain) + 1) = '@' || s.domain)"""
_LINK = f"""{_LINES}
UPDATE account a SET person_id = line.person_id, source = 'roster', version = a.version + 1, updated_at = :now
{_SAME_LOGIN}
WHERE a.tenant_id = :tenant AND a.id = b.id AND {_IN_OWN_SCOPE}
  AND NOT EXISTS (SELECT FROM account o WHERE o.tenant_id = :tenant AND o.person_id = line.person_id)
"""
# Elsewhere the name was typed by somebody and proves nothing: an administrator decides whether they are one person.
_DOUBT = f"""{_LINES}
INSERT INTO link_case (tenant_id, id, kind, fingerprint, account_id, person_id, state, version, created_at, updated_at)
SELECT :tenant, line.case_id, 'roster', sha256(uuid_send(b.id) || uuid_send(line.person_id)), b.id, line.person_id,
       'open', 1, :now, :now
{_SAME_LOGIN}
WHERE b.state = 'open' AND NOT {_IN_OWN_SCOPE}
ON CONFLICT (tenant_id, fingerprint) DO NOTHING
"""
_UPSERT = f"""{_LINES}
INSERT INTO account (tenant_id, id, person_id, display_name, login_name, is_protected, state, source,
                     roster_version, version, created_at, updated_at)
SELECT :tenant, account_id, person_id, display_name, login_name, protected, 'open', 'roster',
       roster_version, 1, :now, :now FROM line
ON CONFLICT (tenant_id, person_id) DO UPDATE SET
    display_name = excluded.display_name, login_name = excluded.login_name, is_protected = excluded.is_protected,
    state = CASE WHEN account.closed_reason = 'roster_ended' THEN 'open' ELSE account.state END,
    closed_reason = nullif(account.closed_reason, 'roster_ended'),
    roster_version = excluded.roster_version, version = account.version + 1, updated_at = :now
WHERE account.roster_version <= excluded.roster_version
  AND ((account.display_name, account.login_name, account.is_protected) IS DISTINCT FROM
       (excluded.display_name, excluded.login_name, excluded.is_protected) OR account.closed_reason = 'roster_ended')
RETURNING id, version
"""
_DROP_LOGINS = f"""{_LINES}
DELETE FROM account_login l USING account a, line
WHERE a.tenant_id = :tenant AND a.person_id = line.person_id AND l.tenant_id = :tenant AND l.account_id = a.id
  AND NOT line.digests ? encode(l.digest, 'hex')
"""
# A login name that another account holds stays with that account: two people must never share one.
_ADD_LOGINS = f"""{_LINES}
INSERT INTO account_login (tenant_id, digest, account_id)
SELECT :tenant, decode(d.hex, 'hex'), a.id
FROM line CROSS JOIN LATERAL jsonb_array_elements_text(line.digests) AS d (hex)
JOIN account a ON a.tenant_id = :tenant AND a.person_id = line.person_id
ON CONFLICT (tenant_id, digest) DO NOTHING
"""
_LOCK_ENDED = """
SELECT id FROM account
WHERE tenant_id = :tenant AND state = 'open' AND source = 'roster'
  AND person_id = ANY (CAST(:persons AS uuid[]))
ORDER BY id FOR UPDATE
"""
_HIDE = """
UPDATE account SET display_name = :alias, login_name = NULL, is_protected = true, version = version + 1,
                   roster_version = greatest(roster_version, :roster_version), updated_at = :now
WHERE tenant_id = :tenant AND person_id = :person AND NOT is_protected AND roster_version <= :roster_version
RETURNING id
"""
_DUTIES = """
INSERT INTO duty (tenant_id, id, person_id, unit_id, role, starts_on, ends_on, is_ended, roster_version)
SELECT :tenant, l.* FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS l (id uuid, person_id uuid, unit_id uuid, role text, starts_on date, ends_on date, is_ended boolean,
          roster_version integer)
ON CONFLICT (tenant_id, id) DO UPDATE SET
    person_id = excluded.person_id, unit_id = excluded.unit_id, role = excluded.role, starts_on = excluded.starts_on,
    ends_on = excluded.ends_on, is_ended = excluded.is_ended, roster_version = excluded.roster_version
WHERE duty.roster_version <= excluded.roster_version
"""
_TIES = """
INSERT INTO person_tie (tenant_id, id, population, person_id, child_id, unit_id, starts_on, ends_on, is_ended,
                        roster_version)
SELECT :tenant, l.* FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS l (id uuid, population text, person_id uuid, child_id uuid, unit_id uuid, starts_on date, ends_on date,
          is_ended boolean, roster_version integer)
ON CONFLICT (tenant_id, id) DO UPDATE SET
    person_id = excluded.person_id, child_id = excluded.child_id, unit_id = excluded.unit_id,
    starts_on = excluded.starts_on, ends_on = excluded.ends_on, is_ended = excluded.is_ended,
    roster_version = excluded.roster_version
WHERE person_tie.roster_version <= excluded.roster_version
"""
_FORGET_TIES = """
DELETE FROM person_tie WHERE tenant_id = :tenant AND (person_id = :person OR child_id = :person) RETURNING id
"""
_UNITS = """
INSERT INTO school_unit (tenant_id, id, kind, is_ended, roster_version)
SELECT :tenant, l.* FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS l (id uuid, kind text, is_ended boolean, roster_version integer)
ON CONFLICT (tenant_id, id) DO UPDATE SET
    kind = excluded.kind, is_ended = excluded.is_ended, roster_version = excluded.roster_version
WHERE school_unit.roster_version <= excluded.roster_version
"""
# Everybody with a duty takes part in training at the unit; a school leader heads it.
_WANTED = """
WITH wanted AS (
    SELECT a.id AS account_id, given.role, d.unit_id, d.id AS duty_id
    FROM duty d
    JOIN account a ON a.tenant_id = d.tenant_id AND a.person_id = d.person_id AND a.state = 'open'
    CROSS JOIN LATERAL (VALUES ('participant', true), ('unit_head', d.role = 'school_leader')) AS given (role, holds)
    WHERE d.tenant_id = :tenant AND NOT d.is_ended AND given.holds
      AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today)
)
"""
_MISSING = f"""{_WANTED}
SELECT w.account_id, w.role, w.unit_id, w.duty_id FROM wanted w
LEFT JOIN membership m ON m.tenant_id = :tenant AND m.account_id = w.account_id AND m.duty_id = w.duty_id
    AND m.role = w.role AND m.unit_id = w.unit_id
WHERE m.id IS NULL
"""
_GRANT = """
INSERT INTO membership (tenant_id, id, home_tenant_id, account_id, role, unit_id, side, duty_id,
                        version, created_at, updated_at)
SELECT :tenant, l.id, :tenant, l.account_id, l.role, l.unit_id, 'customer', l.duty_id, 1, :now, :now
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS l (id uuid, account_id uuid, role text, unit_id uuid, duty_id uuid)
ON CONFLICT DO NOTHING
"""
_REMOVE = f"""{_WANTED}
DELETE FROM membership m WHERE m.tenant_id = :tenant AND m.duty_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM wanted w WHERE w.account_id = m.account_id AND w.duty_id = m.duty_id AND w.role = m.role
        AND w.unit_id = m.unit_id)
RETURNING m.account_id
"""


class RosterRepository:
    """The accounts, duties and roles of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def version(self) -> int:
        """Up to which roster version the lines are here; 0 before the first."""
        return (await self._run(_POSITION)).scalar_one_or_none() or 0

    async def advance(self, version: int) -> None:
        await self._run(_ADVANCE, version=version)

    async def store_persons(self, lines: Sequence[PersonChange]) -> int:
        """Open and rename accounts and bring their login names up to date; how many were opened."""
        rows = [
            {
                "account_id": str(new_id()),
                "case_id": str(new_id()),
                "person_id": str(line.id),
                "display_name": line.display_name,
                "login_name": line.login_names[0].lower() if line.login_names and not line.protected else None,
                "protected": line.protected,
                "digests": list(line.login_digests),
                "roster_version": line.version,
            }
            for line in lines
        ]
        values = {"rows": orjson.dumps(rows).decode(), "now": clock.now()}
        await self._run(_LINK, **values)
        await self._run(_DOUBT, **values)
        written = (await self._run(_UPSERT, **values)).all()
        await self._run(_DROP_LOGINS, rows=values["rows"])
        await self._run(_ADD_LOGINS, rows=values["rows"])
        return sum(1 for row in written if row.version == 1)

    async def lock_ended(self, persons: Sequence[UUID]) -> Sequence[UUID]:
        """The open accounts of persons who left the roster, locked."""
        return list((await self._run(_LOCK_ENDED, persons=list(persons))).scalars())

    async def hide(self, person: UUID, alias: str, version: int) -> None:
        """Forget the name of a person who became protected in `version`, unless a newer line is here already."""
        await self._run(_HIDE, person=person, alias=alias, roster_version=version, now=clock.now())

    async def store_duties(self, lines: Sequence[DutyChange]) -> None:
        rows = [
            line.model_dump(mode="json", include={"id", "person_id", "unit_id", "role", "starts_on", "ends_on"})
            | {"is_ended": line.op == "end", "roster_version": line.version}
            for line in lines
        ]
        await self._run(_DUTIES, rows=orjson.dumps(rows).decode())

    async def store_ties(self, lines: Sequence[EnrolmentChange | ResponsibleChange]) -> None:
        """Who is a pupil where, and whose guardian."""
        await self._run(_TIES, rows=orjson.dumps([_tie(line) for line in lines]).decode())

    async def store_units(self, lines: Sequence[UnitChange]) -> None:
        rows = [
            {"id": line.id, "kind": line.unit_kind, "is_ended": line.op == "end", "roster_version": line.version}
            for line in lines
        ]
        await self._run(_UNITS, rows=orjson.dumps(rows).decode())

    async def has_unit(self, unit_id: UUID) -> bool:
        query = select(SchoolUnit.id).where(SchoolUnit.id == unit_id, col(SchoolUnit.is_ended).is_(False))
        return (await self._session.exec(query)).first() is not None

    async def ties_of(self, person_id: UUID) -> Sequence[PersonTie]:
        query = select(PersonTie).where(PersonTie.person_id == person_id).order_by(col(PersonTie.id))
        return (await self._session.exec(query)).all()

    async def forget_ties(self, person_id: UUID) -> int:
        forgotten = await self._run(_FORGET_TIES, person=person_id)
        return len(forgotten.all())

    async def grant_missing(self, today: date) -> int:
        """Grant the roles that duties of today give and nobody holds yet; how many."""
        missing = (await self._run(_MISSING, today=today)).mappings().all()
        rows = [{"id": str(new_id()), **{name: str(value) for name, value in row.items()}} for row in missing]
        if rows:
            await self._run(_GRANT, rows=orjson.dumps(rows).decode(), now=clock.now())
        return len(rows)

    async def remove_ended(self, today: date) -> Sequence[UUID]:
        """Remove the roles whose duty is over; the accounts that lost one, once per role."""
        return list((await self._run(_REMOVE, today=today)).scalars())

    async def _run(self, statement: str, **values: Any) -> Any:
        return await self._session.execute(text(statement), {"tenant": tenant_of(self._session), **values})


def _tie(line: EnrolmentChange | ResponsibleChange) -> dict[str, Any]:
    common = {"id": line.id, "is_ended": line.op == "end", "roster_version": line.version}
    if isinstance(line, ResponsibleChange):
        return {**common, "population": "guardian", "person_id": line.guardian_id, "child_id": line.child_id}
    place = line.model_dump(mode="json", include={"person_id", "unit_id", "starts_on", "ends_on"})
    return {**common, "population": "pupil", **place}
