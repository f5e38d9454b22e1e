"""`/oauth2/token`, `/oauth2/revoke`, `/oauth2/introspect`: forms in, OAuth's own JSON out."""

from typing import Any

from fastapi import APIRouter, Request, Response, Security

from services.identity.dependencies import CutoffsDep, DatabaseDep, KeyRingDep, SettingsDep
from services.identity.protocol.answer import json_answer, refuse
from services.identity.protocol.description import ClientSecretBasic, Responses, as_form, oauth_errors
from services.identity.protocol.parameters import INTROSPECTION, REVOCATION, TOKEN
from services.identity.protocol.refusal import Refusal
from services.identity.protocol.route import ProtocolRoute
from services.identity.protocol.schemas import OAuthIntrospection, OAuthToken
from services.identity.token.desk import token_desk
from services.identity.token.introspection import Introspection
from services.identity.token.service import TokenService
from shared.auth.principal import API_AUDIENCE, service_audience
from shared.auth.verifier import TokenVerifier
from shared.kit.handle import Handle

router = APIRouter(
    tags=["oauth2"],
    route_class=ProtocolRoute,
    responses=oauth_errors(),
    dependencies=[Security(ClientSecretBasic())],
)

# By HTTP Basic, or by what stands in the form.
_OR_NOT: dict[str, Any] = {"security": [{}]}
_DONE: Responses = {200: {"description": "Ended, or never known", "content": {"application/json": {"example": {}}}}}
_SERVICES = ("identity", "projects", "sync", "training", "webhooks", "portal")


@router.post("/oauth2/token", response_model=OAuthToken, openapi_extra=as_form(*TOKEN) | _OR_NOT)
async def oauth2_token(request: Request) -> Response:
    """A code, a refresh token, a device's code, a person's token or a program's own credentials become tokens.

    With a `DPoP` header the access token is bound to the key of that proof (RFC 9449).
    """
    try:
        return json_answer(await token_desk(request).answer(request))
    except Refusal as refusal:
        return refuse(refusal)


@router.post("/oauth2/revoke", responses=_DONE, openapi_extra=as_form(*REVOCATION) | _OR_NOT)
async def oauth2_revoke(request: Request, database: DatabaseDep) -> Response:
    """End a refresh token and its family (RFC 7009). Access tokens live five minutes and end by themselves."""
    desk = token_desk(request)
    try:
        form, holder = await desk.read(request)
        token = form.need("token")
        handle = Handle.parse(token)
        if handle is None and token.count(".") == 2:
            raise Refusal("unsupported_token_type", "access tokens expire by themselves; revoke the refresh token")
        if handle is not None:
            async with database.transaction(handle.tenant) as session:
                await TokenService(session, desk.lifetimes).revoke(handle, holder.client)
        return json_answer({})
    except Refusal as refusal:
        return refuse(refusal)


@router.post("/oauth2/introspect", response_model=OAuthIntrospection, openapi_extra=as_form(*INTROSPECTION) | _OR_NOT)
async def oauth2_introspect(
    request: Request,
    database: DatabaseDep,
    ring: KeyRingDep,
    cutoffs: CutoffsDep,
    settings: SettingsDep,
) -> Response:
    """What is known of a token (RFC 7662), for clients that can prove who they are."""
    desk = token_desk(request)
    audiences = [API_AUDIENCE, *(service_audience(name) for name in _SERVICES)]
    verifier = TokenVerifier(ring, issuer=settings.issuer, audiences=audiences)
    try:
        form, holder = await desk.read(request)
        if holder.client.kind == "public":
            raise Refusal("invalid_client", "the client must authenticate")
        introspection = Introspection(database, settings.issuer, verifier, cutoffs, desk.lifetimes)
        return json_answer(await introspection.describe(form.need("token"), holder.client))
    except Refusal as refusal:
        return refuse(refusal)
