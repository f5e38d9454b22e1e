"""`/saml/{tenant}/login` and `/acs`: the way to a tenant's SAML provider and back.

The response comes as a POST from the provider's site, and `SameSite=Lax` cookies stay behind then. What ties it to the
browser that began is therefore a cookie of its own with `SameSite=None`, which holds nothing but the same random value.
That is the least that does it: to keep the response until a GET of ours brings the Lax cookie along would put personal
data at rest, and a page that posts it to us once more needs a script. It costs no safety: without the RelayState that
only its own browser was given, the cookie opens nothing, and with another browser's RelayState it does not fit (login
CSRF, a stolen RelayState). Where there is no https there is no `SameSite=None` either; development and tests stand on
one site, where Lax comes along.
"""

from typing import Annotated
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from services.identity.authorization.errors import LoginExpired
from services.identity.authorization.service import LOGIN_LIFETIME
from services.identity.dependencies import settings_of
from services.identity.login.answer import PROVIDER_AWAY, bind_browser, chosen_provider, conclude
from services.identity.login.service import LoginDesk
from services.identity.proof.faults import LoginFailed
from services.identity.protocol.answer import redirect
from services.identity.protocol.description import as_form, as_query, browser_problems, page_response, redirects
from services.identity.protocol.form import FORM, Parameters
from services.identity.protocol.page import BrowserRoute
from services.identity.protocol.parameters import DEPARTURE, SAML_ARRIVAL
from services.identity.protocol.refusal import Refusal
from services.identity.provider.directory import ProviderDirectory
from services.identity.saml_login.flow import SamlFlow
from services.identity.saml_login.sending import sending_page
from services.identity.secret.sealing import Sealer
from services.identity.session import cookie
from services.identity.tenantkey.ring import TenantKeyRing
from shared.kit.handle import Handle
from shared.kit.problems import BadRequest, TooLarge, Unavailable
from shared.kit.text import negotiate
from shared.web.runtime import runtime

log = structlog.get_logger(__name__)

# A response is read up to 256 KiB (`saml.parsing`); base64 and its escapes need half as much again.
MOST_BYTES = 512 * 1024

router = APIRouter(
    tags=["saml"],
    route_class=BrowserRoute,
    default_response_class=RedirectResponse,
    responses=browser_problems(400, 403, 413, 422, 429, 500, 503),
)

HomeTenant = Annotated[UUID, Path(alias="tenant", description="Id of the tenant where the person logs in")]


def _flow(request: Request) -> SamlFlow:
    """Called, since to solve a dependency costs more than this."""
    held = runtime(request)
    desk = LoginDesk(held.database, held.resources[Sealer], held.resources[ProviderDirectory])
    return SamlFlow(desk, held.database, held.resources[TenantKeyRing], settings_of(request).issuer)


def _query(request: Request) -> Parameters:
    try:
        return Parameters.parse(request.url.query)
    except Refusal as refusal:
        raise BadRequest(refusal.description) from refusal


@router.get(
    "/saml/{tenant}/login",
    status_code=303,
    responses={
        **redirects("To the identity provider", "https://login.soderby.example/saml/sso?SAMLRequest=fZJN..."),
        **page_response("The same by a form that sends itself, where the provider wants that"),
    },
    openapi_extra=as_query(*DEPARTURE),
)
async def saml_login(tenant: HomeTenant, request: Request) -> Response:
    """On to the tenant's SAML identity provider, with a signed request."""
    settings, query, flow = settings_of(request), _query(request), _flow(request)
    browser = cookie.read_cookie(request, cookie.LOGIN, settings.issuer)
    try:
        handle, provider_id = Handle.parse(query.get("request")), chosen_provider(query)
        outgoing, departure = await flow.depart(tenant, handle, browser, provider_id)
    except LoginFailed as failure:
        log.warning("login_not_begun", tenant=str(tenant), fault=failure.fault.value, reason=str(failure))
        raise Unavailable(PROVIDER_AWAY, headers={"Retry-After": "30"}) from failure
    if outgoing.fields is None:
        response = redirect(outgoing.url, {})
    else:
        response = sending_page(outgoing, negotiate(request.headers.get("accept-language")))
    max_age = int(LOGIN_LIFETIME.total_seconds())
    cookie.set_crossing_cookie(response, cookie.SAML, departure.browser, issuer=settings.issuer, max_age=max_age)
    return bind_browser(response, departure, settings.issuer)


@router.post(
    "/saml/{tenant}/acs",
    status_code=303,
    responses=redirects("To the client with a code or an `error`", "https://app.startklar.dev/callback?code=AZef..."),
    openapi_extra=as_form(*SAML_ARRIVAL),
)
async def saml_acs(tenant: HomeTenant, request: Request) -> Response:
    """Back from the identity provider (assertion consumer service): a session for the browser, a code for the client.

    A response that no login of this browser waits for is refused, however good it is: unsolicited ones too.
    """
    settings, form, flow = settings_of(request), await _read(request), _flow(request)
    names = (cookie.SAML, cookie.LOGIN)
    browser = next((found for name in names if (found := cookie.read_cookie(request, name, settings.issuer))), None)
    underway = await flow.desk.underway(tenant, Handle.parse(form.get("RelayState")), browser, "saml")
    lang = negotiate(request.headers.get("accept-language"))
    proving = flow.prove(underway, form.get("SAMLResponse", ""))
    return await conclude(flow.desk, underway, proving, settings, lang)


async def _read(request: Request) -> dict[str, str]:
    """The form's fields; LoginExpired for what is no answer of a provider."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise TooLarge()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=10, errors="strict")
    except ValueError as error:
        raise LoginExpired() from error
    fields = dict(pairs)
    if kind != FORM or len(fields) != len(pairs):
        raise LoginExpired()
    return fields
