"""`/saml/{tenant}/slo`: single logout with SAML providers, theirs and the answers to ours (SAML profiles section 4.4).

A signature is mandatory in both directions: an unsigned message would let anybody end anybody's session, and let a
person believe a logout that never was.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from lxml import etree

from services.identity.authorization.errors import LoginExpired
from services.identity.logout.answer import send_on
from services.identity.logout.departure import Providers, credential_of
from services.identity.logout.endpoints import ProvidersDep, conclude
from services.identity.logout.errors import LogoutRefused
from services.identity.logout.service import Ending, LogoutService
from services.identity.oidc_login.endpoints import HomeTenant
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ReplayKey
from services.identity.protocol.description import as_form, as_query, browser_problems, page_response, redirects
from services.identity.protocol.form import FORM
from services.identity.protocol.page import BrowserRoute
from services.identity.protocol.parameters import SAML_LOGOUT
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import ProviderService
from services.identity.replay.service import ReplayService
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.logout import (
    MAX_AGE,
    ExpectedLogout,
    LogoutAnswer,
    LogoutRequest,
    build_logout_response,
    issuer_of,
    read_logout_request,
    read_logout_response,
)
from services.identity.saml.names import REDIRECT, samlp
from services.identity.saml.posting import post_fields, read_post, verify_post
from services.identity.saml.redirect import read_redirect, redirect_url, verify_redirect
from services.identity.saml.requests import new_message_id
from services.identity.saml_login.endpoints import MOST_BYTES
from services.identity.saml_login.flow import Outgoing
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.saml_login.subject import write_subject
from services.identity.saml_login.trust import SamlTrust, trust_of
from services.identity.session import cookie
from services.identity.session.service import SessionService
from shared.kit import clock
from shared.kit.handle import Handle, digest_of
from shared.kit.problems import TooLarge
from shared.kit.text import Lang
from shared.web import LangDep

log = structlog.get_logger(__name__)

router = APIRouter(
    tags=["saml"],
    route_class=BrowserRoute,
    default_response_class=RedirectResponse,
    responses={
        **redirects("To the provider with our answer, or on with our own logout", "https://login.soderby.example/slo"),
        **page_response("The same by a form that sends itself, or what came of the logout"),
        **browser_problems(400, 413, 422, 429, 500, 503),
    },
)

_MOST_PROVIDERS = 100
# How long a provider waits for our answer while the worker tells the applications.
_PATIENCE = timedelta(seconds=2)
_STEP = 0.1


@dataclass(frozen=True)
class Verified:
    """A message that a provider of the tenant signed, and what the browser brought with it."""

    root: etree._Element
    provider: IdentityProvider
    trust: SamlTrust
    relay_state: str | None


@router.get("/saml/{tenant}/slo", status_code=303, openapi_extra=as_query(*SAML_LOGOUT))
async def saml_slo(tenant: HomeTenant, request: Request, there: ProvidersDep, lang: LangDep) -> Response:
    """A logout over the Redirect binding: the provider's request, or its answer to ours."""
    try:
        message = read_redirect(request.url.query)
        provider, trust = await _sender(there, tenant, message.root)
        root = verify_redirect(message, trust.certificates)
        response = await _act(there, Verified(root, provider, trust, message.relay_state), lang)
    except (SamlRefused, LoginFailed) as refused:
        raise _refused(tenant, refused) from refused
    return response


@router.post("/saml/{tenant}/slo", status_code=303, openapi_extra=as_form(*SAML_LOGOUT))
async def saml_slo_post(tenant: HomeTenant, request: Request, there: ProvidersDep, lang: LangDep) -> Response:
    """The same over the POST binding."""
    form = await _form(request)
    try:
        message = read_post(form.get("SAMLRequest") or form.get("SAMLResponse") or "")
        provider, trust = await _sender(there, tenant, message)
        root = verify_post(message, trust.certificates)
        response = await _act(there, Verified(root, provider, trust, form.get("RelayState")), lang)
    except (SamlRefused, LoginFailed) as refused:
        raise _refused(tenant, refused) from refused
    return response


async def _act(there: Providers, message: Verified, lang: Lang) -> Response:
    if message.root.tag == samlp("LogoutResponse"):
        return await _conclude(there, message, lang)
    response = send_on(await _obey(there, message), lang)
    cookie.clear_cookie(response, cookie.SESSION, there.issuer)
    return response


async def _sender(there: Providers, tenant: UUID, root: etree._Element) -> tuple[IdentityProvider, SamlTrust]:
    """The tenant's provider that the message names, and what is believed of it. Raises SamlRefused, LoginFailed."""
    issuer = issuer_of(root)
    async with there.database.transaction(tenant) as session:
        rows = await ProviderService(session, there.sealer).list(_MOST_PROVIDERS, None)
    for provider in rows:
        if provider.protocol == "saml" and provider.issuer == issuer:
            return provider, await trust_of(there.database, provider)
    raise SamlRefused(SamlFault.issuer, "no provider of the tenant sent this")


async def _obey(there: Providers, message: Verified) -> Outgoing:
    """End what the provider's request names, have the applications told, and answer."""
    tenant = message.provider.tenant_id
    keys = await there.keys.saml(tenant)
    asked = read_logout_request(message.root, _expected(there, message), keys.decryption, clock.now())
    ending = await _end(there, message, asked)
    is_complete = ending is None or await _is_confirmed(there, ending)
    slo = message.trust.slo
    if slo is None:
        raise SamlRefused(SamlFault.destination, "the provider names no address for answers")
    address = slo.response_location or slo.location
    answer = build_logout_response(
        LogoutAnswer(
            response_id=new_message_id(),
            in_response_to=asked.request_id,
            issued_at=clock.now(),
            sp_entity_id=ServiceProviderNames(there.issuer, tenant).entity_id,
            destination=address,
            is_complete=is_complete,
        )
    )
    credential = credential_of(keys)
    if slo.binding == REDIRECT:
        return Outgoing(redirect_url(address, "SAMLResponse", answer, message.relay_state, credential))
    return Outgoing(address, post_fields("SAMLResponse", answer, message.relay_state, credential))


async def _end(there: Providers, message: Verified, asked: LogoutRequest) -> Ending | None:
    """In one transaction: the request is used up and the sessions are over, or neither. None where none was open."""
    provider = message.provider
    used = ReplayKey(digest_of(f"{provider.issuer}\x1f{asked.request_id}"), clock.now() + MAX_AGE + message.trust.skew)
    subject = digest_of(f"{provider.issuer}\x1f{write_subject(asked.name_id)}")
    async with there.database.transaction(provider.tenant_id) as session:
        if not await ReplayService(session).use(used):
            raise LoginFailed("the logout request was used before", LoginFault.replayed)
        rows = await SessionService(session).live_upstream(provider.id, subject, asked.session_indexes)
        log.info("provider_logout", tenant=str(provider.tenant_id), sessions=len(rows))
        return await LogoutService(session, there.issuer).end(rows, "provider_logout") if rows else None


async def _is_confirmed(there: Providers, ending: Ending) -> bool:
    """Whether every application has confirmed within our patience. What happens in frames we never learn."""
    if ending.logout.front_channel:
        return False
    until = clock.now() + _PATIENCE
    while ending.told:
        async with there.database.transaction(ending.logout.tenant_id) as session:
            deliveries = await LogoutService(session, there.issuer).deliveries(ending.logout)
        if all(one.state == "delivered" for one in deliveries):
            break
        if clock.now() >= until or any(one.state == "failed" for one in deliveries):
            return False
        await asyncio.sleep(_STEP)
    return True


async def _conclude(there: Providers, message: Verified, lang: Lang) -> Response:
    """The provider's answer to our own request, which a browser that we sent there must bring."""
    handle = Handle.parse(message.relay_state)
    if handle is None or handle.tenant != message.provider.tenant_id:
        raise LoginExpired()
    async with there.database.transaction(handle.tenant) as session:
        service = LogoutService(session, there.issuer)
        logout = await service.find(handle)
        if logout is None or logout.provider_id != message.provider.id or logout.protocol_request_id is None:
            raise LoginExpired()
        fault = read_logout_response(message.root, _expected(there, message), logout.protocol_request_id, clock.now())
        await service.provider_answered(handle, _STATES.get(fault, "failed"))
    return await conclude(there, handle, lang)


_STATES = {None: "done", SamlFault.status_partial_logout: "partial"}


def _expected(there: Providers, message: Verified) -> ExpectedLogout:
    names = ServiceProviderNames(there.issuer, message.provider.tenant_id)
    return ExpectedLogout(names.slo_url, message.trust.entity_id, message.trust.skew)


def _refused(tenant: UUID, refused: SamlRefused | LoginFailed) -> LogoutRefused:
    log.warning("saml_logout_refused", tenant=str(tenant), reason=str(refused))
    return LogoutRefused()


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise TooLarge()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=10, errors="strict")
    except ValueError as error:
        raise LogoutRefused() from error
    fields = dict(pairs)
    if kind != FORM or len(fields) != len(pairs):
        raise LogoutRefused()
    return fields
