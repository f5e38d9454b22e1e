"""Phases over HTTP."""

from fastapi import Request

from services.projects.phase.schemas import PhasePublic
from services.projects.phase.service import PhaseService
from services.projects.project.auth import ProjectsRead
from services.projects.project.endpoints import ProjectId, Projects
from shared.web import Page, PageDep, SessionDep, make_page, new_router

router = new_router("phases")


@router.get("/projects/{projectId}/phases", name="phases_list", summary="List the phases of a project")
async def phases_list(
    project_id: ProjectId,
    caller: ProjectsRead,
    projects: Projects,
    session: SessionDep,
    request: Request,
    page: PageDep,
) -> Page[PhasePublic]:
    """Phases in the order of the plan; they may overlap and leave gaps."""
    await projects.get(project_id)
    after = page.keys(int)
    rows = await PhaseService(session).list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.position], show=PhasePublic.of)
