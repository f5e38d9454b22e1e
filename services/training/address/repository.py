"""Every query on addresses. They are kept for staff who need training or have a seat, and for no one else."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.address.models import MailAddress, MailChoice
from shared.kit.db import tenant_of

_STORE = text(
    "INSERT INTO mail_address AS a (tenant_id, id, sealed, mark, roster_version)"
    " SELECT :tenant, u.* FROM unnest(CAST(:ids AS uuid[]), CAST(:sealed AS bytea[]), CAST(:marks AS bytea[]),"
    " CAST(:versions AS integer[])) u"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET sealed = excluded.sealed, mark = excluded.mark,"
    " roster_version = excluded.roster_version,"
    " refused_at = CASE WHEN a.mark = excluded.mark THEN a.refused_at END"
    " WHERE a.roster_version <= excluded.roster_version"
)
_FORGET = text("DELETE FROM mail_address WHERE tenant_id = :tenant AND id = ANY(CAST(:ids AS uuid[]))")
# Somebody who works here (or will) and is not protected, with something to be told: a need, a seat, a session to hold.
_REASONS = """
FROM person p WHERE p.tenant_id = :tenant AND NOT p.protected AND NOT p.ended
  AND EXISTS (SELECT FROM duty d WHERE d.tenant_id = p.tenant_id AND d.person_id = p.id AND NOT d.ended
              AND (d.ends_on IS NULL OR d.ends_on >= :today))
"""
_SEATED = """
EXISTS (SELECT FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
        WHERE e.tenant_id = p.tenant_id AND e.person_id = p.id AND e.state <> 'cancelled' AND s.ends_at > :now)
"""
_NEEDS = """
(EXISTS (SELECT FROM appointment a WHERE a.tenant_id = p.tenant_id AND a.person_id = p.id)
 OR EXISTS (SELECT FROM session_trainer t WHERE t.tenant_id = p.tenant_id AND t.person_id = p.id)
 OR EXISTS (SELECT FROM duty d WHERE d.tenant_id = p.tenant_id AND d.person_id = p.id AND NOT d.ended AND d.role IN (
    SELECT unnest(c.audience) FROM course c WHERE c.tenant_id = :tenant AND NOT c.archived
    UNION SELECT k.role FROM curriculum k WHERE k.tenant_id = :tenant AND NOT k.archived)))
"""
_KEEP = text(
    "DELETE FROM mail_address m WHERE m.tenant_id = :tenant AND m.id NOT IN"
    f" (SELECT p.id {_REASONS} AND ({_SEATED} OR {_NEEDS}))"
)
_LACKS = text(
    f"SELECT EXISTS (SELECT {_REASONS} AND {_SEATED} AND NOT EXISTS ("
    "SELECT FROM mail_address m WHERE m.tenant_id = p.tenant_id AND m.id = p.id))"
)
_MAY = text(f"SELECT EXISTS (SELECT {_REASONS} AND p.id = :person)")


class AddressRepository:
    """Addresses of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def store(self, rows: Sequence[tuple[UUID, bytes | None, bytes | None, int]]) -> None:
        """(person, sealed, mark, roster version) of each; an older line never replaces a newer one."""
        ids, sealed, marks, versions = (list(column) for column in zip(*rows, strict=True))
        await self._run(_STORE, ids=ids, sealed=sealed, marks=marks, versions=versions)

    async def forget(self, ids: Sequence[UUID]) -> None:
        await self._run(_FORGET, ids=list(ids))

    async def keep_needed(self, today: date, now: datetime) -> int:
        """Delete the addresses of everybody else; how many."""
        return int((await self._run(_KEEP, today=today, now=now)).rowcount)

    async def lacks(self, today: date, now: datetime) -> bool:
        """Whether somebody has a seat who may be written to, and no row says whether they have an address."""
        return bool((await self._run(_LACKS, today=today, now=now)).scalar_one())

    async def may_be_written_to(self, person_id: UUID, today: date) -> bool:
        """Whether the person works here and is not protected, as the copies of the roster are now."""
        return bool((await self._run(_MAY, person=person_id, today=today)).scalar_one())

    async def get(self, person_id: UUID) -> MailAddress | None:
        query = select(MailAddress).where(
            MailAddress.tenant_id == tenant_of(self._session), MailAddress.id == person_id
        )
        return (await self._session.exec(query.execution_options(populate_existing=True))).one_or_none()

    async def choice(self, person_id: UUID, *, lock: bool = False) -> MailChoice | None:
        query = select(MailChoice).where(MailChoice.tenant_id == tenant_of(self._session), MailChoice.id == person_id)
        return (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()

    async def save(self, row: MailAddress | MailChoice) -> None:
        self._session.add(row)
        await self._session.flush()

    async def _run(self, statement: Any, **values: Any) -> Any:
        await self._session.flush()
        return await self._session.execute(statement, {"tenant": tenant_of(self._session), **values})
