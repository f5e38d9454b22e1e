"""`/oidc/{tenant}/login` and `/callback`: the way to a tenant's OpenID provider and back."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from services.identity.dependencies import (
    DatabaseDep,
    ProvidersDep,
    SealerDep,
    SettingsDep,
    TenantKeyRingDep,
    UpstreamDep,
)
from services.identity.login.answer import PROVIDER_AWAY, bind_browser, chosen_provider, conclude
from services.identity.login.service import LoginDesk
from services.identity.oidc_login.flow import OidcFlow, ProviderResponse
from services.identity.oidc_login.registrations import Registrations
from services.identity.proof.faults import LoginFailed
from services.identity.protocol.answer import redirect
from services.identity.protocol.description import as_query, browser_problems, redirects
from services.identity.protocol.form import Parameters
from services.identity.protocol.page import BrowserRoute
from services.identity.protocol.parameters import ARRIVAL, DEPARTURE
from services.identity.protocol.refusal import Refusal
from services.identity.session import cookie
from shared.kit.handle import Handle
from shared.kit.problems import BadRequest, Unavailable
from shared.kit.text import negotiate

log = structlog.get_logger(__name__)

router = APIRouter(
    tags=["oidc"],
    route_class=BrowserRoute,
    default_response_class=RedirectResponse,
    responses=browser_problems(400, 403, 422, 429, 500, 503),
)

HomeTenant = Annotated[UUID, Path(alias="tenant", description="Id of the tenant where the person logs in")]


async def _registrations(sealer: SealerDep, keys: TenantKeyRingDep, settings: SettingsDep) -> Registrations:
    return Registrations(sealer, keys, settings.issuer)


RegistrationsDep = Annotated[Registrations, Depends(_registrations)]


async def _flow(
    database: DatabaseDep,
    upstream: UpstreamDep,
    sealer: SealerDep,
    registrations: RegistrationsDep,
    providers: ProvidersDep,
) -> OidcFlow:
    return OidcFlow(LoginDesk(database, sealer, providers), upstream, registrations)


async def _query(request: Request) -> Parameters:
    try:
        return Parameters.parse(request.url.query)
    except Refusal as refusal:
        raise BadRequest(refusal.description) from refusal


FlowDep = Annotated[OidcFlow, Depends(_flow)]
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
        handle, provider_id = Handle.parse(query.get("request")), chosen_provider(query)
        address, departure = await flow.depart(tenant, handle, browser, provider_id)
    except LoginFailed as failure:
        log.warning("login_not_begun", tenant=str(tenant), reason=str(failure))
        raise Unavailable(PROVIDER_AWAY, headers={"Retry-After": "30"}) from failure
    return bind_browser(redirect(address, {}), departure, settings.issuer)


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
    browser = cookie.read_cookie(request, cookie.LOGIN, settings.issuer)
    underway = await flow.desk.underway(tenant, Handle.parse(query.get("state")), browser, "oidc")
    response = ProviderResponse(query.get("code"), query.get("iss"), query.get("error"))
    lang = negotiate(request.headers.get("accept-language"))
    return await conclude(flow.desk, underway, flow.prove(underway, response), settings, lang)
