"""`/oauth2/logout`: RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0), and the page on its outcome."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.identity.authorization.errors import LoginExpired, UntrustedRedirect
from services.identity.client.authentication import ClientAuthenticator
from services.identity.dependencies import (
    ClientsDep,
    DatabaseDep,
    KeyRingDep,
    SealerDep,
    SettingsDep,
    TenantKeyRingDep,
    UpstreamDep,
)
from services.identity.key.ring import KeyRing
from services.identity.logout.answer import DONE, finish, result_page, send_on
from services.identity.logout.departure import Providers
from services.identity.logout.service import LogoutService, Return
from services.identity.oidc_login.endpoints import RegistrationsDep
from services.identity.protocol.answer import redirect
from services.identity.protocol.browser import is_from_another_origin
from services.identity.protocol.description import as_form, as_query, browser_problems, page_response, redirects
from services.identity.protocol.form import Parameters
from services.identity.protocol.page import BrowserRoute, page
from services.identity.protocol.parameters import LOGOUT
from services.identity.protocol.refusal import Refusal
from services.identity.session import cookie
from services.identity.session.service import LiveSession, SessionService, live_session
from shared.auth.jws import TokenRefused, read_claims, read_header
from shared.kit.handle import Handle
from shared.kit.problems import BadRequest
from shared.kit.text import Lang, Text
from shared.web import LangDep

router = APIRouter(
    tags=["oauth2"],
    route_class=BrowserRoute,
    default_response_class=HTMLResponse,
    responses={
        **page_response("Logged out, what is still to be confirmed, or the question whether to"),
        **redirects("Back to the client, or on to the provider", "https://app.startklar.dev/?state=af0ifjsldkj"),
        **browser_problems(400, 413, 429, 500, 503),
    },
)

_QUESTION = Text(sv="Vill du logga ut?", en="Do you want to log out?", da="Vil du logge ud?")
_BUTTON = Text(sv="Logga ut", en="Log out", da="Log ud")


async def providers(
    database: DatabaseDep,
    upstream: UpstreamDep,
    registrations: RegistrationsDep,
    keys: TenantKeyRingDep,
    sealer: SealerDep,
    settings: SettingsDep,
) -> Providers:
    """For routes that log out at identity providers as well."""
    return Providers(database, upstream, registrations, keys, sealer, settings.issuer)


ProvidersDep = Annotated[Providers, Depends(providers)]


@router.get("/oauth2/logout", openapi_extra=as_query(*LOGOUT))
async def oauth2_logout(
    request: Request, there: ProvidersDep, clients: ClientsDep, ring: KeyRingDep, lang: LangDep
) -> Response:
    """Log out at once when the id token proves that the client knows the session; else ask the person first.

    With `logout` alone: the page that tells what came of a logout.
    """
    asked = _readable(lambda: Parameters.parse(request.url.query))
    if handle := asked.get("logout"):
        return await _result(there, Handle.parse(handle), lang)
    back = await _registered(clients, asked)
    live = await live_session(there.database, cookie.read_cookie(request, cookie.SESSION, there.issuer))
    if live is not None and not await _is_known(there, live, await _hinted_session(asked, ring, there.issuer)):
        return page(lang, _QUESTION, button=_BUTTON)
    return await _log_out(there, live, back, lang)


@router.post("/oauth2/logout", openapi_extra=as_form(*LOGOUT, is_required=False))
async def oauth2_logout_post(request: Request, there: ProvidersDep, lang: LangDep) -> Response:
    """The person's yes to our question (an empty form), or a client's request as a form, which goes on as a GET.

    The cookie is SameSite=Lax, so no other site can say yes for the person, and no neighbour on the site may.
    """
    body, kind = await request.body(), request.headers.get("content-type")
    asked = _readable(lambda: Parameters.parse_body(body, kind)).all() if body else {}
    if asked or is_from_another_origin(request):
        return redirect(f"{there.issuer}/oauth2/logout", asked)
    live = await live_session(there.database, cookie.read_cookie(request, cookie.SESSION, there.issuer))
    return await _log_out(there, live, None, lang)


async def conclude(there: Providers, handle: Handle, lang: Lang) -> Response:
    """The end of a logout whose provider has answered; raises LoginExpired for one that is too old."""
    async with there.database.transaction(handle.tenant) as session:
        service = LogoutService(session, there.issuer)
        logout = await service.find(handle)
        if logout is None:
            raise LoginExpired()
        return finish(logout, await service.deliveries(logout), lang, _page_url(there, handle))


async def _log_out(there: Providers, live: LiveSession | None, back: Return | None, lang: Lang) -> Response:
    if live is None:
        response = redirect(back.address, {"state": back.state}) if back else page(lang, DONE)
    else:
        async with there.database.transaction(live.home) as session:
            row = await SessionService(session).get(live.id)
            ending = await LogoutService(session, there.issuer).end([row], "logout", back)
        outgoing = await there.take_on(ending.logout, ending.handle, row)
        response = send_on(outgoing, lang) if outgoing else await conclude(there, ending.handle, lang)
    cookie.clear_cookie(response, cookie.SESSION, there.issuer)
    return response


async def _result(there: Providers, handle: Handle | None, lang: Lang) -> Response:
    if handle is None:
        raise LoginExpired()
    async with there.database.transaction(handle.tenant) as session:
        service = LogoutService(session, there.issuer)
        logout = await service.find(handle)
        if logout is None:
            raise LoginExpired()
        return result_page(logout, await service.deliveries(logout), lang)


def _page_url(there: Providers, handle: Handle) -> str:
    return f"{there.issuer}/oauth2/logout?logout={handle.text}"


def _readable(read: Callable[[], Parameters]) -> Parameters:
    try:
        return read()
    except Refusal as refusal:
        raise BadRequest(refusal.description) from refusal


async def _registered(clients: ClientAuthenticator, asked: Parameters) -> Return | None:
    """The address to go back to, if it is the client's own; raises UntrustedRedirect."""
    wanted = asked.get("post_logout_redirect_uri")
    if wanted is None:
        return None
    client = await clients.find(asked.get("client_id"))
    if client is None or wanted not in client.post_logout_redirect_uris:
        raise UntrustedRedirect()
    return Return(wanted, asked.get("state"))


async def _is_known(there: Providers, live: LiveSession, hinted: UUID | None) -> bool:
    """Whether a client's id token is of this session, or of one whose place it took at a step-up."""
    if hinted is None or hinted == live.id:
        return hinted is not None
    async with there.database.transaction(live.home) as session:
        parts = await SessionService(session).clients([live.id])
    return any(part.told_session_id == hinted for part in parts)


async def _hinted_session(asked: Parameters, ring: KeyRing, issuer: str) -> UUID | None:
    """The session that `id_token_hint` was issued in. It may have expired; it must be ours (section 2)."""
    hint = asked.get("id_token_hint")
    if hint is None:
        return None
    try:
        key = await ring.key(read_header(hint, "JWT")["kid"])
        claims = read_claims(hint, key) if key else {}
        return UUID(str(claims.get("sid"))) if claims.get("iss") == issuer else None
    except (TokenRefused, ValueError):
        return None
