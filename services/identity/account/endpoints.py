"""Accounts over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.identity.account.auth import AccountsRead, AccountsWrite
from services.identity.account.schemas import AccountCreate, AccountPublic, AccountUpdate
from services.identity.account.service import AccountService
from shared.web import IfMatch, Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("accounts")

AccountId = Annotated[UUID, Path(alias="accountId", description="Id of the account")]


@router.get("/accounts")
async def accounts_list(
    caller: AccountsRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    state: Annotated[Literal["open", "closed"] | None, Query(description="Only accounts in this state")] = None,
) -> Page[AccountPublic]:
    """The accounts whose home is the caller's tenant."""
    after = page.keys(UUID)
    rows = await AccountService(session).list(page.limit + 1, after[0] if after else None, state)
    return make_page(request, page, rows, key=lambda row: [row.id], show=AccountPublic.model_validate)


@router.post("/accounts", status_code=201)
async def accounts_create(
    body: AccountCreate, caller: AccountsWrite, session: SessionDep, request: Request, response: Response
) -> AccountPublic:
    """Open an account for somebody who is not in the roster. It may log in, and holds no role yet."""
    account = await AccountService(session).open(body)
    created(response, request, f"/identity/v1/accounts/{account.id}")
    etag(response, account.version)
    return AccountPublic.model_validate(account)


@router.get("/accounts/{accountId}")
async def accounts_get(
    account_id: AccountId, caller: AccountsRead, session: SessionDep, response: Response
) -> AccountPublic:
    """One account."""
    account = await AccountService(session).get(account_id)
    etag(response, account.version)
    return AccountPublic.model_validate(account)


@router.patch("/accounts/{accountId}")
async def accounts_patch(
    account_id: AccountId,
    body: AccountUpdate,
    version: IfMatch,
    caller: AccountsWrite,
    session: SessionDep,
    response: Response,
) -> AccountPublic:
    """Rename, close or reopen an account. A closed one is refused everywhere within a minute."""
    account = await AccountService(session).change(account_id, version, body)
    etag(response, account.version)
    return AccountPublic.model_validate(account)
