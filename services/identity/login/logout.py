"""`/oauth2/logout`: RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0)."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.identity.authorization.errors import UntrustedRedirect
from services.identity.client.authentication import ClientAuthenticator
from services.identity.dependencies import ClientsDep, DatabaseDep, KeyRingDep, SettingsDep
from services.identity.key.ring import KeyRing
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
from shared.kit.db import Database
from shared.kit.problems import BadRequest
from shared.kit.text import Text
from shared.web import LangDep

router = APIRouter(
    tags=["oauth2"],
    route_class=BrowserRoute,
    default_response_class=HTMLResponse,
    responses={
        **page_response("Logged out, or the question whether to"),
        **redirects("Back to the client, or on to the question", "https://app.startklar.dev/?state=af0ifjsldkj"),
        **browser_problems(400, 413, 429, 500, 503),
    },
)

_QUESTION = Text(sv="Vill du logga ut?", en="Do you want to log out?", da="Vil du logge ud?")
_BUTTON = Text(sv="Logga ut", en="Log out", da="Log ud")
_DONE = Text(sv="Du är utloggad.", en="You are logged out.", da="Du er logget ud.")


@router.get("/oauth2/logout", openapi_extra=as_query(*LOGOUT))
async def oauth2_logout(
    request: Request, database: DatabaseDep, clients: ClientsDep, ring: KeyRingDep, settings: SettingsDep, lang: LangDep
) -> Response:
    """Log out at once when the id token proves that the client knows the session; else ask the person first."""
    asked = _readable(lambda: Parameters.parse(request.url.query))
    back = await _registered(clients, asked)
    live = await live_session(database, cookie.read_cookie(request, cookie.SESSION, settings.issuer))
    if live is not None and await _hinted_session(asked, ring, settings.issuer) != live.id:
        return page(lang, _QUESTION, button=_BUTTON)
    await _end(database, live)
    response = redirect(back, {"state": asked.get("state")}) if back else page(lang, _DONE)
    cookie.clear_cookie(response, cookie.SESSION, settings.issuer)
    return response


@router.post("/oauth2/logout", openapi_extra=as_form(*LOGOUT, is_required=False))
async def oauth2_logout_post(request: Request, database: DatabaseDep, settings: SettingsDep, lang: LangDep) -> Response:
    """The person's yes to our question (an empty form), or a client's request as a form, which goes on as a GET.

    The cookie is SameSite=Lax, so no other site can say yes for the person, and no neighbour on the site may.
    """
    body, kind = await request.body(), request.headers.get("content-type")
    asked = _readable(lambda: Parameters.parse_body(body, kind)).all() if body else {}
    if asked or is_from_another_origin(request):
        return redirect(f"{settings.issuer}/oauth2/logout", asked)
    live = await live_session(database, cookie.read_cookie(request, cookie.SESSION, settings.issuer))
    await _end(database, live)
    response = page(lang, _DONE)
    cookie.clear_cookie(response, cookie.SESSION, settings.issuer)
    return response


async def _end(database: Database, live: LiveSession | None) -> None:
    if live is not None:
        async with database.transaction(live.home) as session:
            await SessionService(session).end(live.id)


def _readable(read: Callable[[], Parameters]) -> Parameters:
    try:
        return read()
    except Refusal as refusal:
        raise BadRequest(refusal.description) from refusal


async def _registered(clients: ClientAuthenticator, asked: Parameters) -> str | None:
    """The address to go back to, if it is the client's own; raises UntrustedRedirect."""
    wanted = asked.get("post_logout_redirect_uri")
    if wanted is None:
        return None
    client = await clients.find(asked.get("client_id"))
    if client is None or wanted not in client.post_logout_redirect_uris:
        raise UntrustedRedirect()
    return wanted


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
