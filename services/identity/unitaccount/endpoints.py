"""A unit's accounts over HTTP: its own administrator opens, lists and closes them [IM-C22]."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.identity.account.models import Account
from services.identity.unitaccount.auth import UnitAccountsRead, UnitAccountsWrite, refusal_to_write
from services.identity.unitaccount.errors import ClosedAlready
from services.identity.unitaccount.schemas import UnitAccountClosing, UnitAccountCreate, UnitAccountPublic
from services.identity.unitaccount.service import UnitAccountService
from shared.auth import Principal
from shared.web import Page, PageDep, SessionDep, new_router
from shared.web.reply import Reply, ReplyDep

router = new_router("unit-accounts")

AccountId = Annotated[UUID, Path(alias="accountId", description="Id of the account")]


@router.get("/unit-accounts")
async def unit_accounts_list(
    caller: UnitAccountsRead,
    session: SessionDep,
    page: PageDep,
    reply: ReplyDep,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only this unit's")] = None,
) -> Page[UnitAccountPublic]:
    """The accounts that the caller's units opened by hand and that no roster keeps."""
    after = page.keys(UUID)
    rows = await UnitAccountService(session, caller).list(page.limit + 1, after[0] if after else None, unit_id)
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.post("/unit-accounts", status_code=201)
async def unit_accounts_create(
    body: UnitAccountCreate, caller: UnitAccountsWrite, session: SessionDep, reply: ReplyDep
) -> UnitAccountPublic:
    """Open an account for one of the unit's people who is not in the roster; it takes part at the unit."""
    account = await UnitAccountService(session, caller).open(body)
    reply.created(f"/identity/v1/unit-accounts/{account.id}", account.version)
    return _show(account, caller, reply)


@router.get("/unit-accounts/{accountId}")
async def unit_accounts_get(
    account_id: AccountId, caller: UnitAccountsRead, session: SessionDep, reply: ReplyDep
) -> UnitAccountPublic:
    """One of them."""
    account = await UnitAccountService(session, caller).get(account_id)
    reply.version(account.version)
    return _show(account, caller, reply)


@router.post("/unit-accounts/{accountId}/closings", status_code=201)
async def unit_accounts_close(
    account_id: AccountId, body: UnitAccountClosing, caller: UnitAccountsWrite, session: SessionDep, reply: ReplyDep
) -> UnitAccountPublic:
    """Close it; it is refused everywhere within a minute. Whoever administers the tenant may reopen it."""
    account = await UnitAccountService(session, caller).close(account_id, body.reason)
    reply.created(f"/identity/v1/unit-accounts/{account.id}", account.version)
    return _show(account, caller, reply)


def _show(account: Account, caller: Principal, reply: Reply) -> UnitAccountPublic:
    shown = UnitAccountPublic.model_validate(account)
    over = ClosedAlready.title if account.state == "closed" else None
    path = f"/identity/v1/unit-accounts/{account.id}/closings"
    refused = refusal_to_write(caller) or over
    shown.allowed_actions = [reply.action("close", "POST", path, refused=refused)]
    return shown
