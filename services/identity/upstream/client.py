"""The client side of OpenID Connect: sends people to a tenant's identity provider and redeems what comes back.

Authorization code with PKCE, state and nonce; the response's `iss` is checked against mix-up (RFC 9207). Calls leave
through the egress client and never inside a database transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from authlib.common.urls import add_params_to_uri

from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.upstream.answer import TokenResponse, add_userinfo, read_token_response, refusal
from services.identity.upstream.documents import ProviderDocuments
from services.identity.upstream.id_token import ExpectedToken, has_login_name, read_login, verify_id_token
from services.identity.upstream.logout_token import LogoutNotice, verify_logout_token
from services.identity.upstream.metadata import ProviderMetadata, read_object
from services.identity.upstream.registration import Credentials, Registration, credentials_for
from services.identity.upstream.request import Challenge, authorization_parameters
from services.identity.upstream.signature import SignatureUnknown, usable_algorithms
from shared.kit.egress import EgressClient, EgressError

TIMEOUT = 8.0
_JSON = {"Accept": "application/json"}
Verified = TypeVar("Verified")


@dataclass(frozen=True)
class Wishes:
    """What the login should be like. `acr_values` are the provider's own."""

    acr_values: tuple[str, ...] = ()
    max_age: int | None = None
    must_log_in_again: bool = False


class Upstream:
    """Calls identity providers; remembers their documents and keys."""

    def __init__(self, egress: EgressClient) -> None:
        self._egress = egress
        self._documents = ProviderDocuments(self._fetch)

    async def login_url(self, registration: Registration, challenge: Challenge, wishes: Wishes) -> str:
        """The address to send the browser to; raises LoginFailed when the provider is out of reach."""
        metadata = await self._documents.metadata(registration.issuer)
        parameters = authorization_parameters(
            registration,
            challenge,
            wishes.acr_values,
            wishes.max_age,
            must_log_in_again=wishes.must_log_in_again,
        )
        if metadata.require_pushed_authorization_requests or registration.configuration.push_requests:
            parameters = await self._push(registration, metadata, parameters)
        return str(add_params_to_uri(metadata.authorization_endpoint, list(parameters.items())))

    async def redeem(
        self, registration: Registration, challenge: Challenge, code: str, issuer_parameter: str | None
    ) -> ProvenLogin:
        """Exchange the response's code and verify the id token; raises LoginFailed."""
        metadata = await self._documents.metadata(registration.issuer)
        check_issuer(metadata, issuer_parameter)
        expected = _expected(registration, challenge, metadata)
        answer = await self._exchange(registration, metadata, challenge, code)
        claims = await self._verified(
            metadata, lambda keys: verify_id_token(answer.id_token, keys, expected, answer.access_token)
        )
        if registration.configuration.use_userinfo and not has_login_name(claims, expected):
            claims = await self._with_userinfo(metadata, claims, answer.access_token)
        return read_login(claims, expected)

    async def logout_notice(self, issuer: str, client_id: str, token: str) -> LogoutNotice:
        """What a logout token of this provider tells (Back-Channel Logout 1.0); raises LoginFailed."""
        metadata = await self._documents.metadata(issuer)
        algorithms = usable_algorithms(metadata.id_token_signing_alg_values_supported)
        return await self._verified(
            metadata, lambda keys: verify_logout_token(token, keys, issuer, client_id, algorithms)
        )

    async def end_session_url(self, registration: Registration, back: str, state: str) -> str | None:
        """Where to send the browser to end the provider's session too; None where the provider offers nothing.

        Without `id_token_hint`, which we would have to keep: the provider may ask the person (RP-Initiated Logout 1.0).
        """
        metadata = await self._documents.metadata(registration.issuer)
        if metadata.end_session_endpoint is None:
            return None
        parameters = {"client_id": registration.client_id, "post_logout_redirect_uri": back, "state": state}
        return str(add_params_to_uri(metadata.end_session_endpoint, list(parameters.items())))

    async def _verified(self, metadata: ProviderMetadata, verify: Callable[[dict[str, Any]], Verified]) -> Verified:
        try:
            return verify(await self._documents.keys(metadata))
        except SignatureUnknown:
            # The provider may have rotated its keys since we read them.
            return verify(await self._documents.keys(metadata, renewed=True))

    async def _push(
        self, registration: Registration, metadata: ProviderMetadata, parameters: dict[str, str]
    ) -> dict[str, str]:
        """RFC 9126: hand the request over directly, so that nobody can change it on the way through the browser."""
        endpoint = metadata.pushed_authorization_request_endpoint
        if endpoint is None:
            raise LoginFailed("the provider takes no pushed requests")
        credentials = credentials_for(registration, metadata)
        answer = read_object(await self._post(endpoint, credentials, parameters, 201), "the pushed request's answer")
        reference = answer.get("request_uri")
        if not isinstance(reference, str):
            raise LoginFailed("the provider did not take the pushed request")
        return {"client_id": registration.client_id, "request_uri": reference}

    async def _exchange(
        self, registration: Registration, metadata: ProviderMetadata, challenge: Challenge, code: str
    ) -> TokenResponse:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": registration.redirect_uri,
            "code_verifier": challenge.code_verifier,
        }
        credentials = credentials_for(registration, metadata)
        return read_token_response(await self._post(metadata.token_endpoint, credentials, form, 200))

    async def _with_userinfo(
        self, metadata: ProviderMetadata, claims: dict[str, Any], access_token: str | None
    ) -> dict[str, Any]:
        if metadata.userinfo_endpoint is None or access_token is None:
            return claims
        headers = _JSON | {"Authorization": f"Bearer {access_token}"}
        return add_userinfo(claims, await self._call("GET", metadata.userinfo_endpoint, headers))

    async def _post(self, url: str, credentials: Credentials, form: dict[str, str], status: int) -> bytes:
        headers = _JSON | credentials.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._call("POST", url, headers, urlencode(form | credentials.form).encode(), status)

    async def _fetch(self, url: str) -> bytes:
        return await self._call("GET", url, _JSON)

    async def _call(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None, status: int = 200
    ) -> bytes:
        try:
            response = await self._egress.request(method, url, headers, content, TIMEOUT)
        except EgressError as error:
            code = f"the provider cannot be reached: {error.code}"
            raise LoginFailed(code, LoginFault.provider_unreachable) from error
        if response.status != status:
            raise refusal(response.status, response.content)
        return response.content


def check_issuer(metadata: ProviderMetadata, issuer_parameter: str | None) -> None:
    """RFC 9207 section 2.4: the response comes from the provider that the person was sent to; raises LoginFailed."""
    if issuer_parameter is None and metadata.authorization_response_iss_parameter_supported:
        raise LoginFailed("the response does not name its issuer although the provider says that it does")
    if issuer_parameter is not None and issuer_parameter != metadata.issuer:
        raise LoginFailed("the response comes from another issuer")


def _expected(registration: Registration, challenge: Challenge, metadata: ProviderMetadata) -> ExpectedToken:
    configuration = registration.configuration
    return ExpectedToken(
        issuer=registration.issuer,
        client_id=registration.client_id,
        nonce=challenge.nonce,
        login_claim=registration.login_claim,
        session_claim=configuration.session_claim,
        algorithms=usable_algorithms(metadata.id_token_signing_alg_values_supported),
        logged_in_after=challenge.logged_in_after,
        required_claims=configuration.required_claims,
    )
