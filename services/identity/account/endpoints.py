"""Accounts over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query

from services.identity.account.auth import AccountsRead, AccountsWrite, refusal_to_write
from services.identity.account.models import Account
from services.identity.account.schemas import AccountCreate, AccountPublic, AccountUpdate
from services.identity.account.service import AccountService, problem_with_renaming, problem_with_reopening
from shared.auth import Principal
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router
from shared.web.reply import Reply, ReplyDep

router = new_router("accounts")

AccountId = Annotated[UUID, Path(alias="accountId", description="Id of the account")]


@router.get("/accounts")
async def accounts_list(
    caller: AccountsRead,
    session: SessionDep,
    page: PageDep,
    reply: ReplyDep,
    state: Annotated[Literal["open", "closed"] | None, Query(description="Only accounts in this state")] = None,
) -> Page[AccountPublic]:
    """The accounts whose home is the caller's tenant."""
    after = page.keys(UUID)
    rows = await AccountService(session).list(page.limit + 1, after[0] if after else None, state)
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.post("/accounts", status_code=201)
async def accounts_create(
    body: AccountCreate, caller: AccountsWrite, session: SessionDep, reply: ReplyDep
) -> AccountPublic:
    """Open an account for somebody who is not in the roster. It may log in, and holds no role yet."""
    account = await AccountService(session).open(body)
    reply.created(f"/identity/v1/accounts/{account.id}", account.version)
    return _show(account, caller, reply)


@router.get("/accounts/{accountId}")
async def accounts_get(
    account_id: AccountId, caller: AccountsRead, session: SessionDep, reply: ReplyDep
) -> AccountPublic:
    """One account."""
    account = await AccountService(session).get(account_id)
    reply.version(account.version)
    return _show(account, caller, reply)


@router.patch("/accounts/{accountId}")
async def accounts_patch(
    account_id: AccountId,
    body: AccountUpdate,
    version: IfMatch,
    caller: AccountsWrite,
    session: SessionDep,
    reply: ReplyDep,
) -> AccountPublic:
    """Rename, close or reopen an account. A closed one is refused everywhere within a minute."""
    account = await AccountService(session).change(account_id, version, body)
    reply.version(account.version)
    return _show(account, caller, reply)


def _show(account: Account, caller: Principal, reply: Reply) -> AccountPublic:
    """The account with what the caller may do: rename it, and close it or (a closed one) reopen it."""
    shown = AccountPublic.model_validate(account)
    path, refused = f"/identity/v1/accounts/{account.id}", refusal_to_write(caller)
    renaming = problem_with_renaming(account)
    is_closed = account.state == "closed"
    reopening = problem_with_reopening(account) if is_closed else None
    shown.allowed_actions = [
        reply.action(name, "PATCH", path, refused=refused or (problem.title if problem else None))
        for name, problem in (("rename", renaming), ("reopen" if is_closed else "close", reopening))
    ]
    return shown
