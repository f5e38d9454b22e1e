"""`/oauth2/authorize`: the authorization endpoint (RFC 6749 section 3.1, RFC 9207)."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.identity.authorization.errors import LoginExpired, UntrustedRedirect
from services.identity.authorization.request import AuthorizationRequest, check_request, is_registered_redirect
from services.identity.authorization.service import LOGIN_LIFETIME, Authorization, satisfies
from services.identity.client.authentication import ClientAuthenticator
from services.identity.client.models import Client
from services.identity.dependencies import settings_of
from services.identity.key.hint import hinted_claims
from services.identity.key.ring import KeyRing
from services.identity.par.service import PushedRequests
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
from shared.web.runtime import runtime

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


class AuthorizationDesk:
    """The authorization endpoint's work for one request."""

    def __init__(self, database: Database, clients: ClientAuthenticator, ring: KeyRing, issuer: str) -> None:
        self._database = database
        self._clients = clients
        self._ring = ring
        self._issuer = issuer
        self._decisions = Authorization(database)

    async def answer(self, request: Request, parameters: Parameters) -> Response:
        """Back to the client or on to a login; raises UntrustedRedirect or LoginExpired where nobody may be sent."""
        client, tenant = await self._clients.find_for(parameters.get("client_id"), parameters.get("tenant"))
        if client is None:
            raise UntrustedRedirect()
        pushed = await self._pushed(parameters, client)
        if pushed is not None:
            parameters, tenant = pushed, await self._decisions.find_tenant(pushed.get("tenant"))
        if not is_registered_redirect(client, parameters.get("redirect_uri")):
            raise UntrustedRedirect()
        back = parameters.need("redirect_uri")
        answer: dict[str, str | None] = {"state": parameters.get("state"), "iss": self._issuer}
        try:
            if client.requires_par and pushed is None:
                raise Refusal("invalid_request", "the client must push its requests (RFC 9126)")
            return await self._decide(request, await self._asked(parameters, client, tenant), answer)
        except Refusal as refusal:
            return redirect(back, {**refusal.body(), **answer})

    async def _pushed(self, parameters: Parameters, client: Client) -> Parameters | None:
        """What the client pushed, used up; nothing else of the address counts then."""
        request_uri = parameters.get("request_uri")
        if request_uri is None or not request_uri.startswith("urn:"):
            return None
        pushed = await PushedRequests(self._database).take(client, request_uri)
        if pushed is None:
            raise LoginExpired()
        return pushed

    async def _decide(self, request: Request, asked: AuthorizationRequest, answer: dict[str, str | None]) -> Response:
        live = await live_session(self._database, cookie.read_cookie(request, cookie.SESSION, self._issuer))
        if live is not None and asked.prompt != "login" and await self._decisions.may_use(live, asked):
            code = await self._decisions.issue_code(asked, live)
            return redirect(asked.redirect_uri, {"code": code, **answer})
        if asked.prompt == "none":
            raise self._unasked(live, asked)
        return await self._to_login(request, asked, live)

    def _unasked(self, live: LiveSession | None, asked: AuthorizationRequest) -> Refusal:
        """Why nothing can be had without asking the person (OpenID Connect Core 1.0 section 3.1.2.6)."""
        if live is not None and satisfies(live, asked):
            return Refusal("interaction_required", "the session's account holds no role in the tenant")
        return Refusal("login_required", "the person must log in")

    async def _asked(self, parameters: Parameters, client: Client, tenant: UUID | None) -> AuthorizationRequest:
        home = await self._decisions.find_tenant(parameters.get("home_tenant"))
        asked = check_request(parameters, client, tenant, home)
        hint = parameters.get("id_token_hint")
        return asked if hint is None else asked.model_copy(update={"hinted_account": await self._account_of(hint)})

    async def _account_of(self, hint: str) -> UUID:
        """Whom the client expects; a hint that is not ours cannot be met by anybody."""
        claims = await hinted_claims(hint, self._ring, self._issuer)
        if claims is None:
            raise Refusal("invalid_request", "id_token_hint is not an id token of this issuer")
        return UUID(str(claims["sub"]))

    async def _to_login(self, request: Request, asked: AuthorizationRequest, live: LiveSession | None) -> Response:
        browser = cookie.read_cookie(request, cookie.LOGIN, self._issuer)
        begun = await self._decisions.begin_login(asked, live, browser)
        response = redirect(f"{self._issuer}{begun.path}", {"request": begun.handle.text})
        max_age = int(LOGIN_LIFETIME.total_seconds())
        cookie.set_cookie(response, cookie.LOGIN, begun.browser, issuer=self._issuer, max_age=max_age)
        return response


def _desk(request: Request) -> AuthorizationDesk:
    """Called, since to solve a dependency costs more than this."""
    held = runtime(request)
    issuer = settings_of(request).issuer
    return AuthorizationDesk(held.database, held.resources[ClientAuthenticator], held.resources[KeyRing], issuer)


@router.get("/oauth2/authorize", status_code=303, openapi_extra=as_query(*AUTHORIZATION))
async def oauth2_authorize(request: Request) -> Response:
    """Send the browser back with a code, on to a login, or back with an error."""
    try:
        parameters = Parameters.parse(request.url.query)
    except Refusal as refusal:
        raise UntrustedRedirect() from refusal
    return await _desk(request).answer(request, parameters)


@router.post("/oauth2/authorize", status_code=303, openapi_extra=as_form(*AUTHORIZATION))
async def oauth2_authorize_post(request: Request) -> Response:
    """The same for a request that is sent as a form (OpenID Connect Core 1.0 section 3.1.2.1)."""
    try:
        parameters = Parameters.parse_body(await request.body(), request.headers.get("content-type"))
    except Refusal as refusal:
        raise UntrustedRedirect() from refusal
    if is_from_another_site(request):  # without cookies nobody is logged in; a GET brings them along
        return redirect(f"{settings_of(request).issuer}/oauth2/authorize", parameters.all())
    return await _desk(request).answer(request, parameters)
