"""Who a client is: `private_key_jwt` (RFC 7523), `client_secret_basic`, or a public client by its id alone."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from services.identity.client.directory import ClientDirectory, Known
from services.identity.client.models import Client
from services.identity.protocol.form import Parameters
from services.identity.protocol.refusal import Refusal
from shared.auth.claims import check_claims, instant_claim, text_claim
from shared.auth.jws import PublicKey, TokenRefused, read_claims, read_header, unverified_claims
from shared.auth.service_tokens import ASSERTION_TYPE
from shared.kit import clock
from shared.kit.handle import digest_of

# An assertion is made for one request; a longer-lived one would only be worth stealing.
MAX_ASSERTION_LIFETIME = timedelta(minutes=5)
# Compared against where a client has no secret, so that its absence costs the same time.
_NO_SECRET = bytes(32)


class ClientAuthenticator:
    """Authenticates the client of a request. An assertion stays used up even when the request then fails."""

    def __init__(self, directory: ClientDirectory, issuer: str) -> None:
        self._directory = directory
        self._issuer = issuer

    async def authenticate(self, form: Parameters, authorization: str | None) -> Client:
        """The active client; raises Refusal(invalid_client), or invalid_request for two methods at once."""
        assertion = form.get("client_assertion")
        if authorization is not None and assertion is not None:
            raise Refusal("invalid_request", "the client authenticates in more than one way")
        if authorization is not None:
            return await self._by_secret(form, authorization)
        if assertion is not None:
            return await self._by_assertion(form, assertion)
        if form.get("client_secret") is not None:
            raise Refusal("invalid_client", "send the secret by HTTP Basic, not in the body")
        return await self._public(form.get("client_id"))

    async def find(self, client_id: str | None) -> Client | None:
        """The active client of that id, not authenticated: for the authorization endpoint."""
        return await self._directory.find(client_id)

    async def find_for(self, client_id: str | None, named: str | None) -> tuple[Client | None, UUID | None]:
        """The same with the active tenant of an id or short name that it asks for."""
        return await self._directory.find_for(client_id, named)

    async def _public(self, client_id: str | None) -> Client:
        client = await self.find(client_id)
        if client is None or client.kind != "public":
            raise Refusal("invalid_client", "the client is unknown or must authenticate")
        return client

    async def _by_secret(self, form: Parameters, authorization: str) -> Client:
        client_id, secret = _basic(authorization)
        if form.get("client_id") not in (None, client_id):
            raise Refusal("invalid_request", "client_id names another client")
        client = await self.find(client_id)
        digest = digest_of(secret)
        # Both comparisons are made whatever the first one says.
        fits = [hmac.compare_digest(expected, digest) for expected in _secrets_of(client)]
        if client is None or not any(fits):
            raise Refusal("invalid_client", "the client is unknown or its secret is wrong")
        return client

    async def _by_assertion(self, form: Parameters, assertion: str) -> Client:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise Refusal("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
        try:
            kid = read_header(assertion, "JWT")["kid"]
            client_id = form.get("client_id") or text_claim(unverified_claims(assertion), "iss")
            known, key = await self._directory.key(client_id, kid)
            claims = read_claims(assertion, key)
            digest, expires_at = self._judge(claims, client_id)
            is_first = await self._directory.use_assertion(known, digest, expires_at)
            if is_first is None:  # the client was changed meanwhile: its row of now has the say
                known, key = await self._changed(client_id, kid)
                read_claims(assertion, key)
        except TokenRefused as refused:
            raise Refusal("invalid_client", f"client assertion: {refused}") from refused
        if is_first is False:
            raise Refusal("invalid_client", "client assertion: the assertion was used before")
        return known.client

    async def _changed(self, client_id: str, kid: str) -> tuple[Known, PublicKey]:
        if await self._directory.find(client_id) is None:
            raise TokenRefused("the client is no longer active")
        return await self._directory.key(client_id, kid)

    def _judge(self, claims: Mapping[str, Any], client_id: str) -> tuple[bytes, datetime]:
        """What names the assertion once it is right in everything but its novelty, and until when it must be kept."""
        check_claims(claims, issuer=client_id, audiences=[self._issuer])
        if text_claim(claims, "sub") != client_id:
            raise TokenRefused("the assertion speaks for another client")
        expires_at = instant_claim(claims, "exp")
        if expires_at > clock.now() + MAX_ASSERTION_LIFETIME:
            raise TokenRefused("the assertion lives too long")
        return digest_of(f"{client_id}\x1f{text_claim(claims, 'jti')}"), expires_at


def _secrets_of(client: Client | None) -> tuple[bytes, bytes]:
    """What the secret may be: the present one, and its predecessor while the change is under way."""
    if client is None:
        return _NO_SECRET, _NO_SECRET
    is_overlap = client.former_secret_until is not None and client.former_secret_until > clock.now()
    former = client.former_secret_hash if is_overlap else None
    return client.secret_hash or _NO_SECRET, former or _NO_SECRET


def _basic(authorization: str) -> tuple[str, str]:
    """Client id and secret, which RFC 6749 section 2.3.1 form-encodes inside HTTP Basic; raises Refusal."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise Refusal("invalid_client", "the client authenticates by HTTP Basic or by assertion")
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refusal("invalid_client", "the Authorization header cannot be read") from error
    if not colon:
        raise Refusal("invalid_client", "the Authorization header cannot be read")
    return unquote(client_id), unquote(secret)
