"""Polls over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response
from fastapi.routing import APIRoute

from services.projects.benefit.rights import action
from services.projects.poll.errors import PollClosed
from services.projects.poll.models import Poll
from services.projects.poll.schemas import PollCreate, PollPublic, PollReceipt, PollVoteCreate
from services.projects.poll.service import Counts, PollService, state_of
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import refusal_to_lead
from services.projects.survey.auth import SurveysAnswer, SurveysLead, SurveysRead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.text import Lang
from shared.web import AsOf, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("polls")

PollId = Annotated[UUID, Path(alias="pollId")]


async def _service(session: SessionDep) -> PollService:
    return PollService(session)


Polls = Annotated[PollService, Depends(_service)]


@router.get(
    "/projects/{projectId}/polls",
    name="polls_list",
    summary="List the polls of a project",
    dependencies=[AsOf],
)
async def polls_list(
    project_id: ProjectId,
    caller: SurveysRead,
    projects: Projects,
    polls: Polls,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[PollPublic]:
    """Polls, oldest first."""
    await projects.get(project_id)
    after = page.keys(UUID)
    found = await polls.list_after(project_id, after[0] if after else None, page.limit + 1)
    rows = [(poll, await polls.counts(poll)) for poll in found]
    return make_page(
        request, page, rows, key=lambda row: [row[0].id], show=lambda row: _show(row[0], row[1], caller, lang)
    )


@router.post("/projects/{projectId}/polls", name="polls_create", status_code=201, summary="Open a poll")
async def polls_create(
    project_id: ProjectId,
    body: PollCreate,
    caller: SurveysLead,
    polls: Polls,
    lang: LangDep,
    request: Request,
    response: Response,
) -> PollPublic:
    """Ask everybody one question."""
    poll = await polls.add(project_id, body, caller)
    created(response, request, f"/projects/v1/polls/{poll.id}")
    etag(response, poll.version)
    return _show(poll, await polls.counts(poll), caller, lang)


@router.get("/polls/{pollId}", name="polls_get", summary="Read a poll", dependencies=[AsOf])
async def polls_get(
    poll_id: PollId, caller: SurveysRead, polls: Polls, lang: LangDep, response: Response
) -> PollPublic:
    """One poll, with its counts when it is closed."""
    poll = await polls.get(poll_id)
    etag(response, poll.version)
    return _show(poll, await polls.counts(poll), caller, lang)


async def poll_votes_create(poll_id: PollId, body: PollVoteCreate, caller: SurveysAnswer, polls: Polls) -> PollReceipt:
    """Vote once. There is no Idempotency-Key here: what is kept with one could tell who voted what."""
    await polls.vote(poll_id, body.choice, caller)
    return PollReceipt(poll_id=poll_id, is_counted=True)


router.add_api_route(
    "/polls/{pollId}/votes",
    poll_votes_create,
    methods=["POST"],
    status_code=201,
    summary="Vote",
    route_class_override=APIRoute,
)


@router.post("/polls/{pollId}/closures", name="poll_closures_create", summary="Close a poll")
async def poll_closures_create(poll_id: PollId, caller: SurveysLead, polls: Polls, lang: LangDep) -> PollPublic:
    """Take no more votes, show the counts, and forget who has voted."""
    poll = await polls.close(poll_id, caller)
    return _show(poll, await polls.counts(poll), caller, lang)


def _show(poll: Poll, counts: Counts, caller: Principal, lang: Lang) -> PollPublic:
    state = state_of(poll, clock.today())
    closed = PollClosed.title if state == "closed" else None
    refusal = refusal_to_lead(caller, Scope.surveys_write) or closed
    computed = {
        "state": state,
        "votes": counts[0],
        "counts": counts[1],
        "allowed_actions": [
            action("vote", "POST", f"/polls/{poll.id}/votes", None if state == "open" else PollClosed.title, lang),
            action("close", "POST", f"/polls/{poll.id}/closures", refusal, lang),
        ],
    }
    return PollPublic.model_validate(poll.model_dump() | computed)
