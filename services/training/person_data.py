"""What training holds about one person, shown or forgotten (GDPR articles 15 and 17)."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.certificate.service import CertificateRecords
from services.training.coverage.service import CoverageService
from services.training.forgetting import release_seats
from shared.kit.db import tenant_of
from shared.kit.persondata import ErasureReport, PersonData

_OWN = "person_id = :person"
_SEATS = "(SELECT id FROM enrolment WHERE tenant_id = :tenant AND person_id = :person)"
# What is about a person, by table, in the order in which it is erased.
_TABLES = {
    "attestation": f"{_OWN} OR obligation_id IN (SELECT id FROM obligation WHERE {_OWN} AND tenant_id = :tenant)",
    "obligation": _OWN,
    "mentorship": ":person IN (mentor_id, mentee_id)",
    "duty": _OWN,
    "appointment": _OWN,
    "session_trainer": _OWN,
    "completion": _OWN,
    "mail": _OWN,
    "invitation": _OWN,
    "mail_choice": "id = :person",
    "mail_address": "id = :person",
    "calendar_feed": _OWN,
    "attendance_mark": f"enrolment_id IN {_SEATS}",
    "attendance": f"id IN {_SEATS}",
    "availability": "subject = 'person' AND subject_id = :person",
    "plan_seat": _OWN,
    "certificate": _OWN,
    "enrolment_told": f"id IN {_SEATS}",
    "enrolment": _OWN,
    "platform_account": "id = :person",
    "platform_login": "id = :person",
    "person": "id = :person",
}
# What opens or recognises something; the address itself is shown by the roster, where it comes from.
_SECRET = {"sealed", "mark", "secret_hash"}
_KEPT = {
    "enrolment": "seat counts and attendance statistics, without a name",
    "certificate": "a place in the public status list, revoked, without a person",
}


async def export(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    """Every row about the person, by table."""
    found: dict[str, Any] = {}
    for table, about in _TABLES.items():
        query = text(f"SELECT * FROM {table} WHERE tenant_id = :tenant AND ({about}) ORDER BY id")
        rows = await session.execute(query, {"tenant": tenant_of(session), "person": person_id})
        found[table] = [
            {name: str(value) for name, value in row._mapping.items() if name not in _SECRET} for row in rows
        ]
    return found


async def erase(session: AsyncSession, person_id: UUID) -> ErasureReport:
    """Forget name, duties, appointments and sessions held, which moves coverage. Enrolments stay, without a name; seats
    to come go to who waits."""
    await release_seats(session, person_id)
    erased = await CertificateRecords(session).forget(person_id, "erased")
    for table, about in _TABLES.items():
        if table in _KEPT:
            continue
        statement = text(f"DELETE FROM {table} WHERE tenant_id = :tenant AND ({about}) RETURNING 1")
        values = {"tenant": tenant_of(session), "person": person_id}
        erased += len((await session.execute(statement, values)).all())
    await CoverageService(session).refresh()
    return ErasureReport(erased, _KEPT)


PERSON_DATA = PersonData(export, erase)
