"""Further ways to log in, and the cases in which an administrator decides, over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.identity.alternative.auth import (
    AlternativesRead,
    AlternativesWrite,
    OwnAlternatives,
    refusal_to_write,
)
from services.identity.alternative.errors import LinkCaseDecided
from services.identity.alternative.models import AccountAlternative, LinkCase
from services.identity.alternative.schemas import (
    AccountAlternativePublic,
    AlternativeRequestCreate,
    AlternativeRequestPublic,
    LinkCasePublic,
)
from services.identity.alternative.service import AlternativeService
from services.identity.dependencies import SealerDep
from services.identity.provider.service import ProviderService
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("accounts")

AlternativeId = Annotated[UUID, Path(alias="accountAlternativeId", description="Id of the way of logging in")]
LinkCaseId = Annotated[UUID, Path(alias="linkCaseId", description="Id of the case")]
CaseState = Literal["open", "confirmed", "rejected"]


@router.post("/alternative-requests", status_code=201)
async def alternative_requests_create(
    body: AlternativeRequestCreate,
    caller: OwnAlternatives,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    response: Response,
) -> AlternativeRequestPublic:
    """Add a way of logging in to the own account: confirmed by the next fresh login there, in the same browser."""
    provider = await ProviderService(session, sealer).get(body.provider_id)
    row = await AlternativeService(session).request(caller.subject, provider.id)
    created(response, request, "/identity/v1/account-alternatives")
    return AlternativeRequestPublic.model_validate(row)


@router.get("/account-alternatives")
async def account_alternatives_list(
    caller: AlternativesRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
    account_id: Annotated[UUID | None, Query(alias="accountId", description="Only this account's")] = None,
) -> Page[AccountAlternativePublic]:
    """Which accounts can be logged in to by other providers than by their login name."""
    after = page.keys(UUID)
    rows = await AlternativeService(session).list(page.limit + 1, after[0] if after else None, account_id)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, caller, request, lang))


@router.post("/account-alternatives/{accountAlternativeId}/removals", status_code=204)
async def account_alternatives_remove(
    alternative_id: AlternativeId, caller: AlternativesWrite, session: SessionDep
) -> None:
    """Close a way in. Whoever is logged in to the account is cut off within a minute."""
    await AlternativeService(session).remove(alternative_id)


@router.get("/link-cases")
async def link_cases_list(
    caller: AlternativesRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
    state: Annotated[CaseState | None, Query(description="Only cases in this state")] = None,
) -> Page[LinkCasePublic]:
    """Records that may be one person's and wait for, or had, an administrator's decision."""
    after = page.keys(UUID)
    rows = await AlternativeService(session).cases(page.limit + 1, after[0] if after else None, state)
    return make_page(
        request, page, rows, key=lambda row: [row.id], show=lambda row: _show_case(row, caller, request, lang)
    )


@router.get("/link-cases/{linkCaseId}")
async def link_cases_get(
    case_id: LinkCaseId,
    caller: AlternativesRead,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> LinkCasePublic:
    """One case."""
    case = await AlternativeService(session).get_case(case_id)
    etag(response, case.version)
    return _show_case(case, caller, request, lang)


@router.post("/link-cases/{linkCaseId}/confirmations", status_code=201)
async def link_cases_confirm(
    case_id: LinkCaseId,
    caller: AlternativesWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> LinkCasePublic:
    """Both records are one person's. No role goes from one to the other."""
    case = await AlternativeService(session).decide(case_id, caller.subject, is_one=True)
    created(response, request, f"/identity/v1/link-cases/{case.id}")
    return _show_case(case, caller, request, lang)


@router.post("/link-cases/{linkCaseId}/rejections", status_code=201)
async def link_cases_reject(
    case_id: LinkCaseId,
    caller: AlternativesWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> LinkCasePublic:
    """They are two people; the case does not come back."""
    case = await AlternativeService(session).decide(case_id, caller.subject, is_one=False)
    created(response, request, f"/identity/v1/link-cases/{case.id}")
    return _show_case(case, caller, request, lang)


def _show(row: AccountAlternative, caller: Principal, request: Request, lang: Lang) -> AccountAlternativePublic:
    shown = AccountAlternativePublic.model_validate(row)
    path = f"/identity/v1/account-alternatives/{row.id}/removals"
    shown.allowed_actions = [allowed_action(request, lang, "remove", "POST", path, refused=refusal_to_write(caller))]
    return shown


def _show_case(case: LinkCase, caller: Principal, request: Request, lang: Lang) -> LinkCasePublic:
    shown = LinkCasePublic.model_validate(case)
    refused = refusal_to_write(caller) or (None if case.state == "open" else LinkCaseDecided.title)
    path = f"/identity/v1/link-cases/{case.id}"
    shown.allowed_actions = [
        allowed_action(request, lang, "confirm", "POST", f"{path}/confirmations", refused=refused),
        allowed_action(request, lang, "reject", "POST", f"{path}/rejections", refused=refused),
    ]
    return shown
