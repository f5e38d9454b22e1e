"""Who a client is: `private_key_jwt` (RFC 7523), `client_secret_basic`, or a public client by its id alone."""

import base64
import binascii
import hmac
from datetime import datetime, timedelta
from urllib.parse import unquote

from services.identity.client.models import Client
from services.identity.client.naming import tenant_of_client
from services.identity.client.service import ClientService, use_assertion_once
from services.identity.protocol.form import Parameters
from services.identity.protocol.refusal import Refusal
from shared.auth.claims import check_claims, instant_claim, text_claim
from shared.auth.jws import PublicKey, TokenRefused, read_claims, read_header, unverified_claims
from shared.auth.service_tokens import ASSERTION_TYPE
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.handle import digest_of

# An assertion is made for one request; a longer-lived one would only be worth stealing.
MAX_ASSERTION_LIFETIME = timedelta(minutes=5)
# Compared against where a client has no secret, so that its absence costs the same time.
_NO_SECRET = bytes(32)


class ClientAuthenticator:
    """Authenticates the client of one request, in a transaction of its own: an assertion stays used up even when
    the request then fails."""

    def __init__(self, database: Database, issuer: str) -> None:
        self._database = database
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
        if client_id is None or len(client_id) > 200:
            return None
        async with self._database.transaction(tenant_of_client(client_id)) as session:
            client = await ClientService(session).find_by_client_id(client_id)
        return client if client and client.state == "active" else None

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
        expected = client.secret_hash if client and client.secret_hash else _NO_SECRET
        if not hmac.compare_digest(expected, digest_of(secret)) or client is None:
            raise Refusal("invalid_client", "the client is unknown or its secret is wrong")
        return client

    async def _by_assertion(self, form: Parameters, assertion: str) -> Client:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise Refusal("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
        try:
            kid = read_header(assertion, "JWT")["kid"]
            client_id = form.get("client_id") or text_claim(unverified_claims(assertion), "iss")
            client = await self.find(client_id)
            key = _key_of(client, kid)
            claims = read_claims(assertion, key)
            check_claims(claims, issuer=client_id, audiences=[self._issuer])
            if text_claim(claims, "sub") != client_id:
                raise TokenRefused("the assertion speaks for another client")
            expires_at = instant_claim(claims, "exp")
            if expires_at > clock.now() + MAX_ASSERTION_LIFETIME:
                raise TokenRefused("the assertion lives too long")
            await self._use_up(client_id, text_claim(claims, "jti"), expires_at)
        except TokenRefused as refused:
            raise Refusal("invalid_client", f"client assertion: {refused}") from refused
        assert client is not None  # noqa: S101 - a key was found in it
        return client

    async def _use_up(self, client_id: str, jti: str, expires_at: datetime) -> None:
        digest = digest_of(f"{client_id}\x1f{jti}")
        async with self._database.transaction(tenant_of_client(client_id)) as session:
            is_first = await use_assertion_once(session, digest, expires_at)
        if not is_first:
            raise TokenRefused("the assertion was used before")


def _key_of(client: Client | None, kid: str) -> PublicKey:
    for jwk in client.public_keys if client else []:
        if jwk.get("kid") == kid:
            return PublicKey.from_jwk(jwk)
    raise TokenRefused("the client is unknown or has no such key")


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
