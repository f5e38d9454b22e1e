"""`/plans`: asked for, read, compared, approved, published, mended."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path

from services.training.proposal.auth import LEADERS, PLANNERS, PlanApprove, PlanRead, PlanWrite
from services.training.proposal.models import Plan
from services.training.proposal.schemas import (
    PlanChoicesPublic,
    PlanConflict,
    PlanCreate,
    PlanDiff,
    PlanProblems,
    PlanPublic,
    PlanRelaxation,
    PlanReplan,
    PlanSessionPublic,
)
from services.training.proposal.service import ProposalService
from services.training.proposal.wording import conflict_text, relaxation_text
from shared.auth import Principal, Scope
from shared.kit.text import Text
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router
from shared.web.actions import refusal
from shared.web.reply import Reply, ReplyDep

router = new_router("plans")

PlanId = Annotated[UUID, Path(alias="planId")]
_WRONG_STATE = Text(
    sv="Planen är inte i det skedet", en="The plan is not at that stage", da="Planen er ikke på det trin"
)
_ACTIONS = {
    "approve": ("approvals", ("proposed",), LEADERS),
    "publish": ("publications", ("approved",), LEADERS),
    "replan": ("replans", ("published",), PLANNERS),
    "withdraw": ("withdrawals", ("solving", "proposed", "approved", "refused", "failed"), PLANNERS),
}


@router.post("/plans", status_code=202)
async def training_plans_create(
    caller: PlanWrite, session: SessionDep, body: PlanCreate, reply: ReplyDep
) -> PlanPublic:
    """Ask for a plan: sessions of courses for all who need them. Location is the job that makes it."""
    plan = await ProposalService(session).create(body, caller.subject)
    return _started(plan, caller, reply)


@router.get("/plans")
async def training_plans_list(
    caller: PlanRead, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[PlanPublic]:
    """All plans, oldest first."""
    service = ProposalService(session)
    rows = await service.list(page.limit + 1, page.keys(UUID))
    left = await service.left_out([row.id for row in rows])
    return reply.page(page, rows, lambda plan: _show(plan, left, caller, reply))


@router.get("/plans/{planId}")
async def training_plans_get(caller: PlanRead, session: SessionDep, plan_id: PlanId, reply: ReplyDep) -> PlanPublic:
    """A plan with how good it is, and what may be done with it."""
    service = ProposalService(session)
    plan = await service.get(plan_id)
    reply.version(plan.version)
    return _show(plan, await service.left_out([plan.id]), caller, reply)


@router.get("/plans/{planId}/sessions")
async def training_plan_sessions_list(
    caller: PlanRead, session: SessionDep, plan_id: PlanId, page: PageDep, reply: ReplyDep
) -> Page[PlanSessionPublic]:
    """The sessions of a plan, those that are cancelled too."""
    found = await ProposalService(session).sessions(plan_id, page.limit + 1, page.keys(UUID))
    people = {row.id: number for row, number in found}

    def show(row: Any) -> PlanSessionPublic:
        facts = row.model_dump() | {"school_form": row.form or None, "people": people[row.id]}
        return PlanSessionPublic.model_validate(facts)

    return reply.page(page, [row for row, _ in found], show)


@router.get("/plans/{planId}/date-choices")
async def training_plan_date_choices_list(
    caller: PlanRead, session: SessionDep, plan_id: PlanId, page: PageDep, reply: ReplyDep
) -> Page[PlanChoicesPublic]:
    """For each person the dates among which they can choose [IM-C15], the one of the plan first."""
    found = await ProposalService(session).choices(plan_id, page.limit + 1, page.keys(UUID))
    dates = {seat.id: starts for seat, starts in found}

    def show(seat: Any) -> PlanChoicesPublic:
        return PlanChoicesPublic.model_validate(seat.model_dump() | {"starts_at": dates[seat.id]})

    return reply.page(page, [seat for seat, _ in found], show)


@router.get("/plans/{planId}/diff")
async def training_plan_diff_get(caller: PlanRead, session: SessionDep, plan_id: PlanId) -> PlanDiff:
    """What publishing would change in the sessions that are published."""
    return PlanDiff.model_validate(await ProposalService(session).diff(plan_id))


@router.get("/plans/{planId}/problems")
async def training_plan_problems_get(
    caller: PlanRead, session: SessionDep, plan_id: PlanId, reply: ReplyDep
) -> PlanProblems:
    """What stands in the way of a plan, in words, and what each way out would take."""
    service = ProposalService(session)
    plan = await service.get(plan_id)
    found = plan.findings or {}
    left = (await service.left_out([plan.id])).get(plan.id, 0)
    conflicts = [_conflict(each, reply) for each in found.get("conflicts", [])]
    relaxations = [
        PlanRelaxation.model_validate(each | {"text": relaxation_text(each, reply.lang)})
        for each in found.get("relaxations", [])
    ]
    facts = {"state": plan.state, "reason": found.get("reason"), "left_out": left}
    return PlanProblems.model_validate(facts | {"conflicts": conflicts, "relaxations": relaxations})


@router.post("/plans/{planId}/approvals", status_code=201)
async def training_plan_approvals_create(
    caller: PlanApprove, session: SessionDep, plan_id: PlanId, version: IfMatch, reply: ReplyDep
) -> PlanPublic:
    """Approve a proposed plan, if nothing that it rests on has changed and it keeps every rule."""
    service = ProposalService(session)
    plan = await service.approve(plan_id, version)
    reply.created(f"/training/v1/plans/{plan.id}", plan.version)
    return _show(plan, await service.left_out([plan.id]), caller, reply)


@router.post("/plans/{planId}/publications", status_code=201)
async def training_plan_publications_create(
    caller: PlanApprove, session: SessionDep, plan_id: PlanId, version: IfMatch, reply: ReplyDep
) -> PlanPublic:
    """Schedule the sessions of an approved plan and seat its people: all of it, or nothing."""
    service = ProposalService(session)
    plan, _ = await service.publish(plan_id, version)
    reply.created(f"/training/v1/plans/{plan.id}", plan.version)
    return _show(plan, await service.left_out([plan.id]), caller, reply)


@router.post("/plans/{planId}/replans", status_code=202)
async def training_plan_replans_create(
    caller: PlanWrite, session: SessionDep, plan_id: PlanId, version: IfMatch, body: PlanReplan, reply: ReplyDep
) -> PlanPublic:
    """Ask for a plan that mends a published one after a trainer fell ill, a room was lost or people came and went."""
    plan = await ProposalService(session).replan(plan_id, body, version, caller.subject)
    return _started(plan, caller, reply)


@router.post("/plans/{planId}/withdrawals", status_code=201)
async def training_plan_withdrawals_create(
    caller: PlanWrite, session: SessionDep, plan_id: PlanId, version: IfMatch, reply: ReplyDep
) -> PlanPublic:
    """Drop a plan that is not published."""
    service = ProposalService(session)
    plan = await service.withdraw(plan_id, version)
    reply.created(f"/training/v1/plans/{plan.id}", plan.version)
    return _show(plan, await service.left_out([plan.id]), caller, reply)


def _started(plan: Plan, caller: Principal, reply: Reply) -> PlanPublic:
    assert plan.job_id is not None  # noqa: S101 - it was started with the plan
    reply.started("training", plan.job_id)
    return _show(plan, {}, caller, reply)


def _show(plan: Plan, left: Mapping[UUID, int], caller: Principal, reply: Reply) -> PlanPublic:
    path = f"/training/v1/plans/{plan.id}"
    actions = []
    for name, (last, states, roles) in _ACTIONS.items():
        refused = refusal(caller, Scope.sessions_write, roles, everywhere=True)
        refused = refused or (None if plan.state in states else _WRONG_STATE)
        actions.append(reply.action(name, "POST", f"{path}/{last}", refused=refused))
    facts = plan.model_dump() | {"course_ids": plan.asked["courses"], "left_out": left.get(plan.id, 0)}
    return PlanPublic.model_validate(facts | {"allowed_actions": actions})


def _conflict(found: dict[str, Any], reply: Reply) -> PlanConflict:
    return PlanConflict(
        text=conflict_text(found, reply.lang),
        rules=found["rules"],
        course_id=UUID(found["course"]),
        school_forms=[form for form in found["forms"] if form],
        unit_ids=[UUID(unit) for unit in found["units"]],
        starts_at=[datetime.fromtimestamp(at, UTC) for at in found["slots"]],
    )
