"""The provider's RSA key, made once per installation, and the id tokens that it signs."""

import os
import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey


class Signer:
    """RS256, as most school identity providers sign, under a key kept beside the directory file (mode 0600)."""

    def __init__(self, path: Path) -> None:
        self._key = _load_or_make(path)

    def jwks(self) -> dict[str, Any]:
        """The public key set."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def id_token(self, issuer: str, client_id: str, claims: dict[str, Any]) -> str:
        """A token of five minutes with `claims`."""
        now = int(time.time())
        common = {"iss": issuer, "aud": client_id, "iat": now, "exp": now + 300}
        header = {"alg": "RS256", "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, common | claims, self._key, algorithms=["RS256"])


def _load_or_make(path: Path) -> RSAKey:
    parameters: Any = {"use": "sig", "alg": "RS256"}
    if path.exists():
        key = RSAKey.import_key(path.read_bytes(), parameters)
    else:
        key = RSAKey.generate_key(2048, parameters)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.as_pem(private=True))
    key.ensure_kid()
    return key
