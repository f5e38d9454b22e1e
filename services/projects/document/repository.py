"""Every statement of documents: their words, the reports, and what a report reads from all over the plan.

The names of tables are unqualified, so that a report can be read as of a past day.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.document.errors import StatusReportNotFound
from services.projects.document.models import PlanText, StatusReport
from shared.kit.db import tenant_of

# Work is counted where it is done: of a row per unit its children, and neither what does not apply nor what was
# cancelled or removed.
_WORK = """
FROM activity a WHERE a.tenant_id = :tenant AND a.project_id = :project AND a.deleted_at IS NULL AND a.is_enabled
  AND a.state <> 'cancelled'
  AND NOT EXISTS (SELECT FROM activity c WHERE c.tenant_id = a.tenant_id AND c.parent_id = a.id)
"""
_LATE = "a.state IN ('planned', 'started') AND a.window_end < CAST(:today AS date)"
_BY_SIDE = text(
    "SELECT coalesce(a.side, 'nobody') AS side, count(*) AS total, count(*) FILTER (WHERE a.state = 'done') AS done,"
    f" count(*) FILTER (WHERE a.state = 'started') AS started, count(*) FILTER (WHERE {_LATE}) AS late"
    f" {_WORK} GROUP BY 1 ORDER BY 1"
)
_BY_PHASE = text(
    "SELECT a.phase_id, count(*) AS total, count(*) FILTER (WHERE a.state = 'done') AS done,"
    f" count(*) FILTER (WHERE {_LATE}) AS late {_WORK} GROUP BY 1"
)
_LATE_ROWS = text(
    "SELECT a.id, a.source_ref, a.title, coalesce(a.side, 'nobody') AS side, a.window_end"
    f" {_WORK} AND {_LATE} ORDER BY a.window_end, a.position, a.id LIMIT 15"
)
_COMING_ROWS = text(
    "SELECT a.id, a.source_ref, a.title, coalesce(a.side, 'nobody') AS side, a.window_end"
    f" {_WORK} AND a.state IN ('planned', 'started') AND a.window_end >= CAST(:today AS date)"
    " AND a.window_end < CAST(:today AS date) + 42 ORDER BY a.window_end, a.position, a.id LIMIT 15"
)
_WAIVERS = text(
    "SELECT c.gate_id, c.title, w.reason, w.waived_at FROM gate_waiver w"
    " JOIN gate_criterion c ON c.tenant_id = w.tenant_id AND c.id = w.criterion_id"
    " WHERE w.tenant_id = :tenant AND c.gate_id = ANY(:gates) ORDER BY w.waived_at, w.id"
)
_COUNTS = text(
    "SELECT (SELECT count(*) FROM decision d WHERE d.tenant_id = :tenant AND d.project_id = :project"
    "  AND d.state = 'open' AND d.window_end < CAST(:today AS date)) AS overdue_decisions,"
    " (SELECT count(*) FROM escalation e WHERE e.tenant_id = :tenant AND e.project_id = :project"
    "  AND e.state = 'raised' AND e.due_on < CAST(:today AS date)) AS overdue_escalations,"
    " (SELECT count(*) FROM escalation e WHERE e.tenant_id = :tenant AND e.project_id = :project"
    "  AND e.state = 'raised') AS open_escalations,"
    " (SELECT count(*) FROM risk r WHERE r.tenant_id = :tenant AND r.project_id = :project AND r.state = 'open'"
    "  AND r.trigger_state = 'triggered') AS triggered_risks,"
    " (SELECT count(*) FROM risk r WHERE r.tenant_id = :tenant AND r.project_id = :project AND r.state = 'open'"
    "  AND coalesce(r.current_level, r.inherent_level) IS NULL) AS unassessed_risks,"
    " (SELECT count(*) FROM change_request q WHERE q.tenant_id = :tenant AND q.project_id = :project"
    "  AND q.state = 'submitted') AS waiting_changes"
)
_RISKS = text(
    "SELECT r.source_ref, r.event, coalesce(r.current_level, r.inherent_level) AS level, r.trigger_state, r.measure,"
    " r.consequence FROM risk r WHERE r.tenant_id = :tenant AND r.project_id = :project AND r.state = 'open'"
    " ORDER BY array_position(ARRAY['severe', 'large', 'medium', 'small'],"
    "  coalesce(r.current_level, r.inherent_level)), r.position LIMIT :limit"
)
_GOALS = text(
    "SELECT g.id, g.kind, g.source_ref, g.title, g.measure, g.state FROM goal g"
    " WHERE g.tenant_id = :tenant AND g.project_id = :project ORDER BY g.kind, g.position"
)


class DocumentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rows(self, name: str, project_id: UUID, **values: Any) -> list[dict[str, Any]]:
        """The rows of one of the statements above, by its name."""
        bound = {"tenant": tenant_of(self._session), "project": project_id} | values
        return [dict(row) for row in (await self._session.execute(_STATEMENTS[name], bound)).mappings()]

    async def work(self, name: str, project_id: UUID, today: date) -> list[dict[str, Any]]:
        return await self.rows(name, project_id, today=today)

    async def waivers(self, gate_ids: Sequence[UUID]) -> list[dict[str, Any]]:
        bound = {"tenant": tenant_of(self._session), "gates": list(gate_ids)}
        return [dict(row) for row in (await self._session.execute(_WAIVERS, bound)).mappings()]

    def add(self, row: PlanText | StatusReport) -> None:
        self._session.add(row)

    async def texts(self, project_id: UUID) -> Sequence[PlanText]:
        query = select(PlanText).where(
            PlanText.tenant_id == tenant_of(self._session), PlanText.project_id == project_id
        )
        return (await self._session.exec(query)).all()

    async def report(self, report_id: UUID) -> StatusReport:
        """Raises StatusReportNotFound."""
        query = select(StatusReport).where(
            StatusReport.tenant_id == tenant_of(self._session), StatusReport.id == report_id
        )
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise StatusReportNotFound()
        return found

    async def reports(self, project_id: UUID, before: UUID | None, limit: int) -> Sequence[StatusReport]:
        query = select(StatusReport).where(
            StatusReport.tenant_id == tenant_of(self._session), StatusReport.project_id == project_id
        )
        if before is not None:
            query = query.where(col(StatusReport.id) < before)
        return (await self._session.exec(query.order_by(col(StatusReport.id).desc()).limit(limit))).all()

    async def of_account(self, account_id: UUID) -> tuple[Sequence[PlanText], Sequence[StatusReport]]:
        texts = select(PlanText).where(
            PlanText.tenant_id == tenant_of(self._session), PlanText.written_by == account_id
        )
        reports = select(StatusReport).where(
            StatusReport.tenant_id == tenant_of(self._session), StatusReport.reported_by == account_id
        )
        return (await self._session.exec(texts)).all(), (await self._session.exec(reports)).all()


_STATEMENTS = {
    "by_side": _BY_SIDE,
    "by_phase": _BY_PHASE,
    "late": _LATE_ROWS,
    "coming": _COMING_ROWS,
    "counts": _COUNTS,
    "risks": _RISKS,
    "goals": _GOALS,
}
