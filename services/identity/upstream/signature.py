"""The signature of a provider's token and the claims that every kind of token has.

joserfc does the signature: providers sign with RSA more often than not, which our own tokens' verifier refuses.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.identity.proof.faults import LoginFailed

ALGORITHMS = ("RS256", "PS256", "ES256")
MAX_TOKEN_BYTES = 16 * 1024


class SignatureUnknown(LoginFailed):
    """No key that we know made the signature; the provider may have changed its keys since."""


def usable_algorithms(offered: Sequence[str] | None) -> list[str]:
    """Those of ours that the provider says it signs with; raises LoginFailed where there is none."""
    usable = [name for name in ALGORITHMS if offered is None or name in offered]
    if not usable:
        raise LoginFailed("the provider signs with no algorithm that we accept")
    return usable


def signed_claims(token: str, keys: Mapping[str, Any], algorithms: Sequence[str]) -> dict[str, Any]:
    """The claims of a token that one of `keys` signed; raises SignatureUnknown."""
    if len(token) > MAX_TOKEN_BYTES:
        raise LoginFailed("the token is too large")
    try:
        return dict(jwt.decode(token, _verification_keys(keys), algorithms=list(algorithms)).claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SignatureUnknown(f"the token is not signed by the provider: {type(error).__name__}") from error


def token_type(token: str) -> str | None:
    """The header's `typ` in lower case without `application/`; raises LoginFailed for what is no token."""
    if len(token) > MAX_TOKEN_BYTES:
        raise LoginFailed("the token is too large")
    try:
        found = jws.extract_compact(token.encode()).headers().get("typ")
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise LoginFailed("not a signed token") from error
    return found.lower().removeprefix("application/") if isinstance(found, str) else None


def check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Core section 3.1.3.7 points 3 to 5: the token is for us, and where it names an authorised party, that is us."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise LoginFailed("the token is meant for another client")
    party = claims.get("azp")
    if party != client_id and (party is not None or len(audiences) > 1):
        raise LoginFailed("the token does not name us as the authorised party")


def instant(claims: Mapping[str, Any], name: str) -> datetime:
    """A NumericDate; raises LoginFailed for anything else."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise LoginFailed(f"the token has no {name}")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise LoginFailed(f"the token has no usable {name}") from error


def _verification_keys(keys: Mapping[str, Any]) -> KeySet:
    """The provider's RSA and EC signature keys; a secret that stands among them by mistake must verify nothing."""
    usable: Any = [key for key in keys["keys"] if key["kty"] in ("RSA", "EC") and key.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": usable})
