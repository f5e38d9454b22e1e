"""The words of a plan document, the facts of a status report, and the reports that were given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.document.errors import ReasonMissing
from services.projects.document.facts import is_past, suggest
from services.projects.document.models import Colour, PlanSection, PlanText, StatusReport
from services.projects.document.repository import DocumentRepository
from services.projects.gate.service import GateService
from services.projects.gate.vocabulary import CLOSED
from services.projects.phase.service import PhaseService
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from shared.contracts.projects_agreement import PlanTextChanged, StatusReported
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.text import Lang
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_MANY = 1000


@dataclass(frozen=True)
class Wanted:
    """What the reporter says; `colour` None takes the one that the facts speak for."""

    title: str
    colour: Colour | None
    reason: str
    narrative: str


class DocumentService:
    """Documents of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._documents = DocumentRepository(session)
        self._projects = ProjectService(session)

    async def texts(self, project_id: UUID) -> dict[PlanSection, PlanText]:
        """What has been written, by section."""
        return {PlanSection(each.section): each for each in await self._documents.texts(project_id)}

    async def write(
        self, project_id: UUID, section: PlanSection, version: int, content: str, written_by: UUID
    ) -> PlanText:
        """Replace the words of a section; version 0 means that nothing is written yet. Raises StaleVersion."""
        await self._projects.lock_active(project_id)
        found = (await self.texts(project_id)).get(section)
        check_version(version, found.version if found else 0)
        if found is None:
            found = PlanText(
                tenant_id=tenant_of(self._session), project_id=project_id, section=section.value, content=content
            )
            self._documents.add(found)
        elif found.content == content:
            return found
        else:
            found.content = content
            found.touch()
        found.written_by = written_by
        await self._session.flush()
        await record(self._session, "plan_text.write", "plan_text", found.id, after={"section": section.value})
        await publish(self._session, PlanTextChanged(project_id=project_id, section=section.value))
        return found

    async def facts(self, project: Project) -> dict[str, Any]:
        """All that a status report states, at this moment (or at the one that is looked back to)."""
        today = clock.today()
        sides = await self._documents.work("by_side", project.id, today)
        [counts] = await self._documents.work("counts", project.id, today)
        return {
            "day": today.isoformat(),
            "planState": project.plan_state,
            "total": sum(side["total"] for side in sides),
            "done": sum(side["done"] for side in sides),
            "late": sum(side["late"] for side in sides),
            "sides": sides,
            "phases": await self._phases(project.id),
            "gates": await self._gates(project.id),
            "lateRows": [_row(each) for each in await self._documents.work("late", project.id, today)],
            "comingRows": [_row(each) for each in await self._documents.work("coming", project.id, today)],
            "risks": [_risk(each) for each in await self._documents.rows("risks", project.id, limit=8)],
            "overdueDecisions": counts["overdue_decisions"],
            "overdueEscalations": counts["overdue_escalations"],
            "openEscalations": counts["open_escalations"],
            "triggeredRisks": counts["triggered_risks"],
            "unassessedRisks": counts["unassessed_risks"],
            "waitingChanges": counts["waiting_changes"],
        }

    async def risks(self, project_id: UUID) -> list[dict[str, Any]]:
        """The whole register, the gravest first."""
        return await self._documents.rows("risks", project_id, limit=_MANY)

    async def goals(self, project_id: UUID) -> list[dict[str, Any]]:
        return await self._documents.rows("goals", project_id)

    async def report(self, project: Project, wanted: Wanted, reported_by: UUID, lang: Lang) -> StatusReport:
        """Keep a report with the facts of this moment. Raises ReasonMissing for an unexplained other colour."""
        facts = await self.facts(project)
        suggested, why = suggest(facts)
        colour = wanted.colour or suggested
        if colour is not suggested and not wanted.reason:
            raise ReasonMissing()
        report = StatusReport(
            tenant_id=project.tenant_id,
            project_id=project.id,
            title=wanted.title,
            colour=colour.value,
            suggested_colour=suggested.value,
            reason=wanted.reason or why.pick(lang),
            narrative=wanted.narrative,
            facts=facts,
            reported_by=reported_by,
        )
        self._documents.add(report)
        await self._session.flush()
        after = {"colour": report.colour, "suggested_colour": report.suggested_colour}
        await record(self._session, "status_report.give", "status_report", report.id, after=after)
        told = StatusReported(project_id=project.id, status_report_id=report.id, colour=colour.value)
        await publish(self._session, told)
        return report

    async def get_report(self, report_id: UUID) -> StatusReport:
        """Raises StatusReportNotFound."""
        return await self._documents.report(report_id)

    async def reports(self, project_id: UUID, before: UUID | None, limit: int) -> Sequence[StatusReport]:
        """Newest first."""
        return await self._documents.reports(project_id, before, limit)

    async def of_account(self, account_id: UUID) -> tuple[Sequence[PlanText], Sequence[StatusReport]]:
        """What an account wrote or reported."""
        return await self._documents.of_account(account_id)

    async def _phases(self, project_id: UUID) -> list[dict[str, Any]]:
        today = clock.today()
        work = {row["phase_id"]: row for row in await self._documents.work("by_phase", project_id, today)}
        none = {"total": 0, "done": 0, "late": 0}
        return [
            {
                "id": str(phase.id),
                "title": phase.title,
                "end": phase.window_end and phase.window_end.isoformat(),
                **{name: work.get(phase.id, none)[name] for name in none},
            }
            for phase in await PhaseService(self._session).list_after(project_id, None, _MANY)
        ]

    async def _gates(self, project_id: UUID) -> list[dict[str, Any]]:
        views = await GateService(self._session).list_after(project_id, None, _MANY)
        waivers = await self._documents.waivers([view.gate.id for view in views])
        today = clock.today()
        return [
            {
                "id": str(view.gate.id),
                "sourceRef": view.gate.source_ref,
                "title": view.gate.title,
                "state": view.state.value,
                "blocking": len(view.blocking),
                "end": view.gate.window_end and view.gate.window_end.isoformat(),
                "isOverdue": view.state not in CLOSED and is_past(view.gate.window_end, today),
                "waivers": [
                    {"title": each["title"], "reason": each["reason"], "at": each["waived_at"].isoformat()}
                    for each in waivers
                    if each["gate_id"] == view.gate.id
                ],
            }
            for view in views
        ]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "sourceRef": row["source_ref"],
        "title": row["title"],
        "side": row["side"],
        "end": row["window_end"].isoformat(),
    }


def _risk(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "sourceRef": row["source_ref"],
        "event": row["event"],
        "level": row["level"],
        "trigger": row["trigger_state"],
    }
