"""Gathering what a plan document shows, from the features that know it."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.checklist.service import ChecklistService, Line
from services.projects.document.parts import day, said
from services.projects.document.plan_document import PlanContent
from services.projects.document.service import DocumentService
from services.projects.picture.service import PictureService
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.role.service import RoleService
from shared.kit import clock
from shared.kit.text import Lang

_MANY = 2000


async def plan_content(session: AsyncSession, project: Project, lang: Lang) -> PlanContent:
    """The plan of a project at this moment, or at the one that is looked back to."""
    documents, pictures = DocumentService(session), PictureService(session, lang)
    bars = await pictures.bars(project)
    lines = await ChecklistService(session).list_after(project.id, None, _MANY)
    return PlanContent(
        project=project,
        parties={party.side: party.name for party in await ProjectService(session).parties(project.id)},
        texts=await documents.texts(project.id),
        roles=await RoleService(session).roles(project.id),
        goals=await documents.goals(project.id),
        risks=await documents.risks(project.id),
        bars=bars,
        checklist=[_line(line, lang) for line in lines],
        charts=await pictures.gantt_pages(project, bars),
        effort=await pictures.effort_if_any(project),
        today=clock.today(),
    )


def _line(line: Line, lang: Lang) -> tuple[str, str, str, str]:
    """Title, the roles that own it on either side (never a person), the last day, the state."""
    owners = [owner for owner in (line.customer, line.supplier) if owner is not None]
    roles = [said(owner.role.title, lang) for owner in owners if owner.role is not None]
    row = line.activity
    return said(row.title, lang), ", ".join(roles), day(row.window_end), row.state
