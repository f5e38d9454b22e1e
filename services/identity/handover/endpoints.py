"""Hand-overs over HTTP: offer, take, withdraw, and which school has no administrator of its own yet."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query, Request

from services.identity.handover.auth import (
    HandoversOffer,
    HandoversOwn,
    HandoversRead,
    HandoversTake,
    HandoversWrite,
    refusal_to_take,
    refusal_to_withdraw,
)
from services.identity.handover.errors import HandoverDecided, NotTheReceiver
from services.identity.handover.models import Handover
from services.identity.handover.schemas import (
    HandoverCreate,
    HandoverPolicyPublic,
    HandoverPolicyPut,
    HandoverPublic,
    HandoverSchoolPublic,
)
from services.identity.handover.service import HandoverService
from shared.auth import Principal
from shared.kit import clock
from shared.web import IfMatch, Page, PageDep, SessionDep, make_page, new_router
from shared.web.reply import Reply, ReplyDep

router = new_router("handovers")

HandoverId = Annotated[UUID, Path(alias="handoverId", description="Id of the hand-over")]
State = Literal["offered", "accepted", "withdrawn"]


@router.get("/handovers")
async def handovers_list(
    caller: HandoversRead,
    session: SessionDep,
    page: PageDep,
    reply: ReplyDep,
    state: Annotated[State | None, Query(description="Only hand-overs in this state")] = None,
    overdue: Annotated[bool, Query(description="Only offers whose day has passed")] = False,
) -> Page[HandoverPublic]:
    """Which administrator's roles were offered to whom, and what became of it."""
    after = page.keys(UUID)
    service = HandoverService(session)
    rows = await service.list(page.limit + 1, after[0] if after else None, state, only_overdue=overdue)
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.get("/me/handovers")
async def my_handovers_list(
    caller: HandoversOwn, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[HandoverPublic]:
    """The roles that are offered to oneself; whoever is offered one need not hold any other to see it."""
    after = page.keys(UUID)
    rows = await HandoverService(session).offered_to(caller.subject, page.limit + 1, after[0] if after else None)
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.post("/handovers", status_code=201)
async def handovers_create(
    body: HandoverCreate, caller: HandoversOffer, session: SessionDep, reply: ReplyDep
) -> HandoverPublic:
    """Offer an administrator's role to one of the customer's people; it is theirs once they took it."""
    row = await HandoverService(session).offer(body, caller)
    reply.created(f"/identity/v1/handovers/{row.id}", row.version)
    return _show(row, caller, reply)


@router.get("/handovers/{handoverId}")
async def handovers_get(
    handover_id: HandoverId, caller: HandoversRead, session: SessionDep, reply: ReplyDep
) -> HandoverPublic:
    """One hand-over."""
    row = await HandoverService(session).get(handover_id)
    reply.version(row.version)
    return _show(row, caller, reply)


@router.post("/handovers/{handoverId}/acceptances", status_code=201)
async def handovers_accept(
    handover_id: HandoverId, caller: HandoversTake, session: SessionDep, reply: ReplyDep
) -> HandoverPublic:
    """Take the role that was offered to oneself, by a login after the offer."""
    row = await HandoverService(session).accept(handover_id, caller)
    reply.created(f"/identity/v1/handovers/{row.id}", row.version)
    return _show(row, caller, reply)


@router.post("/handovers/{handoverId}/withdrawals", status_code=201)
async def handovers_withdraw(
    handover_id: HandoverId, caller: HandoversWrite, session: SessionDep, reply: ReplyDep
) -> HandoverPublic:
    """Take an offer back that nobody has taken."""
    row = await HandoverService(session).withdraw(handover_id)
    reply.created(f"/identity/v1/handovers/{row.id}", row.version)
    return _show(row, caller, reply)


@router.get("/handover-schools")
async def handover_schools_list(
    caller: HandoversRead, session: SessionDep, request: Request, page: PageDep
) -> Page[HandoverSchoolPublic]:
    """Each school of the roster: how many administrators of its own it has and shall have, and what is overdue."""
    after = page.keys(UUID)
    service = HandoverService(session)
    wanted = (await service.policy()).wanted_per_unit
    rows = await service.schools(page.limit + 1, after[0] if after else None)

    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.unit_id],
        show=lambda row: HandoverSchoolPublic(
            unit_id=row.unit_id,
            admins=row.admins,
            wanted=wanted,
            is_done=row.admins >= wanted,
            offered=row.offered,
            overdue_since=row.overdue_since,
        ),
    )


@router.get("/handover-policy")
async def handover_policy_get(caller: HandoversRead, session: SessionDep, reply: ReplyDep) -> HandoverPolicyPublic:
    """How many administrators of its own each school shall have."""
    row = await HandoverService(session).policy()
    reply.version(row.version)
    return HandoverPolicyPublic.model_validate(row)


@router.put("/handover-policy")
async def handover_policy_put(
    body: HandoverPolicyPut, version: IfMatch, caller: HandoversWrite, session: SessionDep, reply: ReplyDep
) -> HandoverPolicyPublic:
    """Change how many administrators each school shall have."""
    row = await HandoverService(session).change_policy(version, body.wanted_per_unit)
    reply.version(row.version)
    return HandoverPolicyPublic.model_validate(row)


def _show(row: Handover, caller: Principal, reply: Reply) -> HandoverPublic:
    shown = HandoverPublic.model_validate(row)
    shown.is_overdue = row.state == "offered" and row.due_on is not None and row.due_on < clock.today()
    decided = None if row.state == "offered" else HandoverDecided.title
    other = refusal_to_take(caller) if caller.subject == row.to_account_id else NotTheReceiver.title
    path = f"/identity/v1/handovers/{row.id}"
    refused = refusal_to_withdraw(caller) or decided
    shown.allowed_actions = [
        reply.action("accept", "POST", f"{path}/acceptances", refused=decided or other),
        reply.action("withdraw", "POST", f"{path}/withdrawals", refused=refused),
    ]
    return shown
