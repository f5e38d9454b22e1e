"""Guard policies: what is borne of each source."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from services.sync.guarding.auth import (
    PoliciesConfirm,
    PoliciesRead,
    PoliciesWrite,
    refusal_to_confirm,
    refusal_to_write,
)
from services.sync.guarding.schemas import (
    GuardPolicyPublic,
    GuardPolicyPut,
    GuardPolicyWaiting,
    WindowPublic,
    limits_of,
)
from services.sync.guarding.service import GuardPolicyService, Stated
from services.sync.plan.guard import LEVELS
from services.sync.plan.policy import GuardPolicy
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, etag, make_page, new_router
from shared.web.actions import allowed_action
from shared.web.route import problem_responses

router = new_router("guard-policies")

SourceKey = Annotated[str, Path(alias="source", min_length=1, max_length=80, description="The source's key")]


@router.get("/guard-policies", summary="List guard policies")
async def guard_policies_list(
    caller: PoliciesRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[GuardPolicyPublic]:
    """What is borne of each register that was declared or has delivered, by its key."""
    keys = page.keys(str)
    rows = await GuardPolicyService(session).list_after(keys[0] if keys else "", page.limit + 1)

    def show(row: Stated) -> GuardPolicyPublic:
        return _show(row, caller, request, lang)

    return make_page(request, page, rows, key=lambda row: (row.source,), show=show)


@router.get("/guard-policies/{source}", summary="Read a guard policy")
async def guard_policies_get(
    source: SourceKey, caller: PoliciesRead, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> GuardPolicyPublic:
    """Every limit in force for a source, the customer's own and the defaults; a source unknown so far has those."""
    stated = await GuardPolicyService(session).get(source)
    etag(response, stated.version)
    return _show(stated, caller, request, lang)


@router.put("/guard-policies/{source}", summary="Set a guard policy", responses=problem_responses(412, 428))
async def guard_policies_put(
    source: SourceKey,
    body: GuardPolicyPut,
    caller: PoliciesWrite,
    version: IfMatch,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> GuardPolicyPublic:
    """Replace the customer's own limits and dates for a source. What lets more through than before takes the
    customer's side and a reason, and waits until a second person of the customer confirms it; tightening holds at once.
    """
    stated = await GuardPolicyService(session).put(source, version, body.policy(), body.reason, caller)
    etag(response, stated.version)
    return _show(stated, caller, request, lang)


@router.post(
    "/guard-policies/{source}/confirmations",
    status_code=200,
    summary="Confirm a looser guard policy",
    responses=problem_responses(412, 428),
)
async def guard_policy_confirmations_create(
    source: SourceKey,
    caller: PoliciesConfirm,
    version: IfMatch,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> GuardPolicyPublic:
    """Let the limits hold that wait, as this version shows them; by another person than who said them."""
    stated = await GuardPolicyService(session).confirm(source, version, caller)
    etag(response, stated.version)
    return _show(stated, caller, request, lang)


def _show(stated: Stated, caller: Principal, request: Request, lang: Lang) -> GuardPolicyPublic:
    href = f"/sync/v1/guard-policies/{stated.source}"
    problem = stated.problem_with_confirming(caller)
    confirm = refusal_to_confirm(caller) or (problem.title if problem else None)
    return GuardPolicyPublic(
        source=stated.source,
        **_told(stated.policy),
        waiting=_waiting(stated),
        reason=stated.reason,
        changed_by=stated.changed_by,
        version=stated.version,
        updated_at=stated.updated_at,
        allowed_actions=[
            allowed_action(request, lang, "set", "PUT", href, refused=refusal_to_write(caller)),
            allowed_action(request, lang, "confirm", "POST", f"{href}/confirmations", refused=confirm),
        ],
    )


def _waiting(stated: Stated) -> GuardPolicyWaiting | None:
    row, policy = stated.row, stated.waiting
    if row is None or policy is None:
        return None
    return GuardPolicyWaiting(
        **_told(policy), reason=row.waiting_reason, said_by=row.pointed_by, said_at=row.pointed_at
    )


def _told(policy: GuardPolicy) -> dict[str, Any]:
    return {
        "limits": limits_of(policy, dict(LEVELS)),
        "windows": [WindowPublic(starts_on=one.starts_on, ends_on=one.ends_on) for one in policy.windows],
        "replaces": list(policy.replaces),
    }
