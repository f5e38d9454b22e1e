"""`/oauth2/authorize`: the authorization endpoint (RFC 6749 section 3.1, RFC 9207)."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.identity.authorization.errors import UntrustedRedirect
from services.identity.authorization.request import AuthorizationRequest, check_request, is_registered_redirect
from services.identity.authorization.service import LOGIN_LIFETIME, Authorization
from services.identity.client.authentication import ClientAuthenticator
from services.identity.client.models import Client
from services.identity.dependencies import DatabaseDep, SettingsDep
from services.identity.protocol.answer import redirect
from services.identity.protocol.browser import is_from_another_site
from services.identity.protocol.description import as_form, as_query, browser_problems, redirects
from services.identity.protocol.form import Parameters
from services.identity.protocol.page import BrowserRoute
from services.identity.protocol.parameters import AUTHORIZATION
from services.identity.protocol.refusal import Refusal
from services.identity.session import cookie
from services.identity.session.service import LiveSession, live_session
from shared.kit.db import Database

_ANSWER = "https://app.startklar.dev/callback?code=AZefOnweexKdOl8MK56NEQ...&state=af0ifjsldkj&iss=https%3A%2F%2F..."
_RESPONSES = {
    **redirects("To the client with a code or an `error` (RFC 6749 section 4.1.2), or on to a login", _ANSWER),
    **browser_problems(400, 413, 429, 500, 503),
}

router = APIRouter(
    tags=["oauth2"],
    route_class=BrowserRoute,
    default_response_class=RedirectResponse,
    responses=_RESPONSES,
)


@router.get("/oauth2/authorize", status_code=303, openapi_extra=as_query(*AUTHORIZATION))
async def oauth2_authorize(request: Request, database: DatabaseDep, settings: SettingsDep) -> Response:
    """Send the browser back with a code, on to a login, or back with an error."""
    client, parameters = await _trusted(lambda: Parameters.parse(request.url.query), database, settings.issuer)
    return await _answer(request, client, parameters, database, settings.issuer)


@router.post("/oauth2/authorize", status_code=303, openapi_extra=as_form(*AUTHORIZATION))
async def oauth2_authorize_post(request: Request, database: DatabaseDep, settings: SettingsDep) -> Response:
    """The same for a request that is sent as a form (OpenID Connect Core 1.0 section 3.1.2.1)."""
    body, kind = await request.body(), request.headers.get("content-type")
    client, parameters = await _trusted(lambda: Parameters.parse_body(body, kind), database, settings.issuer)
    if is_from_another_site(request):  # without cookies nobody is logged in; a GET brings them along
        return redirect(f"{settings.issuer}/oauth2/authorize", parameters.all())
    return await _answer(request, client, parameters, database, settings.issuer)


async def _answer(
    request: Request, client: Client, parameters: Parameters, database: Database, issuer: str
) -> Response:
    back = parameters.need("redirect_uri")
    answer: dict[str, str | None] = {"state": parameters.get("state"), "iss": issuer}
    decisions = Authorization(database)
    try:
        asked = await _asked(parameters, client, decisions)
        live = await live_session(database, cookie.read_cookie(request, cookie.SESSION, issuer))
        if live is not None and asked.prompt != "login" and await decisions.may_use(live, asked):
            return redirect(back, {"code": await decisions.issue_code(asked, live), **answer})
        if asked.prompt == "none":
            raise Refusal("login_required", "the person must log in")
        return await _to_login(request, decisions, asked, live, issuer)
    except Refusal as refusal:
        return redirect(back, {**refusal.body(), **answer})


async def _trusted(read: Callable[[], Parameters], database: Database, issuer: str) -> tuple[Client, Parameters]:
    """Client and parameters once the redirect address is known to be the client's own; raises UntrustedRedirect."""
    try:
        parameters = read()
    except Refusal as refusal:
        raise UntrustedRedirect() from refusal
    client = await ClientAuthenticator(database, issuer).find(parameters.get("client_id"))
    if client is None or not is_registered_redirect(client, parameters.get("redirect_uri")):
        raise UntrustedRedirect()
    return client, parameters


async def _asked(parameters: Parameters, client: Client, decisions: Authorization) -> AuthorizationRequest:
    tenant = await decisions.find_tenant(parameters.get("tenant"))
    home = await decisions.find_tenant(parameters.get("home_tenant"))
    return check_request(parameters, client, tenant, home)


async def _to_login(
    request: Request, decisions: Authorization, asked: AuthorizationRequest, live: LiveSession | None, issuer: str
) -> Response:
    browser = cookie.read_cookie(request, cookie.LOGIN, issuer)
    begun = await decisions.begin_login(asked, live, browser)
    response = redirect(f"{issuer}{begun.path}", {"request": begun.handle.text})
    max_age = int(LOGIN_LIFETIME.total_seconds())
    cookie.set_cookie(response, cookie.LOGIN, begun.browser, issuer=issuer, max_age=max_age)
    return response
