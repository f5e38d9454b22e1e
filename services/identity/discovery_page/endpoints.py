"""Choosing how to log in: our own page, the SAML discovery service, and the same list for front-ends."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.identity.authorization.errors import LoginExpired
from services.identity.dependencies import DatabaseDep, SealerDep, SettingsDep
from services.identity.discovery_page import page
from services.identity.discovery_page.errors import DiscoveryRefused
from services.identity.discovery_page.schemas import LoginOption, LoginOptions
from services.identity.discovery_page.service import MOST_SHOWN, DiscoveryDesk, Onward
from services.identity.protocol.answer import redirect
from services.identity.protocol.description import as_query, browser_problems, page_response, redirects
from services.identity.protocol.form import Parameters
from services.identity.protocol.page import BrowserRoute
from services.identity.protocol.parameters import CHOOSER, DISCOVERED, DISCOVERY, DISCOVERY_PROTOCOL
from services.identity.protocol.refusal import Refusal
from services.identity.provider.models import IdentityProvider
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.session import cookie
from shared.kit.handle import Handle
from shared.kit.problems import BadRequest
from shared.web import LangDep, new_router

router = new_router("login-options")
pages = APIRouter(
    tags=["discovery"],
    route_class=BrowserRoute,
    default_response_class=HTMLResponse,
    responses=browser_problems(400, 403, 422, 429, 500, 503),
)
_SINGLE = f"{DISCOVERY_PROTOCOL}:single"
_MOST_WORDS = 200


async def _desk(database: DatabaseDep, sealer: SealerDep, settings: SettingsDep) -> DiscoveryDesk:
    return DiscoveryDesk(database, sealer, settings.issuer)


async def _query(request: Request) -> Parameters:
    try:
        return Parameters.parse(request.url.query)
    except Refusal as refusal:
        raise BadRequest(refusal.description) from refusal


DeskDep = Annotated[DiscoveryDesk, Depends(_desk)]
QueryDep = Annotated[Parameters, Depends(_query)]
HomeTenant = Annotated[UUID, Path(alias="tenant", description="Id of the tenant where the login began")]
Slug = Annotated[
    str, Query(alias="tenant", max_length=50, description="Short name of the organisation", examples=["norrvik"])
]


@router.get("/login-options")
async def login_options_list(desk: DeskDep, tenant: Slug, response: Response) -> LoginOptions:
    """How people log in at an organisation, for a front-end that shows the choice itself."""
    choice = await desk.choice_by_slug(tenant)
    response.headers["Cache-Control"] = "public, max-age=60"
    options = [_option(provider) for provider in choice.providers]
    return LoginOptions(tenant_id=choice.tenant.id, name=choice.tenant.name, options=options)


@pages.get(
    "/oauth2/login",
    responses=page_response("The login methods of the organisation"),
    openapi_extra=as_query(*CHOOSER),
)
async def oauth2_choose_login(query: QueryDep, desk: DeskDep, settings: SettingsDep, lang: LangDep) -> Response:
    """Where a person chooses among the login methods of their organisation."""
    handle = _handle(query)
    choice = await desk.choice(handle.tenant)
    links = [(provider, _login_path(provider, handle)) for provider in choice.providers]
    is_federated = any(provider.federation_id is not None for provider in choice.providers)
    names = ServiceProviderNames(settings.issuer, handle.tenant)
    back = f"{names.discovery_url}?{urlencode({'request': handle.text})}"
    asked = urlencode({"entityID": names.entity_id, "return": back})
    return page.choose_method(lang, choice.tenant, links, f"/saml/disco?{asked}" if is_federated else None)


@pages.get(
    "/saml/disco",
    responses={
        **page_response("The identity providers of the federations"),
        **redirects("Back to the service provider, when it asked not to show anything", "https://sp.example/disco"),
    },
    openapi_extra=as_query(*DISCOVERY),
)
async def saml_discover(query: QueryDep, desk: DeskDep, lang: LangDep) -> Response:
    """The discovery service (SAML Identity Provider Discovery Service Protocol and Profile)."""
    parameter = query.get("returnIDParam") or "entityID"
    if query.get("policy") not in (None, _SINGLE):
        raise DiscoveryRefused()
    back = await desk.return_address(query.get("entityID") or "", query.get("return"), parameter)
    if query.get("isPassive") == "true":
        return redirect(back, {})
    found = await desk.find((query.get("q") or "")[:_MOST_WORDS], lang)
    return page.choose_provider(lang, found, MOST_SHOWN, query.all(), (back, parameter))


@pages.get(
    "/saml/{tenant}/discovery",
    status_code=303,
    responses={
        **redirects("On to the login", "https://id.startklar.dev/saml/.../login?request=AZef...&provider=..."),
        **page_response("The organisations that share the identity provider"),
    },
    openapi_extra=as_query(*DISCOVERED),
)
async def saml_discovered(
    tenant: HomeTenant, request: Request, query: QueryDep, desk: DeskDep, settings: SettingsDep, lang: LangDep
) -> Response:
    """Back from a discovery service: on to the identity provider that the person chose there."""
    handle, chosen = _handle(query), query.get("entityID")
    if handle.tenant != tenant:
        raise LoginExpired()
    if chosen is None:
        return redirect(f"{settings.issuer}/oauth2/login", {"request": handle.text})
    browser = cookie.read_cookie(request, cookie.LOGIN, settings.issuer)
    onward = await desk.go_on(tenant, handle, browser, chosen, _organisation(query))
    if isinstance(onward, Onward):
        asked = {"request": onward.handle.text, "provider": str(onward.provider_id)}
        return redirect(f"{settings.issuer}{onward.path}", asked)
    here = {"request": handle.text, "entityID": chosen}
    links = [(one, f"/saml/{tenant}/discovery?{urlencode({**here, 'organisation': str(one.id)})}") for one in onward]
    return page.choose_organisation(lang, links)


def _handle(query: Parameters) -> Handle:
    handle = Handle.parse(query.get("request"))
    if handle is None:
        raise LoginExpired()
    return handle


def _organisation(query: Parameters) -> UUID | None:
    chosen = query.get("organisation")
    try:
        return UUID(chosen) if chosen is not None else None
    except ValueError as error:
        raise LoginExpired() from error


def _login_path(provider: IdentityProvider, handle: Handle) -> str:
    asked = urlencode({"request": handle.text, "provider": str(provider.id)})
    return f"/{provider.protocol}/{provider.tenant_id}/login?{asked}"


def _option(provider: IdentityProvider) -> LoginOption:
    return LoginOption.model_validate(
        {
            "provider_id": provider.id,
            "name": provider.name,
            "method": provider.method,
            "protocol": provider.protocol,
            "populations": provider.populations,
            "entity_id": provider.issuer,
        }
    )
