"""Logouts that begin at a tenant's OpenID provider: told directly (OpenID Connect Back-Channel Logout 1.0), or by a
frame in the person's browser (Front-Channel Logout 1.0); and the way back from the provider's own logout page."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from services.identity.authorization.errors import LoginExpired
from services.identity.dependencies import DatabaseDep, SealerDep, SettingsDep, UpstreamDep
from services.identity.logout.answer import DONE
from services.identity.logout.endpoints import ProvidersDep, conclude
from services.identity.logout.service import LogoutService
from services.identity.oidc_login.endpoints import HomeTenant
from services.identity.proof.faults import LoginFailed
from services.identity.proof.login import ReplayKey
from services.identity.protocol.answer import refuse
from services.identity.protocol.description import as_form, as_query, browser_problems, oauth_errors, page_response
from services.identity.protocol.form import Parameters
from services.identity.protocol.page import BrowserRoute, page
from services.identity.protocol.parameters import BACK_CHANNEL, FRONT_CHANNEL, LOGGED_OUT
from services.identity.protocol.refusal import Refusal
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import ProviderService
from services.identity.replay.service import ReplayService
from services.identity.secret.sealing import Sealer
from services.identity.session.service import SessionService
from services.identity.upstream.client import Upstream
from services.identity.upstream.logout_token import LogoutNotice
from shared.auth.jws import TokenRefused, unverified_claims
from shared.kit.db import Database
from shared.kit.handle import Handle, digest_of
from shared.kit.problems import BadRequest
from shared.web import LangDep

log = structlog.get_logger(__name__)

router = APIRouter(tags=["oidc"])
page_router = APIRouter(
    tags=["oidc"],
    route_class=BrowserRoute,
    default_response_class=HTMLResponse,
    responses={**page_response("Logged out"), **browser_problems(400, 422, 429, 500, 503)},
)

_MOST_PROVIDERS = 100
_MAX_SID = 500


class Listener:
    """Hears what OpenID providers of a tenant say of ended sessions; `issuer` is ours."""

    def __init__(self, database: Database, upstream: Upstream, sealer: Sealer, issuer: str) -> None:
        self._database = database
        self._upstream = upstream
        self._sealer = sealer
        self._issuer = issuer

    async def hear(self, tenant: UUID, token: str) -> int:
        """End what the logout token names; how many sessions. Raises LoginFailed for any other token.

        What it says of itself only chooses among the tenant's own providers: nobody else is called, no other key tried.
        """
        provider = await self._sender(tenant, token)
        notice = await self._upstream.logout_notice(provider.issuer, provider.client_id or "", token)
        return await self._end(provider, notice)

    async def end_named(self, tenant: UUID, issuer: str, session_id: str) -> IdentityProvider | None:
        """End the sessions that a provider knows by `session_id`; the provider, None where the tenant has no such."""
        for provider in await self._providers(tenant):
            if provider.issuer == issuer:
                async with self._database.transaction(tenant) as session:
                    rows = await SessionService(session).live_upstream(provider.id, None, [session_id])
                    if rows:  # anybody may ask, and shall leave nothing behind by that
                        await LogoutService(session, self._issuer).end(rows, "provider_logout")
                return provider
        return None

    async def _sender(self, tenant: UUID, token: str) -> IdentityProvider:
        try:
            claims = unverified_claims(token) if token.count(".") == 2 else {}
        except TokenRefused as refused:
            raise LoginFailed("not a logout token") from refused
        audiences = claims.get("aud") if isinstance(claims.get("aud"), list) else [claims.get("aud")]
        for provider in await self._providers(tenant):
            if provider.issuer == claims.get("iss") and provider.client_id in (audiences or ()):
                return provider
        raise LoginFailed("no provider of the tenant sent this")

    async def _providers(self, tenant: UUID) -> Sequence[IdentityProvider]:
        """The tenant's OpenID providers, disabled ones too: their sessions may outlive them."""
        async with self._database.transaction(tenant) as session:
            rows = await ProviderService(session, self._sealer).list(_MOST_PROVIDERS, None)
        return [row for row in rows if row.protocol == "oidc"]

    async def _end(self, provider: IdentityProvider, notice: LogoutNotice) -> int:
        """In one transaction: the token is used up and the sessions are over, or neither."""
        used = ReplayKey(digest_of(f"logout\x1f{provider.issuer}\x1f{notice.jti}"), notice.expires_at)
        subject = digest_of(f"{provider.issuer}\x1f{notice.subject}") if notice.subject is not None else None
        async with self._database.transaction(provider.tenant_id) as session:
            if not await ReplayService(session).use(used):
                raise LoginFailed("the logout token was used before")
            named = [notice.session_id] if notice.session_id is not None else []
            rows = await SessionService(session).live_upstream(provider.id, subject, named)
            return (await LogoutService(session, self._issuer).end(rows, "provider_logout")).ended


async def _listener(database: DatabaseDep, upstream: UpstreamDep, sealer: SealerDep, settings: SettingsDep) -> Listener:
    return Listener(database, upstream, sealer, settings.issuer)


ListenerDep = Annotated[Listener, Depends(_listener)]


@router.post(
    "/oidc/{tenant}/backchannel-logout",
    response_class=JSONResponse,
    responses={200: {"description": "The sessions have ended, or there were none"}, **oauth_errors()},
    openapi_extra=as_form(*BACK_CHANNEL),
)
async def oidc_backchannel_logout(tenant: HomeTenant, request: Request, listener: ListenerDep) -> Response:
    """A tenant's OpenID provider tells that somebody has logged out there (Back-Channel Logout 1.0 section 2.5)."""
    try:
        form = Parameters.parse_body(await request.body(), request.headers.get("content-type"))
        ended = await listener.hear(tenant, form.need("logout_token"))
    except Refusal as refusal:
        return refuse(refusal)
    except LoginFailed as failure:
        log.warning("logout_token_refused", tenant=str(tenant), reason=str(failure))
        return refuse(Refusal("invalid_request", "the logout token cannot be accepted"))
    log.info("provider_logout", tenant=str(tenant), sessions=ended)
    return JSONResponse({}, headers={"Cache-Control": "no-store"})


@page_router.get("/oidc/{tenant}/frontchannel-logout", openapi_extra=as_query(*FRONT_CHANNEL))
async def oidc_frontchannel_logout(
    tenant: HomeTenant, request: Request, listener: ListenerDep, lang: LangDep
) -> Response:
    """A frame in the provider's logout page (Front-Channel Logout 1.0 section 3).

    Our cookies stay behind in another site's frame, so only a session that is named is ended: whoever can name it
    could end no other.
    """
    query = _readable(request)
    issuer, named = query.get("iss"), query.get("sid")
    if issuer is None or named is None or len(named) > _MAX_SID:
        raise BadRequest()
    provider = await listener.end_named(tenant, issuer, named)
    response = page(lang, DONE)
    if provider is not None:
        parts = urlsplit(provider.issuer)
        policy = f"default-src 'none'; frame-ancestors {parts.scheme}://{parts.netloc}"
        response.headers["Content-Security-Policy"] = policy
    return response


@page_router.get("/oidc/{tenant}/logged-out", openapi_extra=as_query(*LOGGED_OUT))
async def oidc_logged_out(tenant: HomeTenant, request: Request, there: ProvidersDep, lang: LangDep) -> Response:
    """Back from the provider's logout page, whither we sent the person (RP-Initiated Logout 1.0 section 3)."""
    handle = Handle.parse(_readable(request).get("state"))
    if handle is None or handle.tenant != tenant:
        raise LoginExpired()
    async with there.database.transaction(tenant) as session:
        await LogoutService(session, there.issuer).provider_answered(handle, "done")
    return await conclude(there, handle, lang)


def _readable(request: Request) -> Parameters:
    try:
        return Parameters.parse(request.url.query)
    except Refusal as refusal:
        raise BadRequest(refusal.description) from refusal
