"""Every statement about the readiness of units: one for each kind of fact, however many units are asked for."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import tenant_of

_ACTIONS = text(
    "SELECT unit_id, count(*) AS open, count(*) FILTER (WHERE window_end < :today) AS late FROM activity"
    " WHERE tenant_id = :tenant AND project_id = :project AND unit_id = ANY(:units) AND deleted_at IS NULL"
    " AND is_enabled AND state IN ('planned', 'started') GROUP BY unit_id"
)
# Direction decisions that bind: the decided one of each question, and which units use what it is about.
_MUSTS = text(
    "SELECT key, coalesce(function, question) AS title, school_forms FROM decision WHERE tenant_id = :tenant"
    " AND project_id = :project AND modality = 'must' AND state = 'decided' ORDER BY key"
).columns(title=JSONB, school_forms=JSONB)
_USED = text(
    "SELECT unit_id, decision_key FROM function_usage WHERE tenant_id = :tenant AND project_id = :project"
    " AND unit_id = ANY(:units) AND is_in_use"
)
_SURVEYS = text(
    "SELECT u.unit_id, count(*) AS asked FROM survey s"
    " JOIN survey_definition d ON d.tenant_id = s.tenant_id AND d.id = s.definition_id"
    " JOIN survey_unit u ON u.tenant_id = s.tenant_id AND u.survey_id = s.id"
    " WHERE s.tenant_id = :tenant AND s.project_id = :project AND u.unit_id = ANY(:units) AND d.respondent = 'unit'"
    " AND s.closed_at IS NULL AND s.opens_on <= :today AND s.closes_on >= :today"
    " AND NOT EXISTS (SELECT FROM survey_response r WHERE r.tenant_id = s.tenant_id AND r.survey_id = s.id"
    " AND r.is_unit AND r.unit_id = u.unit_id) GROUP BY u.unit_id"
)
_SIGNALS = text(
    "SELECT scope_id AS unit_id, source, kind, key, value, observed_at FROM signal WHERE tenant_id = :tenant"
    " AND scope = 'unit' AND scope_id = ANY(:units) AND (source, kind) IN"
    " (('training', 'training_coverage'), ('training', 'key_persons'), ('training', 'accounts_missing'),"
    " ('identity', 'unit_accounts'), ('sync', 'unit_data_sign_off'))"
    " ORDER BY kind, key"
).columns(value=JSONB)
_CONCERNED = text(
    "SELECT DISTINCT project_id FROM activity WHERE tenant_id = :tenant AND unit_id = :unit AND deleted_at IS NULL"
)

_LATE = (
    "FROM activity a LEFT JOIN LATERAL (SELECT p.role_key FROM activity_participation p WHERE"
    " p.tenant_id = a.tenant_id AND p.activity_id = coalesce(a.parent_id, a.id) AND p.role_key IS NOT NULL"
    " AND p.raci IN ('A', 'R') ORDER BY p.raci DESC, p.role_key LIMIT 1) r ON true"
    " WHERE a.tenant_id = :tenant AND a.project_id = :project AND a.deleted_at IS NULL AND a.is_enabled"
    " AND a.state IN ('planned', 'started') AND a.window_end < :today AND NOT EXISTS (SELECT FROM activity c WHERE"
    " c.tenant_id = a.tenant_id AND c.parent_id = a.id AND c.deleted_at IS NULL)"
)
_LATE_ROWS = text(
    "SELECT a.id, a.source_ref, a.title, a.side, r.role_key AS role, a.unit_id, a.state, a.window_start, a.window_end,"
    f" a.window_precision, a.window_tentative {_LATE} AND (a.window_end, a.id) > (:after_day, :after_id)"
    " ORDER BY a.window_end, a.id LIMIT :limit"
).columns(title=JSONB)
_LATE_COUNTS = text(
    "SELECT grouping(a.side) AS no_side, grouping(r.role_key) AS no_role, grouping(a.unit_id) AS no_unit,"
    " a.side, r.role_key, a.unit_id, count(*) AS late, min(a.window_end) AS oldest"
    f" {_LATE} GROUP BY GROUPING SETS ((a.side), (r.role_key), (a.unit_id), ()) ORDER BY late DESC, oldest"
)


class ReadinessRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def actions(self, project_id: UUID, units: Collection[UUID], today: date) -> Sequence[Any]:
        """unit_id, open and late rows of each unit that has open ones."""
        return await self._rows(_ACTIONS, project=project_id, units=list(units), today=today)

    async def musts(self, project_id: UUID) -> Sequence[Any]:
        """key, title and school_forms of what must be used."""
        return await self._rows(_MUSTS, project=project_id)

    async def used(self, project_id: UUID, units: Collection[UUID]) -> set[tuple[UUID, str]]:
        found = await self._rows(_USED, project=project_id, units=list(units))
        return {(row.unit_id, row.decision_key) for row in found}

    async def surveys(self, project_id: UUID, units: Collection[UUID], today: date) -> dict[UUID, int]:
        """How many open surveys each unit has not answered."""
        found = await self._rows(_SURVEYS, project=project_id, units=list(units), today=today)
        return {row.unit_id: row.asked for row in found}

    async def signals(self, units: Collection[UUID]) -> Sequence[Any]:
        """unit_id, source, kind, key, value, observed_at of what was told about these units."""
        return await self._rows(_SIGNALS, units=list(units))

    async def projects_at(self, unit_id: UUID) -> set[UUID]:
        """Projects that have rows at the unit."""
        return {row.project_id for row in await self._rows(_CONCERNED, unit=unit_id)}

    async def late(self, project_id: UUID, today: date, after: tuple[date, UUID] | None, limit: int) -> Sequence[Any]:
        """The rows that are late, the latest first."""
        day, row = after or (date(1, 1, 1), UUID(int=0))
        return await self._rows(_LATE_ROWS, project=project_id, today=today, after_day=day, after_id=row, limit=limit)

    async def late_counts(self, project_id: UUID, today: date) -> Sequence[Any]:
        """By side, role and unit, and for all: `no_*` is 0 for the set that a row belongs to."""
        return await self._rows(_LATE_COUNTS, project=project_id, today=today)

    async def _rows(self, statement: Any, **values: Any) -> Sequence[Any]:
        found = await self._session.execute(statement, {"tenant": tenant_of(self._session), **values})
        return found.all()
