"""Who we are at a provider, and how we prove it at the provider's endpoints."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from services.identity.proof.faults import LoginFailed
from services.identity.provider.configuration import OidcConfiguration
from services.identity.upstream.metadata import ProviderMetadata
from shared.auth.jws import ALGORITHM, SigningKey
from shared.auth.service_tokens import ASSERTION_TYPE
from shared.kit import clock
from shared.kit.ids import new_id

# For one request; a clock may lag, a longer life would only be worth stealing.
ASSERTION_LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True)
class Registration:
    """Our client at a provider. `redirect_uri` is of one tenant, so that a response cannot be for another.

    `client_secret` or `key` prove who we are, as `configuration.token_auth` says.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    login_claim: str
    configuration: OidcConfiguration
    client_secret: str | None = None
    key: SigningKey | None = None


@dataclass(frozen=True)
class Credentials:
    """What goes with one request of ours."""

    headers: dict[str, str]
    form: dict[str, str]


def credentials_for(registration: Registration, metadata: ProviderMetadata) -> Credentials:
    """Our proof for the token or the pushed request endpoint; raises LoginFailed where we have none."""
    method = registration.configuration.token_auth
    if method == "private_key_jwt":
        return Credentials({}, _assertion(registration, metadata))
    if registration.client_secret is None:
        raise LoginFailed("no client secret is registered for the provider")
    if method == "client_secret_post":
        return Credentials({}, {"client_id": registration.client_id, "client_secret": registration.client_secret})
    pair = f"{quote(registration.client_id, safe='')}:{quote(registration.client_secret, safe='')}"
    return Credentials({"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {})


def _assertion(registration: Registration, metadata: ProviderMetadata) -> dict[str, str]:
    """RFC 7523 section 2.2. The audience is the issuer alone: what we sign for one provider is of no use at another
    that claims the first one's token endpoint as its own."""
    offered = metadata.token_endpoint_auth_signing_alg_values_supported
    if registration.key is None:
        raise LoginFailed("no key of the tenant is there to prove who we are to the provider")
    if offered is not None and ALGORITHM not in offered:
        raise LoginFailed(f"the provider accepts no client assertion that is signed with {ALGORITHM}")
    is_for_issuer = registration.configuration.assertion_audience == "issuer"
    now = clock.now()
    claims = {
        "iss": registration.client_id,
        "sub": registration.client_id,
        "aud": metadata.issuer if is_for_issuer else metadata.token_endpoint,
        "iat": int(now.timestamp()),
        "exp": int((now + ASSERTION_LIFETIME).timestamp()),
        "jti": str(new_id()),
    }
    return {
        "client_id": registration.client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": registration.key.sign(claims, "JWT"),
    }
