"""`/oauth2/device-authorization` for devices, `/oauth2/device` for people (RFC 8628)."""

import secrets
from typing import Annotated
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.responses import HTMLResponse

from services.identity.authorization.errors import LoginExpired
from services.identity.authorization.request import AuthorizationRequest, check_scope
from services.identity.authorization.service import LOGIN_LIFETIME, Authorization
from services.identity.dependencies import ClientsDep, DatabaseDep, SettingsDep
from services.identity.device import page
from services.identity.device.service import INTERVAL, LIFETIME, DeviceService
from services.identity.dpop.service import proven_key
from services.identity.protocol.answer import json_answer, redirect, refuse
from services.identity.protocol.browser import is_from_another_origin
from services.identity.protocol.description import (
    ClientSecretBasic,
    as_form,
    as_query,
    browser_problems,
    oauth_errors,
    page_response,
    redirects,
)
from services.identity.protocol.form import Parameters, only_header
from services.identity.protocol.page import BrowserRoute
from services.identity.protocol.parameters import DEVICE, DEVICE_CODE, DEVICE_PAGE
from services.identity.protocol.refusal import Refusal
from services.identity.protocol.schemas import OAuthDevice
from services.identity.session import cookie
from services.identity.session.service import LiveSession, live_session
from shared.kit.kit_tables import NO_TENANT
from shared.kit.problems import BadRequest
from shared.web import LangDep

router = APIRouter(tags=["oauth2"], responses=oauth_errors(), dependencies=[Security(ClientSecretBasic())])
pages = APIRouter(
    tags=["oauth2"],
    route_class=BrowserRoute,
    default_response_class=HTMLResponse,
    responses={**page_response("The next question, or the outcome"), **browser_problems(400, 404, 413, 429, 500, 503)},
)
# Whom a login for this page is for; no such client is registered, so nobody can redeem the code that it ends in.
_ITSELF = "startklar-device-page"


@router.post(
    "/oauth2/device-authorization", response_model=OAuthDevice, openapi_extra=as_form(*DEVICE) | {"security": [{}]}
)
async def oauth2_device_authorization(
    request: Request, database: DatabaseDep, clients: ClientsDep, settings: SettingsDep
) -> Response:
    """A device asks for a code that its person can type on a page of ours."""
    here = f"{settings.issuer}/oauth2/device-authorization"
    try:
        form = Parameters.parse_body(await request.body(), request.headers.get("content-type"))
        client = await clients.authenticate(form, only_header(request.headers.getlist("authorization")))
        if not client.may(DEVICE_CODE):
            raise Refusal("unauthorized_client", "the client is not registered for devices")
        tenant = await Authorization(database).find_tenant(form.get("tenant"))
        if tenant is None or client.tenant_id not in (NO_TENANT, tenant):
            raise Refusal("invalid_request", "tenant must name a tenant that the client may work in")
        scope = check_scope(form.need("scope"), client)
        proofs = request.headers.getlist("dpop")
        key = await proven_key(database, client, proofs, here) if proofs else None
        async with database.transaction(tenant) as session:
            device, user_code = await DeviceService(session).begin(client, scope, key)
    except Refusal as refusal:
        return refuse(refusal)
    address = add_params_to_uri(f"{settings.issuer}/oauth2/device", [("tenant", form.need("tenant"))])
    return json_answer(
        {
            "device_code": device.text,
            "user_code": user_code,
            "verification_uri": address,
            "verification_uri_complete": add_params_to_uri(address, [("user_code", user_code)]),
            "expires_in": int(LIFETIME.total_seconds()),
            "interval": INTERVAL,
        }
    )


class DevicePage:
    """The person at `/oauth2/device`: which tenant, logged in or not."""

    def __init__(self, database: DatabaseDep, settings: SettingsDep) -> None:
        self._database = database
        self._issuer = settings.issuer
        self._decisions = Authorization(database)

    async def tenant(self, asked: Parameters) -> UUID | None:
        return await self._decisions.find_tenant(asked.get("tenant"))

    async def live(self, request: Request, wanted: AuthorizationRequest) -> LiveSession | None:
        """The session that may answer for a person of the tenant."""
        live = await live_session(self._database, cookie.read_cookie(request, cookie.SESSION, self._issuer))
        return live if live is not None and await self._decisions.may_use(live, wanted) else None

    def login(self, tenant: UUID, asked: Parameters) -> AuthorizationRequest:
        """A login that comes back to this page, and to nobody else."""
        kept = [(name, value) for name, value in asked.all().items() if name in ("tenant", "user_code")]
        return AuthorizationRequest(
            client_id=_ITSELF,
            redirect_uri=add_params_to_uri(f"{self._issuer}/oauth2/device", kept),
            scope="openid",
            state=None,
            nonce=None,
            code_challenge=create_s256_code_challenge(secrets.token_urlsafe(48)),
            tenant=tenant,
            home=None,
            acr_values=(),
            max_age=None,
            prompt=None,
        )

    async def ask_for_login(
        self, request: Request, lang: LangDep, wanted: AuthorizationRequest, *, has_failed: bool
    ) -> Response:
        browser = cookie.read_cookie(request, cookie.LOGIN, self._issuer)
        begun = await self._decisions.begin_login(wanted, None, browser)
        address = add_params_to_uri(f"{self._issuer}{begun.path}", [("request", begun.handle.text)])
        response = page.ask_for_login(lang, address, has_failed=has_failed)
        max_age = int(LOGIN_LIFETIME.total_seconds())
        cookie.set_cookie(response, cookie.LOGIN, begun.browser, issuer=self._issuer, max_age=max_age)
        return response


async def _desk(database: DatabaseDep, settings: SettingsDep) -> DevicePage:
    return DevicePage(database, settings)


PageDep = Annotated[DevicePage, Depends(_desk)]


@pages.get("/oauth2/device", openapi_extra=as_query(*DEVICE_PAGE[:3]))
async def oauth2_device(request: Request, desk: PageDep, lang: LangDep) -> Response:
    """Ask for the organisation, then for a login, then for the code."""
    asked = _readable(request.url.query)
    tenant = await desk.tenant(asked)
    if tenant is None:
        return page.ask_for_tenant(lang)
    wanted = desk.login(tenant, asked)
    if await desk.live(request, wanted) is None:
        return await desk.ask_for_login(request, lang, wanted, has_failed=asked.get("error") is not None)
    return page.ask_for_code(lang, asked.need("tenant"), asked.get("user_code") or "")


@pages.post(
    "/oauth2/device",
    openapi_extra=as_form(*DEVICE_PAGE[:2], DEVICE_PAGE[3]),
    responses=redirects("To the same page, for a form from elsewhere", "https://api.startklar.dev/oauth2/device"),
)
async def oauth2_device_post(
    request: Request, desk: PageDep, database: DatabaseDep, settings: SettingsDep, lang: LangDep
) -> Response:
    """The code, and then the person's answer. A form that another origin sent answers nothing."""
    asked = _readable((await request.body()).decode("ascii", "replace"))
    if is_from_another_origin(request):
        return redirect(f"{settings.issuer}/oauth2/device", {"tenant": asked.get("tenant")})
    tenant = await desk.tenant(asked)
    live = await desk.live(request, desk.login(tenant, asked)) if tenant else None
    if tenant is None or live is None:
        raise LoginExpired()
    user_code, decision = asked.get("user_code") or "", asked.get("decision")
    async with database.transaction(tenant) as session:
        devices = DeviceService(session)
        grant = await devices.find(user_code, live.account_id)
        if grant is not None and decision in ("approve", "deny"):
            await devices.decide(grant, live, is_approved=decision == "approve")
    if grant is None:
        return page.ask_for_code(lang, asked.need("tenant"), user_code, is_wrong=True)
    if decision not in ("approve", "deny"):
        return page.ask_for_answer(lang, asked.need("tenant"), user_code, grant)
    return page.show_outcome(lang, is_approved=decision == "approve")


def _readable(raw: str) -> Parameters:
    try:
        return Parameters.parse(raw)
    except Refusal as refusal:
        raise BadRequest(refusal.description) from refusal
