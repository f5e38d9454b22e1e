"""The rules of assurance over HTTP: role by role and data class by data class, the defaults among them."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.identity.policy.auth import PoliciesRead, PoliciesWrite, refusal_to_write
from services.identity.policy.schemas import AssurancePolicyPublic, AssurancePolicyUpdate
from services.identity.policy.service import Effective, PolicyService
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, etag, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("assurance-policies")

PolicyId = Annotated[UUID, Path(alias="assurancePolicyId", description="Id of the rule")]


@router.get("/assurance-policies")
async def assurance_policies_list(
    caller: PoliciesRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[AssurancePolicyPublic]:
    """Which login each role, guardians and pupils need for each data class, and where the rule comes from."""
    after = page.keys(str)
    rows = sorted(await PolicyService(session).effective(), key=_place)
    rest = [row for row in rows if not after or _place(row) > after[0]][: page.limit + 1]
    return make_page(
        request, page, rest, key=lambda row: [_place(row)], show=lambda row: _show(row, caller, request, lang)
    )


@router.get("/assurance-policies/{assurancePolicyId}")
async def assurance_policies_get(
    assurance_policy_id: PolicyId,
    caller: PoliciesRead,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> AssurancePolicyPublic:
    """One rule."""
    rule = await PolicyService(session).get(assurance_policy_id)
    etag(response, rule.version)
    return _show(rule, caller, request, lang)


@router.patch("/assurance-policies/{assurancePolicyId}")
async def assurance_policies_patch(
    assurance_policy_id: PolicyId,
    body: AssurancePolicyUpdate,
    version: IfMatch,
    caller: PoliciesWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> AssurancePolicyPublic:
    """Set a rule. To tighten is free; a looser one names the customer's decision. Services follow within seconds."""
    rule = await PolicyService(session).change(assurance_policy_id, version, body, caller)
    etag(response, rule.version)
    return _show(rule, caller, request, lang)


def _place(row: Effective) -> str:
    return f"{row.holder}/{row.data_class.value}"


def _show(row: Effective, caller: Principal, request: Request, lang: Lang) -> AssurancePolicyPublic:
    path = f"/identity/v1/assurance-policies/{row.id}"
    return AssurancePolicyPublic(
        id=row.id,
        holder=row.holder,
        data_class=row.data_class,
        is_open=row.rule.is_open,
        min_acr=row.rule.min_acr,
        max_age_seconds=int(row.rule.max_age.total_seconds()) if row.rule.max_age is not None else None,
        origin="tenant" if row.version else "default",
        decision_id=row.decision_id,
        decision_key=row.decision_key,
        open_issue=row.open_issue.pick(lang) if row.open_issue else None,
        version=row.version,
        updated_at=row.updated_at,
        allowed_actions=[allowed_action(request, lang, "change", "PATCH", path, refused=refusal_to_write(caller))],
    )
