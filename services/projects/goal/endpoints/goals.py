"""Goals over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.goal.auth import GoalsLead, GoalsMove, GoalsRead
from services.projects.goal.schemas.goal import GoalChange, GoalCreate, GoalPublic
from services.projects.goal.service import GoalService
from services.projects.goal.view import show_goal
from services.projects.project.endpoints import ProjectId, Projects
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("goals")

GoalId = Annotated[UUID, Path(alias="goalId")]


async def _service(session: SessionDep) -> GoalService:
    return GoalService(session)


Goals = Annotated[GoalService, Depends(_service)]


@router.get(
    "/projects/{projectId}/goals",
    name="goals_list",
    summary="List the goals of a project",
    dependencies=[AsOf],
)
async def goals_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    goals: Goals,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[GoalPublic]:
    """Goals in the order of the plan's source, each with its links and how far it can be measured."""
    await projects.get(project_id)
    after = page.keys(int, UUID)
    views = await goals.list_after(project_id, after and (after[0], after[1]), page.limit + 1)
    return make_page(
        request,
        page,
        views,
        key=lambda view: [view.goal.position, view.goal.id],
        show=lambda view: show_goal(view, caller, lang),
    )


@router.post("/projects/{projectId}/goals", name="goals_create", status_code=201, summary="Add a goal")
async def goals_create(
    project_id: ProjectId,
    body: GoalCreate,
    caller: GoalsLead,
    goals: Goals,
    lang: LangDep,
    request: Request,
    response: Response,
) -> GoalPublic:
    """Add a goal. A project goal can name the effect goals that it makes possible."""
    goal = await goals.add(project_id, body, caller)
    created(response, request, f"/projects/v1/goals/{goal.id}")
    etag(response, goal.version)
    return show_goal(await goals.view(goal), caller, lang)


@router.get("/goals/{goalId}", name="goals_get", summary="Read a goal", dependencies=[AsOf])
async def goals_get(goal_id: GoalId, caller: GoalsRead, goals: Goals, lang: LangDep, response: Response) -> GoalPublic:
    """One goal with its links."""
    goal = await goals.get(goal_id)
    etag(response, goal.version)
    return show_goal(await goals.view(goal), caller, lang)


@router.patch(
    "/goals/{goalId}",
    name="goals_patch",
    summary="Change a goal",
    responses=problem_responses(412, 428),
)
async def goals_patch(
    goal_id: GoalId,
    body: GoalChange,
    caller: GoalsMove,
    version: IfMatch,
    goals: Goals,
    lang: LangDep,
    response: Response,
) -> GoalPublic:
    """Change a goal, or say that it is reached or out of reach; whoever owns it may do the latter too."""
    goal = await goals.change(goal_id, version, body, caller)
    etag(response, goal.version)
    return show_goal(await goals.view(goal), caller, lang)
