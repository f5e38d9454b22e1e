"""Memberships over HTTP. A membership is granted and removed, never changed: another role is another membership."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.identity.membership.auth import MembershipsRead, MembershipsWrite, refusal_to_write
from services.identity.membership.models import Membership
from services.identity.membership.schemas import MembershipCreate, MembershipPublic
from services.identity.membership.service import MembershipService, problem_with_removing
from shared.auth import Principal
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router
from shared.web.reply import Reply, ReplyDep

router = new_router("memberships")

MembershipId = Annotated[UUID, Path(alias="membershipId", description="Id of the membership")]


@router.get("/memberships")
async def memberships_list(
    caller: MembershipsRead,
    session: SessionDep,
    page: PageDep,
    reply: ReplyDep,
    account_id: Annotated[UUID | None, Query(alias="accountId", description="Only this account's")] = None,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only at this unit")] = None,
) -> Page[MembershipPublic]:
    """Who holds which role in the caller's tenant, suppliers' people included."""
    after = page.keys(UUID)
    rows = await MembershipService(session).list(page.limit + 1, after[0] if after else None, account_id, unit_id)
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.post("/memberships", status_code=201)
async def memberships_create(
    body: MembershipCreate, caller: MembershipsWrite, session: SessionDep, reply: ReplyDep
) -> MembershipPublic:
    """Grant a role to an account of the own tenant, or to a supplier's account by its id and home tenant."""
    membership = await MembershipService(session).grant_by(caller, body)
    reply.created(f"/identity/v1/memberships/{membership.id}", membership.version)
    return _show(membership, caller, reply)


@router.get("/memberships/{membershipId}")
async def memberships_get(
    membership_id: MembershipId, caller: MembershipsRead, session: SessionDep, reply: ReplyDep
) -> MembershipPublic:
    """One membership."""
    membership = await MembershipService(session).get(membership_id)
    reply.version(membership.version)
    return _show(membership, caller, reply)


@router.delete("/memberships/{membershipId}", status_code=204)
async def memberships_delete(
    membership_id: MembershipId, version: IfMatch, caller: MembershipsWrite, session: SessionDep
) -> None:
    """Remove a role. Tokens that carry it are refused within a minute."""
    await MembershipService(session).remove(membership_id, version)


def _show(membership: Membership, caller: Principal, reply: Reply) -> MembershipPublic:
    shown = MembershipPublic.model_validate(membership)
    problem = problem_with_removing(membership, caller)
    refused = refusal_to_write(caller) or (problem.title if problem else None)
    path = f"/identity/v1/memberships/{membership.id}"
    shown.allowed_actions = [reply.action("remove", "DELETE", path, refused=refused)]
    return shown
