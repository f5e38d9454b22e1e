"""The parts of a template that are no plan rows: each is written by the feature that owns it."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.goal.service import GoalService
from services.projects.governance.service import GovernanceService
from services.projects.instantiation.draft import Draft
from services.projects.instantiation.filling import filled
from services.projects.project.models import Project
from services.projects.risk.service import RiskService


class SectionWriter:
    """Hands the sections of a drawn template to their owners, in the session's transaction.

    Each owner writes what the project lacks, by source reference, so that writing twice writes once. Sections that
    have no owner here (waves, training groups, assurance, lists) are read through the template version.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._goals = GoalService(session)
        self._governance = GovernanceService(session)
        self._risks = RiskService(session)

    async def write(self, draft: Draft, project: Project) -> None:
        template = draft.template
        await self._goals.add_from_template(project.id, [filled(goal, draft.fill) for goal in template.goals])
        await self._risks.add_from_template(project.id, [filled(risk, draft.fill) for risk in template.risks])
        await self._governance.add_from_template(
            project,
            [filled(body, draft.fill) for body in template.bodies],
            [filled(decision, draft.fill) for decision in template.decisions],
            per_form=frozenset(role.key for role in template.roles if role.seat_per_school_form),
            asking=[row.source_ref for row in template.activities if row.needs_decision is not None],
        )
