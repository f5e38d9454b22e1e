"""The authorization request that a person carries to a provider (OpenID Connect Core 1.0 section 3.1.2.1)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from services.identity.upstream.registration import Registration

# What the provider's clock and ours may differ by when a login is measured against what was asked for.
AGE_LEEWAY = timedelta(seconds=30)


@dataclass(frozen=True)
class Challenge:
    """What binds a login's request to its response.

    The login must have happened after `logged_in_after` (None: whenever), and the id token must say when it did.
    """

    state: str
    nonce: str
    code_verifier: str
    logged_in_after: datetime | None = None


def oldest_login(sent_at: datetime, max_age: int | None, *, must_log_in_again: bool) -> datetime | None:
    """When the person must have logged in at the earliest for a request that was sent at `sent_at`.

    A provider may leave `prompt=login` and `max_age` unheeded, or a person may take them out of the address, so what
    comes back is measured.
    """
    if must_log_in_again:
        return sent_at - AGE_LEEWAY
    return sent_at - timedelta(seconds=max_age) - AGE_LEEWAY if max_age is not None else None


def authorization_parameters(
    registration: Registration,
    challenge: Challenge,
    acr_values: tuple[str, ...],
    max_age: int | None,
    *,
    must_log_in_again: bool,
) -> dict[str, str]:
    """The request, with PKCE, state and nonce always."""
    configuration = registration.configuration
    parameters = dict(configuration.parameters) | {
        "response_type": "code",
        "client_id": registration.client_id,
        "redirect_uri": registration.redirect_uri,
        "scope": " ".join(configuration.scopes),
        "state": challenge.state,
        "nonce": challenge.nonce,
        "code_challenge": create_s256_code_challenge(challenge.code_verifier),
        "code_challenge_method": "S256",
    }
    if acr_values and configuration.acr_request == "acr_values":
        given = configuration.parameters.get("acr_values")
        parameters["acr_values"] = " ".join((given, *acr_values) if given else acr_values)
    if acr_values and configuration.acr_request == "claims":
        parameters["claims"] = _claims(configuration.acr_claim, acr_values)
    if max_age is not None:
        parameters["max_age"] = str(max_age)
    if must_log_in_again:
        parameters["prompt"] = "login"
    return parameters


def _claims(claim: str, wanted: tuple[str, ...]) -> str:
    """Core section 5.5.1: the claim as essential, with the one value or the several that would do."""
    asked: dict[str, object] = {"essential": True}
    asked |= {"value": wanted[0]} if len(wanted) == 1 else {"values": list(wanted)}
    return json.dumps({"id_token": {claim: asked}}, separators=(",", ":"))
