"""What the verifier refuses, the laxities of python-jose 3.5.0 among it."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.auth import Acr, Role, Scope, Side
from shared.auth.jws import MAX_TOKEN_BYTES, SigningKey, TokenRefused
from shared.auth.testing import TokenMint
from shared.kit import clock

TENANT = UUID("01990000-0000-7000-8000-000000000001")
UNIT = UUID("01990000-0000-7000-8000-000000000002")


def encode(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def signed(key: SigningKey, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A correct ES256 signature under a header of the attacker's choice."""
    whole = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | header
    body = f"{encode({k: v for k, v in whole.items() if v is not None})}.{encode(claims)}"
    return f"{body}.{signature(key, body)}"


def signature(key: SigningKey, body: str) -> str:
    raw: bytes = key._key.sign(body.encode())  # type: ignore[no-untyped-call]
    return encode(raw)


@pytest.fixture
def mint() -> TokenMint:
    return TokenMint()


async def refused(mint: TokenMint, token: str) -> str:
    with pytest.raises(TokenRefused) as refusal:
        await mint.verifier("projects").verify(token)
    return str(refusal.value)


async def test_a_good_token_becomes_the_principal_that_it_describes(mint: TokenMint) -> None:
    token = mint.token(
        tenant=TENANT,
        roles=(f"unit_head@{UNIT}", "participant@*"),
        scopes=[Scope.projects_read, "moods:read"],
        side=Side.supplier,
        acr=Acr.eid2,
    )
    principal = await mint.verifier("projects").verify(token)
    assert (principal.tenant, principal.side, principal.acr) == (TENANT, Side.supplier, Acr.eid2)
    assert principal.scopes == {Scope.projects_read}
    assert principal.has_role(Role.unit_head)
    assert not principal.holds_everywhere(Role.unit_head)
    assert principal.holds_everywhere(Role.unit_head, Role.participant)
    assert principal.units_for(Role.unit_head) == frozenset({UNIT})
    assert principal.units_for(Role.unit_head, Role.participant) is None
    assert principal.units_for(Role.auditor) == frozenset()


@pytest.mark.parametrize("name", ["crit", "jku", "jwk", "x5u", "x5c", "b64", "zip"])
async def test_a_header_that_changes_the_rules_is_refused_although_the_signature_is_right(
    mint: TokenMint, name: str
) -> None:
    values = {"crit": ["b64"], "jwk": mint.key.public_jwk()}
    token = signed(mint.key, {name: values.get(name, "https://evil.example")}, claims_of(mint.token()))
    assert name in await refused(mint, token)


@pytest.mark.parametrize("name", ["exp", "aud", "iss", "iat", "sub", "jti", "client_id"])
async def test_a_token_without_a_required_claim_is_refused(mint: TokenMint, name: str) -> None:
    claims: dict[str, Any] = {name: None}
    await refused(mint, mint.token(**claims))


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS256", "ES384", "es256", None, ""])
async def test_any_algorithm_but_es256_is_refused(mint: TokenMint, alg: str | None) -> None:
    await refused(mint, signed(mint.key, {"alg": alg}, claims_of(mint.token())))


async def test_an_unsigned_token_is_refused(mint: TokenMint) -> None:
    header, payload, _ = mint.token().split(".")
    unsigned = encode({"alg": "none", "typ": "at+jwt", "kid": mint.key.kid})
    for token in (
        f"{unsigned}.{payload}.",
        f"{header}.{payload}.",
        f"{header}.{payload}",
        f"{header}.{payload}.{'A' * 86}",
    ):
        await refused(mint, token)


@pytest.mark.parametrize("encoding", ["pem", "der", "jwk"])
async def test_hs256_keyed_with_the_public_key_is_refused(mint: TokenMint, encoding: str) -> None:
    public = mint.key._private.public_key()
    secret = {
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "jwk": json.dumps(mint.key.public_jwk()).encode(),
    }[encoding]
    body = f"{encode({'alg': 'HS256', 'typ': 'at+jwt', 'kid': mint.key.kid})}.{mint.token().split('.')[1]}"
    mac = hmac.new(secret, body.encode(), hashlib.sha256).digest()
    await refused(mint, f"{body}.{encode(mac)}")
    await refused(mint, f"{body}.{encode(mac + mac)}")


@pytest.mark.parametrize("typ", ["JWT", "id+jwt", "logout+jwt", "application/jwt", None, 7])
async def test_another_kind_of_token_is_refused(mint: TokenMint, typ: Any) -> None:
    await refused(mint, signed(mint.key, {"typ": typ}, claims_of(mint.token())))


async def test_the_long_form_of_the_type_is_accepted(mint: TokenMint) -> None:
    token = signed(mint.key, {"typ": "application/AT+JWT"}, claims_of(mint.token()))
    assert await mint.verifier("projects").verify(token)


async def test_an_oversized_token_is_refused_before_it_is_parsed(mint: TokenMint) -> None:
    token = mint.token(roles=["participant@*"] * 1000)
    assert len(token) > MAX_TOKEN_BYTES
    assert "8 KiB" in await refused(mint, token)


async def test_characters_that_base64_decoders_skip_are_refused(mint: TokenMint) -> None:
    header, payload, signature = mint.token().split(".")
    for token in (
        f"{header}\n.{payload}.{signature}",
        f"{header}.{payload}.{signature}==",
        f" {header}.{payload}.{signature}",
    ):
        await refused(mint, token)


@pytest.mark.parametrize("payload", [b"[]", b"null", b"{", b"\xff", b"[" * 4000])
async def test_a_payload_that_is_no_object_is_refused(mint: TokenMint, payload: bytes) -> None:
    body = f"{encode({'alg': 'ES256', 'typ': 'at+jwt', 'kid': mint.key.kid})}.{encode(payload)}"
    await refused(mint, f"{body}.{signature(mint.key, body)}")


async def test_a_foreign_key_is_refused_even_under_a_known_kid(mint: TokenMint) -> None:
    stranger = SigningKey(SigningKey.generate()._private, kid=mint.key.kid)
    await refused(mint, signed(stranger, {}, claims_of(mint.token())))
    await refused(mint, TokenMint().token())


@pytest.mark.parametrize(
    "claim",
    [
        {"iss": "https://evil.example"},
        {"iss": "https://id.startklar.test/"},
        {"aud": "urn:startklar:sync"},
        {"aud": ["urn:startklar:api", "urn:startklar:projects"]},
        {"aud": []},
        {"aud": 7},
        {"sub": "not-a-uuid"},
        {"tenant": "not-a-uuid"},
        {"tenant": "*"},
        {"roles": "project_leader@*"},
        {"roles": ["emperor@*"]},
        {"roles": ["project_leader"]},
        {"roles": ["project_leader@everywhere"]},
        {"side": "both"},
        {"acr": "urn:startklar:loa:perfect"},
        {"exp": "2099-01-01"},
        {"exp": True},
        {"exp": 1e300},
        {"act": "identity"},
        {"scope": ["projects:read"]},
    ],
)
async def test_a_claim_outside_its_vocabulary_is_refused(mint: TokenMint, claim: dict[str, Any]) -> None:
    await refused(mint, mint.token(**claim))


async def test_tokens_of_the_past_and_of_the_future_are_refused_beyond_thirty_seconds(mint: TokenMint) -> None:
    at = datetime(2026, 8, 17, 6, 0, tzinfo=UTC)
    with clock.frozen(at):
        token = mint.token(expires_in=300)
        early = mint.token(nbf=int(at.timestamp()) + 300)
    verifier = mint.verifier("projects")
    for offset, is_good in ((-31, False), (-29, True), (329, True), (331, False)):
        with clock.frozen(at + timedelta(seconds=offset)):
            if is_good:
                assert await verifier.verify(token)
            else:
                assert await refused(mint, token)
    with clock.frozen(at):
        assert "not valid yet" in await refused(mint, early)


async def test_a_remembered_token_is_forgotten_when_it_expires_and_after_sixty_seconds(mint: TokenMint) -> None:
    at = datetime(2026, 8, 17, 6, 0, tzinfo=UTC)
    verifier = mint.verifier("projects")
    with clock.frozen(at):
        short, long = mint.token(expires_in=10), mint.token(expires_in=3600)
        first = await verifier.verify(long)
        await verifier.verify(short)
        assert await verifier.verify(long) is first
    with clock.frozen(at + timedelta(seconds=41)), pytest.raises(TokenRefused):
        await verifier.verify(short)
    with clock.frozen(at + timedelta(seconds=61)):
        assert await verifier.verify(long) is not first
