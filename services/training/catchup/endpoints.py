"""Catch-up sessions: the rule, who waits, what is proposed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request

from services.training.catchup.auth import AttendanceRead, AttendanceRule, SessionWrite
from services.training.catchup.models import CatchUp
from services.training.catchup.schemas import (
    CatchUpApprove,
    CatchUpPolicyInput,
    CatchUpPolicyPublic,
    CatchUpPublic,
    CatchUpSeeker,
)
from services.training.catchup.service import CatchUpService
from services.training.course.auth import PLANNERS
from shared.auth import Principal, Scope
from shared.kit.text import Text
from shared.web import IfMatch, Page, PageDep, SessionDep, make_page, new_router
from shared.web.actions import refusal
from shared.web.reply import Reply, ReplyDep
from shared.web.route import problem_responses

router = new_router("catch-up")

CatchUpId = Annotated[UUID, Path(alias="catchUpId")]
CourseId = Annotated[UUID, Path(alias="courseId")]
_OVER = Text(sv="Förslaget är redan avgjort", en="The proposal is decided already", da="Forslaget er afgjort")


@router.get("/catch-up-policy")
async def catch_up_policy_get(caller: AttendanceRead, session: SessionDep, reply: ReplyDep) -> CatchUpPolicyPublic:
    """When and how catch-up sessions form."""
    policy = await CatchUpService(session).policy()
    reply.version(policy.version)
    return CatchUpPolicyPublic.model_validate(policy)


@router.put("/catch-up-policy")
async def catch_up_policy_put(
    caller: AttendanceRule, session: SessionDep, version: IfMatch, body: CatchUpPolicyInput, reply: ReplyDep
) -> CatchUpPolicyPublic:
    """Set when catch-up sessions form, and whether by themselves."""
    policy = await CatchUpService(session).set_policy(body, version)
    reply.version(policy.version)
    return CatchUpPolicyPublic.model_validate(policy)


@router.get("/courses/{courseId}/catch-up-seekers", responses=problem_responses(404))
async def course_catch_up_seekers_list(
    caller: AttendanceRead, session: SessionDep, course_id: CourseId, request: Request, page: PageDep
) -> Page[CatchUpSeeker]:
    """Who needs the course and has no seat ahead: who missed it, cancelled late, or began after it was held."""
    rows = await CatchUpService(session).seekers(course_id, page.limit + 1, page.keys(UUID))

    def show(row: Any) -> CatchUpSeeker:
        return CatchUpSeeker.model_validate(row, from_attributes=True)

    return make_page(request, page, rows, key=lambda row: [row.person_id], show=show)


@router.get("/catch-ups")
async def catch_ups_list(
    caller: AttendanceRead, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[CatchUpPublic]:
    """Every proposal and what became of it, oldest first."""
    rows = await CatchUpService(session).list(page.limit + 1, page.keys(UUID))
    return reply.page(page, rows, lambda row: _shown(row, caller, reply))


@router.get("/catch-ups/{catchUpId}")
async def catch_ups_get(
    caller: AttendanceRead, session: SessionDep, catch_up_id: CatchUpId, reply: ReplyDep
) -> CatchUpPublic:
    """One proposal, or what became of it."""
    catch_up = await CatchUpService(session).get(catch_up_id)
    reply.version(catch_up.version)
    return _shown(catch_up, caller, reply)


@router.post("/catch-ups/{catchUpId}/approvals", status_code=201, responses=problem_responses(404, 409))
async def catch_up_approvals_create(
    caller: SessionWrite,
    session: SessionDep,
    catch_up_id: CatchUpId,
    version: IfMatch,
    body: CatchUpApprove,
    reply: ReplyDep,
) -> CatchUpPublic:
    """Do what is proposed: enrol who waits now, in the session that there is or in one that is made for them."""
    catch_up = await CatchUpService(session).approve(catch_up_id, version, body)
    reply.created(f"/training/v1/catch-ups/{catch_up_id}", catch_up.version)
    return _shown(catch_up, caller, reply)


@router.post("/catch-ups/{catchUpId}/dismissals", status_code=201, responses=problem_responses(404, 409))
async def catch_up_dismissals_create(
    caller: SessionWrite, session: SessionDep, catch_up_id: CatchUpId, version: IfMatch, reply: ReplyDep
) -> CatchUpPublic:
    """Turn a proposal down; the same comes again after a week, or when more people wait."""
    catch_up = await CatchUpService(session).dismiss(catch_up_id, version)
    reply.created(f"/training/v1/catch-ups/{catch_up_id}", catch_up.version)
    return _shown(catch_up, caller, reply)


def _shown(row: CatchUp, caller: Principal, reply: Reply) -> CatchUpPublic:
    refused = refusal(caller, Scope.sessions_write, PLANNERS, everywhere=True)
    refused = refused or (None if row.state == "proposed" else _OVER)
    path = f"/training/v1/catch-ups/{row.id}"
    actions = {"approve": "approvals", "dismiss": "dismissals"}
    return CatchUpPublic.model_validate(
        row.model_dump(exclude={"tenant_id", "created_at", "updated_at"})
        | {
            "allowed_actions": [
                reply.action(name, "POST", f"{path}/{last}", refused=refused) for name, last in actions.items()
            ]
        }
    )
