"""`/oauth2/token`, `/oauth2/revoke`, `/oauth2/introspect`: forms in, OAuth's own JSON out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, Security

from services.identity.client.authentication import ClientAuthenticator
from services.identity.client.models import Client
from services.identity.dependencies import CutoffsDep, DatabaseDep, KeyRingDep, SettingsDep
from services.identity.protocol.answer import json_answer, refuse
from services.identity.protocol.description import ClientSecretBasic, Responses, as_form, oauth_errors
from services.identity.protocol.form import Parameters
from services.identity.protocol.parameters import INTROSPECTION, REVOCATION, TOKEN
from services.identity.protocol.refusal import Refusal
from services.identity.protocol.schemas import OAuthIntrospection, OAuthToken
from services.identity.settings import Settings
from services.identity.token.client_credentials import grant_program
from services.identity.token.introspection import Introspection
from services.identity.token.issue import TokenIssuer
from services.identity.token.service import Granted, Lifetimes, TokenService
from shared.auth.principal import API_AUDIENCE, service_audience
from shared.auth.verifier import TokenVerifier
from shared.kit.db import Database
from shared.kit.handle import Handle

router = APIRouter(tags=["oauth2"], responses=oauth_errors(), dependencies=[Security(ClientSecretBasic())])

# By HTTP Basic, or by what stands in the form.
_OR_NOT: dict[str, Any] = {"security": [{}]}
_DONE: Responses = {200: {"description": "Ended, or never known", "content": {"application/json": {"example": {}}}}}
_SERVICES = ("identity", "projects", "sync", "training", "webhooks", "portal")


class TokenDesk:
    """The token endpoint's work for one request: who asks, for what, and the answer."""

    def __init__(self, database: DatabaseDep, ring: KeyRingDep, settings: SettingsDep) -> None:
        self._database: Database = database
        self._settings: Settings = settings
        self._issuer = TokenIssuer(ring, settings.issuer, settings.access_token_seconds)
        self.lifetimes = Lifetimes(
            idle=timedelta(seconds=settings.refresh_idle_seconds), longest=timedelta(seconds=settings.session_seconds)
        )

    async def read(self, request: Request) -> tuple[Parameters, Client]:
        """The form and the authenticated client; raises Refusal."""
        form = Parameters.parse_body(await request.body(), request.headers.get("content-type"))
        authorization = request.headers.getlist("authorization")
        if len(authorization) > 1:
            raise Refusal("invalid_request", "more than one Authorization header")
        authenticator = ClientAuthenticator(self._database, self._settings.issuer)
        return form, await authenticator.authenticate(form, authorization[0] if authorization else None)

    async def answer(self, form: Parameters, client: Client) -> dict[str, Any]:
        """The token response (RFC 6749 section 5.1); raises Refusal."""
        grants: dict[str, Callable[[Parameters, Client], Awaitable[dict[str, Any]]]] = {
            "authorization_code": self._code,
            "refresh_token": self._refresh,
            "client_credentials": self._program,
        }
        grant = grants.get(form.need("grant_type"))
        if grant is None:
            raise Refusal("unsupported_grant_type", f"one of: {', '.join(grants)}")
        return await grant(form, client)

    async def _code(self, form: Parameters, client: Client) -> dict[str, Any]:
        code = _handle(form.need("code"), "the code is unknown, expired or used")
        async with self._database.transaction(code.tenant) as session:
            outcome = await TokenService(session, self.lifetimes).redeem_code(
                code, client, form.get("redirect_uri"), form.get("code_verifier")
            )
        return await self._person_answer(outcome)

    async def _refresh(self, form: Parameters, client: Client) -> dict[str, Any]:
        token = _handle(form.need("refresh_token"), "the refresh token is no longer valid")
        async with self._database.transaction(token.tenant) as session:
            outcome = await TokenService(session, self.lifetimes).refresh(token, client, form.get("scope"))
        return await self._person_answer(outcome)

    async def _person_answer(self, outcome: Granted | Refusal) -> dict[str, Any]:
        if isinstance(outcome, Refusal):
            raise outcome
        grant = outcome.grant
        answer = self._bearer(await self._issuer.access_token(grant), grant.scope)
        if "openid" in grant.scope.split():
            answer["id_token"] = await self._issuer.id_token(grant)
        if outcome.refresh_token is not None:
            answer["refresh_token"] = outcome.refresh_token
        return answer

    async def _program(self, form: Parameters, client: Client) -> dict[str, Any]:
        grant = await grant_program(self._database, client, form)
        token = await self._issuer.client_token(client, grant.audience, grant.scope, grant.tenant)
        return self._bearer(token, grant.scope)

    def _bearer(self, token: str, scope: str) -> dict[str, Any]:
        return {"access_token": token, "token_type": "Bearer", "expires_in": self._issuer.seconds, "scope": scope}


DeskDep = Annotated[TokenDesk, Depends(TokenDesk)]


@router.post("/oauth2/token", response_model=OAuthToken, openapi_extra=as_form(*TOKEN) | _OR_NOT)
async def oauth2_token(request: Request, desk: DeskDep) -> Response:
    """A code, a refresh token or a program's own credentials become tokens."""
    try:
        form, client = await desk.read(request)
        return json_answer(await desk.answer(form, client))
    except Refusal as refusal:
        return refuse(refusal)


@router.post("/oauth2/revoke", responses=_DONE, openapi_extra=as_form(*REVOCATION) | _OR_NOT)
async def oauth2_revoke(request: Request, desk: DeskDep, database: DatabaseDep) -> Response:
    """End a refresh token and its family (RFC 7009). Access tokens live five minutes and end by themselves."""
    try:
        form, client = await desk.read(request)
        token = form.need("token")
        handle = Handle.parse(token)
        if handle is None and token.count(".") == 2:
            raise Refusal("unsupported_token_type", "access tokens expire by themselves; revoke the refresh token")
        if handle is not None:
            async with database.transaction(handle.tenant) as session:
                await TokenService(session, desk.lifetimes).revoke(handle, client)
        return json_answer({})
    except Refusal as refusal:
        return refuse(refusal)


@router.post("/oauth2/introspect", response_model=OAuthIntrospection, openapi_extra=as_form(*INTROSPECTION) | _OR_NOT)
async def oauth2_introspect(
    request: Request,
    desk: DeskDep,
    database: DatabaseDep,
    ring: KeyRingDep,
    cutoffs: CutoffsDep,
    settings: SettingsDep,
) -> Response:
    """What is known of a token (RFC 7662), for clients that can prove who they are."""
    audiences = [API_AUDIENCE, *(service_audience(name) for name in _SERVICES)]
    verifier = TokenVerifier(ring, issuer=settings.issuer, audiences=audiences)
    try:
        form, client = await desk.read(request)
        if client.kind == "public":
            raise Refusal("invalid_client", "the client must authenticate")
        introspection = Introspection(database, settings.issuer, verifier, cutoffs, desk.lifetimes)
        return json_answer(await introspection.describe(form.need("token"), client))
    except Refusal as refusal:
        return refuse(refusal)


def _handle(text: str, refusal: str) -> Handle:
    handle = Handle.parse(text)
    if handle is None:
        raise Refusal("invalid_grant", refusal)
    return handle
