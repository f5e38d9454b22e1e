"""What a unit holds, counted: by school form and year, by class, by role. No person is in it."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock
from shared.kit.db import tenant_of

# Whose last day has passed has left. Who is to come is counted: schools sign before terms begin.
LASTS = "ended_at IS NULL AND (ends_on IS NULL OR ends_on >= :today)"
_YEARS = f"""
SELECT school_form, school_year, count(DISTINCT person_id) AS n FROM (
    SELECT tenant_id, unit_id, person_id, school_form, school_year, ends_on, ended_at FROM enrolment
    UNION ALL SELECT tenant_id, unit_id, child_id, school_form, NULL, ends_on, ended_at FROM placement) t
WHERE tenant_id = :tenant AND unit_id = :unit AND {LASTS} GROUP BY 1, 2 ORDER BY 1, 2
"""
_CLASSES = f"""
SELECT g.name, g.school_form, count(DISTINCT m.person_id) FILTER (WHERE m.role = 'pupil') AS pupils,
       count(DISTINCT m.person_id) FILTER (WHERE m.role = 'teacher') AS teachers
FROM school_group g LEFT JOIN (
    SELECT group_id, person_id, role FROM membership WHERE tenant_id = :tenant AND {LASTS}
    UNION ALL SELECT group_id, child_id, 'pupil' FROM placement WHERE tenant_id = :tenant AND {LASTS}) m
     ON m.group_id = g.id
WHERE g.tenant_id = :tenant AND g.unit_id = :unit AND g.ended_at IS NULL AND g.kind = 'home'
  AND (g.ends_on IS NULL OR g.ends_on >= :today)
GROUP BY g.id, g.source_id, g.name, g.school_form ORDER BY g.school_form, g.name, g.source_id
"""
_ROLES = f"""
SELECT role, count(DISTINCT person_id) AS n FROM duty
WHERE tenant_id = :tenant AND unit_id = :unit AND {LASTS} GROUP BY 1 ORDER BY 1
"""


async def unit_numbers(session: AsyncSession, unit_id: UUID) -> dict[str, Any]:
    """Counted in the roster that is in force."""
    values = {"tenant": tenant_of(session), "unit": unit_id, "today": clock.today()}
    years = (await session.execute(text(_YEARS), values)).all()
    classes = (await session.execute(text(_CLASSES), values)).all()
    roles = (await session.execute(text(_ROLES), values)).all()
    return {
        "years": [{"schoolForm": row.school_form, "schoolYear": row.school_year, "pupils": row.n} for row in years],
        "classes": [
            {"name": row.name, "schoolForm": row.school_form, "pupils": row.pupils, "teachers": row.teachers}
            for row in classes
        ],
        "roles": [{"role": row.role, "people": row.n} for row in roles],
    }
