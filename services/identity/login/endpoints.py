"""`/oidc/{tenant}/login` and `/callback`: the way to a tenant's identity provider and back."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from services.identity.dependencies import DatabaseDep, SealerDep, SettingsDep, UpstreamDep
from services.identity.login.service import LoginFlow, ProviderResponse
from services.identity.protocol.answer import redirect
from services.identity.protocol.description import as_query, browser_problems, redirects
from services.identity.protocol.form import Parameters
from services.identity.protocol.page import BrowserRoute
from services.identity.protocol.parameters import ARRIVAL, DEPARTURE
from services.identity.protocol.refusal import Refusal
from services.identity.session import cookie
from services.identity.upstream.errors import LoginFailed
from shared.kit.handle import Handle
from shared.kit.problems import BadRequest, Unavailable
from shared.kit.text import Text

log = structlog.get_logger(__name__)

router = APIRouter(
    tags=["oidc"],
    route_class=BrowserRoute,
    default_response_class=RedirectResponse,
    responses=browser_problems(400, 403, 422, 429, 500, 503),
)

_PROVIDER_AWAY = Text(
    sv="Inloggningstjänsten svarar inte; försök igen om en stund",
    en="The identity provider does not answer; try again in a while",
    da="Login-tjenesten svarer ikke; prøv igen om lidt",
)

HomeTenant = Annotated[UUID, Path(alias="tenant", description="Id of the tenant where the person logs in")]


def _flow(database: DatabaseDep, upstream: UpstreamDep, sealer: SealerDep, settings: SettingsDep) -> LoginFlow:
    return LoginFlow(database, upstream, sealer, settings.issuer)


def _query(request: Request) -> Parameters:
    try:
        return Parameters.parse(request.url.query)
    except Refusal as refusal:
        raise BadRequest(refusal.description) from refusal


FlowDep = Annotated[LoginFlow, Depends(_flow)]
QueryDep = Annotated[Parameters, Depends(_query)]


@router.get(
    "/oidc/{tenant}/login",
    status_code=303,
    responses=redirects("To the identity provider", "https://login.norrvik.example/authorize?client_id=startklar"),
    openapi_extra=as_query(*DEPARTURE),
)
async def oidc_login(
    tenant: HomeTenant, request: Request, query: QueryDep, flow: FlowDep, settings: SettingsDep
) -> Response:
    """On to the tenant's identity provider."""
    browser = cookie.read_cookie(request, cookie.LOGIN, settings.issuer)
    try:
        return redirect(await flow.depart(tenant, Handle.parse(query.get("request")), browser), {})
    except LoginFailed as failure:
        log.warning("login_not_begun", tenant=str(tenant), reason=str(failure))
        raise Unavailable(_PROVIDER_AWAY, headers={"Retry-After": "30"}) from failure


@router.get(
    "/oidc/{tenant}/callback",
    status_code=303,
    responses=redirects("To the client with a code or an `error`", "https://app.startklar.dev/callback?code=AZef..."),
    openapi_extra=as_query(*ARRIVAL),
)
async def oidc_callback(
    tenant: HomeTenant, request: Request, query: QueryDep, flow: FlowDep, settings: SettingsDep
) -> Response:
    """Back from the identity provider: a session for the browser, a code for the client."""
    response = ProviderResponse(query.get("state"), query.get("code"), query.get("iss"), query.get("error"))
    browser = cookie.read_cookie(request, cookie.LOGIN, settings.issuer)
    underway = await flow.underway(tenant, response, browser)
    back = underway.request.redirect_uri
    answer: dict[str, str | None] = {"state": underway.request.state, "iss": settings.issuer}
    try:
        logged_in = await flow.arrive(underway, response, timedelta(seconds=settings.session_seconds))
    except LoginFailed as failure:
        log.warning("login_failed", tenant=str(tenant), reason=str(failure))
        refusal = Refusal("access_denied", "the identity provider's answer could not be verified")
        return redirect(back, {**refusal.body(), **answer})
    except Refusal as refusal:
        log.info("login_refused", tenant=str(tenant), reason=str(refusal))
        return redirect(back, {**refusal.body(), **answer})
    finished = redirect(back, {"code": logged_in.code, **answer})
    cookie.set_cookie(
        finished,
        cookie.SESSION,
        logged_in.cookie.text,
        issuer=settings.issuer,
        max_age=settings.session_seconds,
    )
    return finished
