"""Pictures of a plan over HTTP, as SVG or PNG."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from services.projects.picture.auth import PicturesRead
from services.projects.picture.service import PictureService
from services.projects.project.endpoints import ProjectId, Projects
from shared.web import LangDep, SessionDep, new_router
from shared.web.as_of import AsOf
from shared.web.negotiation import negotiated
from shared.web.picture import FORMATS, PICTURE, FormatQuery, picture
from shared.web.route import problem_responses

router = new_router("pictures")


def _route(path: str, name: str, summary: str) -> Callable[..., Callable[..., object]]:
    decorate: APIRouter = router
    return decorate.get(
        path,
        name=name,
        summary=summary,
        response_class=Response,
        responses=PICTURE | problem_responses(406),
        dependencies=[AsOf],
    )


@_route("/projects/{projectId}/gantt-charts", "gantt_charts_get", "Draw the plan over time")
async def gantt_charts_get(
    project_id: ProjectId,
    caller: PicturesRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    format_: FormatQuery = None,
    detail: Annotated[
        Literal["activities", "phases"], Query(description="Every row, or phases and gates alone")
    ] = "activities",
) -> Response:
    """Windows, today, the approved plan behind them, what is critical, tentative and late, and the gates."""
    media = negotiated(request, FORMATS, asked=format_)
    project = await projects.get(project_id)
    svg = await PictureService(session, lang).gantt(project, phases_only=detail == "phases")
    return await picture(svg, media)


@_route("/projects/{projectId}/phase-overviews", "phase_overviews_get", "Draw the phases on one page")
async def phase_overviews_get(
    project_id: ProjectId,
    caller: PicturesRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    format_: FormatQuery = None,
) -> Response:
    """A line for each phase: its calendar, its stated weeks, how much is done, and its gate."""
    media = negotiated(request, FORMATS, asked=format_)
    return await picture(await PictureService(session, lang).overview(await projects.get(project_id)), media)


@_route("/projects/{projectId}/effort-charts", "effort_charts_get", "Draw the hours per side")
async def effort_charts_get(
    project_id: ProjectId,
    caller: PicturesRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    format_: FormatQuery = None,
) -> Response:
    """Estimated hours as a range and hours worked, per side; what nobody stated is said, never drawn as zero."""
    media = negotiated(request, FORMATS, asked=format_)
    return await picture(await PictureService(session, lang).effort(await projects.get(project_id)), media)
