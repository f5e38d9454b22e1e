"""The token endpoint's work for one request: who asks, for what, and the answer."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from fastapi import Request

from services.identity.client.authentication import ClientAuthenticator
from services.identity.dependencies import settings_of
from services.identity.dpop.service import proven_key
from services.identity.key.ring import KeyRing
from services.identity.protocol.form import Parameters, only_header
from services.identity.protocol.parameters import DEVICE_CODE, TOKEN_EXCHANGE
from services.identity.protocol.refusal import Refusal
from services.identity.settings import Settings
from services.identity.token.client_credentials import grant_program
from services.identity.token.exchange import ACCESS_TOKEN, grant_exchange
from services.identity.token.issue import TokenIssuer
from services.identity.token.redemption import redeem
from services.identity.token.service import Granted, Holder, Lifetimes, Redirect, TokenService
from shared.auth.cutoffs import AccessCutoffs
from shared.auth.principal import API_AUDIENCE
from shared.auth.verifier import TokenVerifier
from shared.kit.handle import Handle
from shared.web.runtime import Runtime, runtime


class TokenDesk:
    """Reads who asks, and answers by grant."""

    def __init__(self, held: Runtime, settings: Settings) -> None:
        self._database = held.database
        self._ring: KeyRing = held.resources[KeyRing]
        self._clients: ClientAuthenticator = held.resources[ClientAuthenticator]
        self._cutoffs: AccessCutoffs = held.resources[AccessCutoffs]
        self._issuer = TokenIssuer(self._ring, settings.issuer, settings.access_token_seconds)
        self._url = settings.issuer
        self.lifetimes = Lifetimes(
            idle=timedelta(seconds=settings.refresh_idle_seconds), longest=timedelta(seconds=settings.session_seconds)
        )

    async def read(self, request: Request) -> tuple[Parameters, Holder]:
        """The form and the authenticated client, without a proof; raises Refusal."""
        form = Parameters.parse_body(await request.body(), request.headers.get("content-type"))
        authorization = only_header(request.headers.getlist("authorization"))
        return form, Holder(await self._clients.authenticate(form, authorization), None)

    async def answer(self, request: Request) -> dict[str, Any]:
        """The token response (RFC 6749 section 5.1); raises Refusal."""
        form, holder = await self.read(request)
        grants: dict[str, Callable[[Parameters, Holder], Awaitable[dict[str, Any]]]] = {
            "authorization_code": self._code,
            "refresh_token": self._refresh,
            "client_credentials": self._program,
            DEVICE_CODE: self._device,
            TOKEN_EXCHANGE: self._exchange,
        }
        named = form.need("grant_type")
        grant = grants.get(named)
        if grant is None:
            raise Refusal("unsupported_grant_type", f"one of: {', '.join(grants)}")
        if not holder.client.may(named):
            raise Refusal("unauthorized_client", "the client is not registered for this grant")
        proofs = request.headers.getlist("dpop")
        key = await proven_key(self._database, holder.client, proofs, f"{self._url}/oauth2/token")
        return await grant(form, Holder(holder.client, key))

    async def _code(self, form: Parameters, holder: Holder) -> dict[str, Any]:
        code = _handle(form.need("code"), "the code is unknown, expired or used")
        redirect = Redirect(form.get("redirect_uri"), form.get("code_verifier"))
        outcome = await redeem(self._database, code, holder, redirect, self.lifetimes)
        if outcome is None:
            async with self._database.transaction(code.tenant) as session:
                outcome = await TokenService(session, self.lifetimes).redeem_code(code, holder, redirect)
        return await self._person_answer(outcome)

    async def _refresh(self, form: Parameters, holder: Holder) -> dict[str, Any]:
        token = _handle(form.need("refresh_token"), "the refresh token is no longer valid")
        async with self._database.transaction(token.tenant) as session:
            outcome = await TokenService(session, self.lifetimes).refresh(token, holder, form.get("scope"))
        return await self._person_answer(outcome)

    async def _device(self, form: Parameters, holder: Holder) -> dict[str, Any]:
        device = _handle(form.need("device_code"), "the device code is unknown or used")
        async with self._database.transaction(device.tenant) as session:
            outcome = await TokenService(session, self.lifetimes).redeem_device(device, holder)
        return await self._person_answer(outcome)

    async def _exchange(self, form: Parameters, holder: Holder) -> dict[str, Any]:
        verifier = TokenVerifier(self._ring, issuer=self._url, audiences=[API_AUDIENCE])
        exchange = await grant_exchange(holder.client, form, verifier, self._cutoffs)
        token = await self._issuer.exchanged_token(exchange, holder.client)
        answer = self._answer(token, exchange.scope, None, exchange.seconds)
        return answer | {"issued_token_type": ACCESS_TOKEN}

    async def _program(self, form: Parameters, holder: Holder) -> dict[str, Any]:
        client, key = holder.client, holder.key
        grant = await grant_program(self._database, client, form)
        token = await self._issuer.client_token(client, grant.audience, grant.scope, grant.tenant, key)
        return self._answer(token, grant.scope, key, self._issuer.seconds)

    async def _person_answer(self, outcome: Granted | Refusal) -> dict[str, Any]:
        if isinstance(outcome, Refusal):
            raise outcome
        grant = outcome.grant
        token = await self._issuer.access_token(grant)
        answer = self._answer(token, grant.scope, grant.key, self._issuer.seconds)
        if "openid" in grant.scope.split():
            answer["id_token"] = await self._issuer.id_token(grant)
        if outcome.refresh_token is not None:
            answer["refresh_token"] = outcome.refresh_token
        return answer

    @staticmethod
    def _answer(token: str, scope: str, key: str | None, seconds: int) -> dict[str, Any]:
        token_type = "DPoP" if key else "Bearer"
        return {"access_token": token, "token_type": token_type, "expires_in": seconds, "scope": scope}


def token_desk(request: Request) -> TokenDesk:
    """The desk that serves `request`. Called, since to solve a dependency costs more than this."""
    return TokenDesk(runtime(request), settings_of(request))


def _handle(text: str, refusal: str) -> Handle:
    handle = Handle.parse(text)
    if handle is None:
        raise Refusal("invalid_grant", refusal)
    return handle
