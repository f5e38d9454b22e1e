"""Answers authorization requests: a code for who has logged in well enough, else a login to begin."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.authorization.models import AuthorizationCode, LoginRequest
from services.identity.authorization.repository import CodeRepository, LoginRequestRepository
from services.identity.authorization.request import AuthorizationRequest
from services.identity.population.service import PopulationService
from services.identity.protocol.refusal import Refusal
from services.identity.session.service import LiveSession
from services.identity.tenant.directory import find_active_tenant
from shared.kit import clock
from shared.kit.db import Database, tenant_of
from shared.kit.handle import Handle, digest_of
from shared.kit.hot import as_row, insertion
from shared.kit.ids import new_id

CODE_LIFETIME = timedelta(seconds=60)
LOGIN_LIFETIME = timedelta(minutes=10)
# What a provider's clock and ours may differ by when a fresh login is measured against max_age.
AGE_LEEWAY = timedelta(seconds=30)

_BEGIN = f"begun AS ({insertion('login_request', '$2')})"
_PROTOCOLS = """SELECT ARRAY(
    SELECT p.protocol FROM identity_provider p WHERE p.tenant_id = tenant.id AND p.state = 'active' LIMIT 2
) AS protocols LIMIT 1"""


@dataclass(frozen=True)
class LoginBegun:
    """Where the browser goes next (a path of ours), and what its cookie must hold for the way back."""

    path: str
    handle: Handle
    browser: str


class Authorization:
    """The authorization endpoint's decisions, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_tenant(self, named: str | None) -> UUID | None:
        """The active tenant of an id or a short name."""
        return await find_active_tenant(self._database, named) if named is not None else None

    async def may_use(self, live: LiveSession, request: AuthorizationRequest) -> bool:
        """Whether a session spares the person a login.

        A session of another tenant without a role here does not: the person may have an account of this one too.
        """
        if not satisfies(live, request):
            return False
        if live.home == request.tenant or request.home is not None:
            return True
        async with self._database.transaction(request.tenant) as session:
            return await PopulationService(session).standing(live.account_id, live.home) is not None

    async def issue_code(self, request: AuthorizationRequest, live: LiveSession) -> str:
        """A code for the session's person; raises Refusal(access_denied) when they are nothing in the tenant."""
        handle = Handle.new(request.tenant)
        async with self._database.transaction(request.tenant) as session:
            if await PopulationService(session).standing(live.account_id, live.home) is None:
                raise Refusal("access_denied", "the account holds no role in the tenant")
            CodeRepository(session).add(AuthorizationCode(**code_values(handle, request, live)))
        return handle.text

    async def begin_login(
        self, request: AuthorizationRequest, live: LiveSession | None, browser: str | None
    ) -> LoginBegun:
        """Remember the request until the person has logged in at the provider of the home tenant.

        A session that is merely too weak or too old must be renewed by the same account, unless the client asked
        for a login in any case, which is how people change accounts. A hint of another person does that too; it proves
        no session, so whoever comes back is only measured by it (`satisfies`).
        """
        home = request.home or request.tenant
        is_at_home = live is not None and live.home == home and request.prompt != "login"
        is_step_up = is_at_home and request.hinted_account in (None, live.account_id if live else None)
        handle, now = Handle.new(home), clock.now()
        browser = browser if browser and len(browser) == 43 else secrets.token_urlsafe(32)
        row = {
            "tenant_id": home,
            "id": new_id(),
            "handle_hash": handle.digest,
            "browser_hash": digest_of(browser),
            "request": request.model_dump(mode="json"),
            "expected_account_id": live.account_id if live and is_step_up else None,
            "former_session_id": live.id if live and live.home == home else None,
            "created_at": now,
            "expires_at": now + LOGIN_LIFETIME,
        }
        found = await self._database.hot_change(home, _BEGIN, _PROTOCOLS, as_row(LoginRequest, row))
        return LoginBegun(_next_path(found[0]["protocols"], home), handle, browser)


def satisfies(live: LiveSession, request: AuthorizationRequest, leeway: timedelta = timedelta(0)) -> bool:
    """Whether the login was at the right place, strong enough and recent enough for the request.

    `leeway` is for a login that has just come back, whose time the provider's clock gave.
    """
    if request.home is not None and request.home != live.home:
        return False
    if request.hinted_account not in (None, live.account_id):
        return False
    if request.min_acr is not None and not live.acr.at_least(request.min_acr):
        return False
    if request.max_age is None:
        return True
    return clock.now() - live.auth_time <= timedelta(seconds=request.max_age) + leeway


def code_values(handle: Handle, request: AuthorizationRequest, live: LiveSession) -> dict[str, Any]:
    """The row of a new code, by column; `handle` is the code."""
    now = clock.now()
    return {
        "tenant_id": request.tenant,
        "id": new_id(),
        "code_hash": handle.digest,
        "client_id": request.client_id,
        "redirect_uri": request.redirect_uri,
        "scope": request.scope,
        "nonce": request.nonce,
        "code_challenge": request.code_challenge,
        "home_tenant_id": live.home,
        "account_id": live.account_id,
        "session_id": live.id,
        "acr": live.acr.value,
        "amr": list(live.amr),
        "dpop_jkt": request.dpop_jkt,
        "auth_time": live.auth_time,
        "created_at": now,
        "expires_at": now + CODE_LIFETIME,
    }


def _next_path(protocols: Sequence[str], home: UUID) -> str:
    """To the one login method of the tenant, or to the page where the person chooses among several."""
    if len(protocols) > 1:
        return "/oauth2/login"
    # Without any, the login route tells the person so.
    return f"/{protocols[0] if protocols else 'oidc'}/{home}/login"


async def begin_trial(session: AsyncSession, provider_id: UUID, trial_id: UUID, until: datetime) -> Handle:
    """A login on trial at one provider, for whichever browser departs with the handle first."""
    tenant = tenant_of(session)
    handle = Handle.new(tenant)
    LoginRequestRepository(session).add(
        LoginRequest(
            tenant_id=tenant,
            handle_hash=handle.digest,
            purpose="trial",
            trial_id=trial_id,
            provider_id=provider_id,
            created_at=clock.now(),
            expires_at=until,
        )
    )
    return handle


async def prune_authorizations(session: AsyncSession) -> None:
    """Drop logins and codes of the session's tenant that are too old to mean anything, a replay included."""
    until = clock.now() - timedelta(hours=1)
    await LoginRequestRepository(session).delete_expired(until)
    await CodeRepository(session).delete_expired(until)
