"""What training holds about one person, shown or forgotten (GDPR articles 15 and 17)."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.coverage.service import CoverageService
from shared.kit.db import tenant_of
from shared.kit.persondata import ErasureReport, PersonData

_TABLES = {
    "person": "id",
    "duty": "person_id",
    "appointment": "person_id",
    "session_trainer": "person_id",
    "completion": "person_id",
    "enrolment": "person_id",
}


async def export(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    """Every row about the person, by table."""
    found: dict[str, Any] = {}
    for table, column in _TABLES.items():
        query = text(f"SELECT * FROM {table} WHERE tenant_id = :tenant AND {column} = :person ORDER BY id")
        rows = await session.execute(query, {"tenant": tenant_of(session), "person": person_id})
        found[table] = [{name: str(value) for name, value in row._mapping.items()} for row in rows]
    return found


async def erase(session: AsyncSession, person_id: UUID) -> ErasureReport:
    """Forget name, duties, appointments and sessions held, which moves coverage. Enrolments stay, without a name."""
    erased = 0
    for table in ("duty", "appointment", "session_trainer", "completion", "person"):
        statement = text(f"DELETE FROM {table} WHERE tenant_id = :tenant AND {_TABLES[table]} = :person RETURNING 1")
        values = {"tenant": tenant_of(session), "person": person_id}
        erased += len((await session.execute(statement, values)).all())
    await CoverageService(session).refresh()
    return ErasureReport(erased, {"enrolment": "seat counts and attendance statistics, without a name"})


PERSON_DATA = PersonData(export, erase)
