"""Sessions over HTTP: one's own for everybody, those of an account of the tenant for its administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import AccountService
from services.identity.dependencies import SettingsDep
from services.identity.logout.auth import OwnSessions, SessionsEnd, SessionsRead
from services.identity.logout.schemas import LogoutPublic, SessionPublic
from services.identity.logout.service import Ending, LogoutService
from services.identity.membership.service import MembershipService
from services.identity.session.models import SsoSession
from services.identity.session.service import SessionService
from services.identity.tenant.service import acting_in
from shared.auth import Principal
from shared.contracts.identity_logout import SessionEndReason
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.web import Page, PageDep, PageQuery, SessionDep, make_page, new_router

router = new_router("sessions")

SessionId = Annotated[UUID, Path(alias="ssoSessionId", description="Id of the session")]
AccountId = Annotated[UUID, Path(alias="accountId", description="Id of the account")]
OfAccount = Annotated[UUID, Query(alias="accountId", description="Whose sessions")]


@router.get("/me/sessions")
async def my_sso_sessions_list(
    caller: OwnSessions, session: SessionDep, request: Request, page: PageDep
) -> Page[SessionPublic]:
    """Where the caller is or was logged in, newest first. Past ones are kept for a day."""
    async with acting_in(session, await _home(session, caller)):
        return await _page(session, caller.subject, request, page, caller)


@router.post("/me/sessions/{ssoSessionId}/logouts")
async def my_sso_session_log_out(
    session_id: SessionId, caller: OwnSessions, session: SessionDep, settings: SettingsDep
) -> LogoutPublic:
    """End one of the caller's own sessions: its refresh tokens die, its access tokens within a minute."""
    async with acting_in(session, await _home(session, caller)):
        row = await SessionService(session).get(session_id, caller.subject)
        return _told(await LogoutService(session, settings.issuer).end([row], "own_wish"))


@router.post("/me/logouts")
async def my_sso_sessions_log_out(caller: OwnSessions, session: SessionDep, settings: SettingsDep) -> LogoutPublic:
    """Log out everywhere: end every session of the caller, this one too."""
    async with acting_in(session, await _home(session, caller)):
        return await _end_all(session, caller.subject, settings.issuer, "own_wish")


@router.get("/sessions")
async def sso_sessions_list(
    account_id: OfAccount, caller: SessionsRead, session: SessionDep, request: Request, page: PageDep
) -> Page[SessionPublic]:
    """Where an account of the tenant is or was logged in, newest first."""
    await AccountService(session).get(account_id)
    return await _page(session, account_id, request, page, caller)


@router.post("/sessions/{ssoSessionId}/logouts")
async def sso_session_log_out(
    session_id: SessionId, caller: SessionsEnd, session: SessionDep, settings: SettingsDep
) -> LogoutPublic:
    """End somebody's session: its refresh tokens die, its access tokens within a minute, applications are told."""
    row = await SessionService(session).get(session_id)
    return _told(await LogoutService(session, settings.issuer).end([row], "administrator"))


@router.post("/accounts/{accountId}/logouts")
async def account_log_out(
    account_id: AccountId, caller: SessionsEnd, session: SessionDep, settings: SettingsDep
) -> LogoutPublic:
    """End every session of an account of the tenant."""
    account = await AccountService(session).get(account_id)
    return await _end_all(session, account.id, settings.issuer, "administrator")


async def _home(session: AsyncSession, caller: Principal) -> UUID:
    """The tenant of the caller's account, where the sessions are. A script has none, and finds nothing anywhere."""
    if await AccountService(session).find(caller.subject) is None:
        for membership in await MembershipService(session).of_account(caller.subject):
            return membership.home_tenant_id
    return tenant_of(session)


async def _end_all(session: AsyncSession, account_id: UUID, issuer: str, reason: SessionEndReason) -> LogoutPublic:
    rows = await SessionService(session).live_of_account(account_id)
    return _told(await LogoutService(session, issuer).end(rows, reason))


async def _page(
    session: AsyncSession, account_id: UUID, request: Request, page: PageQuery, caller: Principal
) -> Page[SessionPublic]:
    after = page.keys(UUID)
    rows = await SessionService(session).page_of_account(account_id, page.limit + 1, after[0] if after else None)
    clients: dict[UUID, list[str]] = {row.id: [] for row in rows}
    for part in await SessionService(session).clients(list(clients)):
        if part.client_id not in clients[part.session_id]:
            clients[part.session_id].append(part.client_id)
    return make_page(
        request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, clients[row.id], caller)
    )


def _show(row: SsoSession, clients: list[str], caller: Principal) -> SessionPublic:
    computed = {
        "is_open": row.ended_at is None and row.expires_at > clock.now(),
        "is_current": row.id == caller.session_id,
        "clients": clients,
    }
    return SessionPublic.model_validate(row.model_dump() | computed)


def _told(ending: Ending) -> LogoutPublic:
    return LogoutPublic(ended=ending.ended, told=ending.told)
