"""The parts of a template that are no plan rows: each is written by the feature that owns it."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.assessment.service import AssessmentService
from services.projects.deviation.service import DeviationService
from services.projects.goal.service import GoalService
from services.projects.governance.service import GovernanceService
from services.projects.instantiation.draft import Draft
from services.projects.instantiation.filling import filled
from services.projects.integration.service import IntegrationService
from services.projects.lesson.service import LessonService
from services.projects.project.models import Project
from services.projects.risk.service import RiskService
from services.projects.survey.service import DefinitionService
from services.projects.template.parts import Part
from services.projects.transfer.service import TransferService
from services.projects.wheel.service import WheelService

P = TypeVar("P", bound=Part)


class SectionWriter:
    """Hands the sections of a drawn template to their owners, in the session's transaction.

    Each owner writes what the project lacks, by source reference or key, so that writing twice writes once. Sections
    that have no owner here (waves, training groups, assurance, communication, most lists) are read through the
    template version.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._governance = GovernanceService(session)
        self._goals = GoalService(session)
        self._risks = RiskService(session)
        self._wheels = WheelService(session)
        self._matrices = AssessmentService(session)
        self._surveys = DefinitionService(session)
        self._causes = DeviationService(session)
        self._lessons = LessonService(session)
        self._integrations = IntegrationService(session)
        self._flows = TransferService(session)

    async def write(self, draft: Draft, project: Project) -> None:
        """After the plan's own rows: some sections point at activities."""
        template = draft.template
        await self._goals.add_from_template(project.id, self._filled(template.goals, draft))
        await self._risks.add_from_template(project.id, self._filled(template.risks, draft))
        await self._steer(draft, project)
        await self._wheels.add_from_template(project.id, self._filled(template.annual_wheels, draft))
        surveys = self._filled(template.surveys, draft)
        await self._matrices.add_from_template(project.id, surveys)
        await self._surveys.add_from_template(project.id, surveys, draft.options)
        await self._causes.add_from_template(project.id, self._filled(template.deviation_causes, draft))
        await self._lessons.add_from_template(project.id, self._filled(template.lists, draft))
        await self._integrations.add_from_template(project.id, self._filled(template.integrations, draft))
        chosen = frozenset(key for key, value in draft.options.items() if value is True)
        await self._flows.add_from_template(project.id, self._filled(template.migration_flows, draft), chosen)

    async def follow_options(self, draft: Draft, project: Project) -> None:
        """Let what the sections' owners hold apply or not, as the options of a running project now say."""
        wanted = {row.source_ref: row.enabled_if for row in draft.template.migration_flows}
        for flow in await self._flows.flows(project.id):
            option = wanted.get(flow.source_ref) if flow.source_ref else None
            if option is not None and flow.is_enabled != (draft.options[option] is True):
                flow.is_enabled = not flow.is_enabled
                flow.touch()
                await self._flows.keep(flow)

    async def _steer(self, draft: Draft, project: Project) -> None:
        template = draft.template
        await self._governance.add_from_template(
            project,
            self._filled(template.bodies, draft),
            self._filled(template.decisions, draft),
            per_form=frozenset(role.key for role in template.roles if role.seat_per_school_form),
            asking=[a.row.source_ref for a in draft.activities if a.is_enabled and a.row.needs_decision is not None],
        )

    def _filled(self, rows: Iterable[P], draft: Draft) -> Sequence[P]:
        return [filled(row, draft.fill) for row in rows]
