"""The client side of OpenID Connect: sends people to a tenant's identity provider and redeems what comes back.

Authorization code with PKCE, state and nonce; the response's `iss` is checked against mix-up (RFC 9207). Calls leave
through the egress client and never inside a database transaction.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.upstream.id_token import ExpectedToken, verify_id_token
from services.identity.upstream.metadata import ProviderMetadata, discovery_url, read_metadata, read_object
from shared.kit import clock
from shared.kit.egress import EgressClient, EgressError

CACHE_FOR = timedelta(minutes=10)
TIMEOUT = 8.0


@dataclass(frozen=True)
class Registration:
    """Our client at a provider. `redirect_uri` is of one tenant, so that a response cannot be for another."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    login_claim: str


@dataclass(frozen=True)
class Challenge:
    """What binds a login's request to its response, and whether it asked for a recent login (`max_age`)."""

    state: str
    nonce: str
    code_verifier: str
    asks_for_age: bool = False


@dataclass(frozen=True)
class Wishes:
    """What the login should be like. `acr_values` are the provider's own."""

    acr_values: tuple[str, ...] = ()
    max_age: int | None = None
    must_log_in_again: bool = False


class Upstream:
    """Calls identity providers; remembers their documents and keys for `CACHE_FOR`."""

    def __init__(self, egress: EgressClient) -> None:
        self._egress = egress
        self._documents: dict[str, tuple[datetime, ProviderMetadata]] = {}
        self._keys: dict[str, tuple[datetime, dict[str, Any]]] = {}

    async def login_url(self, registration: Registration, challenge: Challenge, wishes: Wishes) -> str:
        """The address to send the browser to; raises LoginFailed when the provider is out of reach."""
        metadata = await self._metadata(registration.issuer)
        parameters = {
            "response_type": "code",
            "client_id": registration.client_id,
            "redirect_uri": registration.redirect_uri,
            "scope": "openid profile",
            "state": challenge.state,
            "nonce": challenge.nonce,
            "code_challenge": create_s256_code_challenge(challenge.code_verifier),
            "code_challenge_method": "S256",
        }
        if wishes.acr_values:
            parameters["acr_values"] = " ".join(wishes.acr_values)
        if wishes.max_age is not None:
            parameters["max_age"] = str(wishes.max_age)
        if wishes.must_log_in_again:
            parameters["prompt"] = "login"
        return str(add_params_to_uri(metadata.authorization_endpoint, list(parameters.items())))

    async def redeem(
        self, registration: Registration, challenge: Challenge, code: str, issuer_parameter: str | None
    ) -> ProvenLogin:
        """Exchange the response's code and verify the id token; raises LoginFailed."""
        metadata = await self._metadata(registration.issuer)
        self._check_issuer(metadata, issuer_parameter)
        token = await self._id_token(metadata, registration, challenge, code)
        expected = ExpectedToken(
            registration.issuer,
            registration.client_id,
            challenge.nonce,
            registration.login_claim,
            tells_time=challenge.asks_for_age,
        )
        try:
            return verify_id_token(token, await self._key_set(metadata, fresh=False), expected)
        except LoginFailed:
            # The provider may have rotated its keys since we read them; anything else fails the second time too.
            return verify_id_token(token, await self._key_set(metadata, fresh=True), expected)

    @staticmethod
    def _check_issuer(metadata: ProviderMetadata, issuer_parameter: str | None) -> None:
        if issuer_parameter is None and metadata.authorization_response_iss_parameter_supported:
            raise LoginFailed("the response does not name its issuer although the provider says that it does")
        if issuer_parameter is not None and issuer_parameter != metadata.issuer:
            raise LoginFailed("the response comes from another issuer")

    async def _id_token(
        self, metadata: ProviderMetadata, registration: Registration, challenge: Challenge, code: str
    ) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": registration.redirect_uri,
            "code_verifier": challenge.code_verifier,
        }
        credentials = f"{quote(registration.client_id, safe='')}:{quote(registration.client_secret, safe='')}"
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}",
        }
        body = await self._call("POST", metadata.token_endpoint, headers, urlencode(form).encode())
        token = read_object(body, "the provider's token response").get("id_token")
        if not isinstance(token, str):
            raise LoginFailed("the provider gave no id token")
        return token

    async def _metadata(self, issuer: str) -> ProviderMetadata:
        known = self._documents.get(issuer)
        if known is None or clock.now() - known[0] >= CACHE_FOR:
            content = await self._call("GET", discovery_url(issuer), {"Accept": "application/json"})
            known = self._documents[issuer] = (clock.now(), read_metadata(content, issuer))
        return known[1]

    async def _key_set(self, metadata: ProviderMetadata, *, fresh: bool) -> dict[str, Any]:
        known = self._keys.get(metadata.jwks_uri)
        if fresh or known is None or clock.now() - known[0] >= CACHE_FOR:
            content = await self._call("GET", metadata.jwks_uri, {"Accept": "application/json"})
            known = self._keys[metadata.jwks_uri] = (clock.now(), read_object(content, "the provider's key set"))
        return known[1]

    async def _call(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None) -> bytes:
        try:
            response = await self._egress.request(method, url, headers, content, TIMEOUT)
        except EgressError as error:
            raise LoginFailed(
                f"the provider cannot be reached: {error.code}", LoginFault.provider_unreachable
            ) from error
        if response.status != 200:
            raise LoginFailed(f"the provider answered {response.status}", LoginFault.provider_unreachable)
        return response.content
