"""What an identity provider's id token must say before anybody is logged in."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.upstream.id_token import ExpectedToken, read_login, verify_id_token
from services.identity.upstream.signature import MAX_TOKEN_BYTES, usable_algorithms
from shared.kit import clock

EXPECTED = ExpectedToken("https://idp.example", "startklar", "the-nonce", "eduPersonPrincipalName")
RECENT = replace(EXPECTED, logged_in_after=clock.now() - timedelta(minutes=5))
KEY = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
CURVE = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
JWKS: dict[str, Any] = dict(KeySet([KEY, CURVE]).as_dict(private=False))


def claims(**changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    good = {
        "iss": "https://idp.example",
        "aud": "startklar",
        "sub": "abc",
        "iat": now,
        "exp": now + 300,
        "nonce": "the-nonce",
        "auth_time": now - 10,
        "acr": "urn:idp:two-factor",
        "eduPersonPrincipalName": "Kim@Norrvik.example",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(body: dict[str, Any], key: RSAKey | ECKey = KEY, alg: str = "RS256", **header: Any) -> str:
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, body, key, algorithms=[alg])


def proven(token: str, keys: dict[str, Any] = JWKS, expected: ExpectedToken = EXPECTED) -> ProvenLogin:
    return read_login(verify_id_token(token, keys, expected, "the-access-token"), expected)


def segment(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(("key", "alg"), [(KEY, "RS256"), (KEY, "PS256"), (CURVE, "ES256")])
def test_a_good_token_of_a_usual_algorithm_proves_the_login(key: RSAKey | ECKey, alg: str) -> None:
    login = proven(signed(claims(), key, alg))
    assert login.login_name == "kim@norrvik.example"
    assert login.subject == "abc"
    assert login.evidence.contexts == ("urn:idp:two-factor",)
    assert clock.now() - login.auth_time < timedelta(minutes=1)


@pytest.mark.parametrize("name", ["\u212aim@norrvik.example", "kim@norrvi\u212a.example"])
def test_a_name_that_only_lower_case_makes_ours_is_none(name: str) -> None:
    with pytest.raises(LoginFailed) as refused:
        proven(signed(claims(eduPersonPrincipalName=name)))
    assert refused.value.fault is LoginFault.no_login_name


def test_where_a_recent_login_was_asked_for_its_time_must_be_told() -> None:
    assert proven(signed(claims()), expected=RECENT).login_name
    assert proven(signed(claims(auth_time=None))).login_name
    with pytest.raises(LoginFailed, match="auth_time"):
        proven(signed(claims(auth_time=None)), expected=RECENT)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"iss": "https://idp.example/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["startklar", "another"]},
        {"aud": ["startklar", "another"], "azp": "another"},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": float("nan")},
        {"iat": int(datetime(2099, 1, 1, tzinfo=UTC).timestamp())},
        {"iat": None},
        {"auth_time": "now"},
        {"azp": "another"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"at_hash": 7},
        {"eduPersonPrincipalName": None},
        {"eduPersonPrincipalName": " "},
        {"eduPersonPrincipalName": ["kim@norrvik.example"]},
    ],
)
def test_a_token_that_does_not_belong_to_this_login_proves_nothing(change: dict[str, Any]) -> None:
    with pytest.raises(LoginFailed):
        proven(signed(claims(**change)))


def test_a_login_of_before_the_question_is_no_new_login() -> None:
    long_ago = int(clock.now().timestamp()) - 3600
    assert proven(signed(claims(auth_time=long_ago))).login_name
    with pytest.raises(LoginFailed, match="anew") as refused:
        proven(signed(claims(auth_time=long_ago)), expected=RECENT)
    assert refused.value.fault is LoginFault.too_weak


def test_an_access_token_that_the_id_token_vouches_for_is_accepted() -> None:
    half = hashlib.sha256(b"the-access-token").digest()[:16]
    at_hash = urlsafe_b64encode(half).rstrip(b"=").decode()
    assert proven(signed(claims(at_hash=at_hash))).subject == "abc"
    with pytest.raises(LoginFailed, match="access token"):
        verify_id_token(signed(claims(at_hash=at_hash)), JWKS, EXPECTED, None)


def test_a_demanded_claim_must_have_a_demanded_value() -> None:
    ours = replace(EXPECTED, required_claims={"hd": ("norrvik.example",), "email_verified": ("true",)})
    assert proven(signed(claims(hd="norrvik.example", email_verified=True)), expected=ours).login_name
    for change in ({}, {"hd": "evil.example", "email_verified": True}, {"hd": "norrvik.example"}):
        with pytest.raises(LoginFailed) as refused:
            proven(signed(claims(**change)), expected=ours)
        assert refused.value.fault is LoginFault.foreign_scope


def test_an_algorithm_that_the_provider_does_not_announce_is_refused() -> None:
    with pytest.raises(LoginFailed):
        proven(signed(claims()), expected=replace(EXPECTED, algorithms=usable_algorithms(["ES256", "HS256"])))
    with pytest.raises(LoginFailed, match="no algorithm"):
        usable_algorithms(["HS256", "none", "RS1"])


def test_every_claim_that_can_be_put_in_words_is_evidence() -> None:
    told = proven(signed(claims(amr=["pwd", "mfa"], loa=3, verified=True, address={"street": "x"}, neb_sid="s1")))
    assert told.evidence.amr == ("pwd", "mfa")
    assert told.evidence.values["loa"] == ("3",)
    assert told.evidence.values["verified"] == ("true",)
    assert "address" not in told.evidence.values
    assert told.session_id is None
    broker = replace(EXPECTED, session_claim="neb_sid")
    assert proven(signed(claims(neb_sid="s1")), expected=broker).session_id == "s1"


def test_a_token_for_several_clients_must_name_us_as_the_authorised_party() -> None:
    both = signed(claims(aud=["startklar", "another"], azp="startklar"))
    assert proven(both).login_name == "kim@norrvik.example"


def test_unsigned_foreign_and_confused_tokens_prove_nothing() -> None:
    body = segment(claims())
    unsigned = f"{segment({'alg': 'none', 'kid': KEY.kid})}.{body}."
    confused = f"{segment({'alg': 'HS256', 'kid': KEY.kid})}.{body}"
    mac = hmac.new(KEY.as_pem(private=False), confused.encode(), hashlib.sha256).digest()
    stranger = RSAKey.generate_key(2048, {"use": "sig", "kid": str(KEY.kid)})
    tokens = [
        unsigned,
        f"{confused}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}",
        signed(claims(), stranger),
        signed(claims(), RSAKey.generate_key(2048, auto_kid=True)),
        signed(claims(), KEY, "RS512"),
        signed(claims()) + "A",
        "",
        "a.b.c",
    ]
    for token in tokens:
        with pytest.raises(LoginFailed):
            proven(token)


def test_a_token_with_an_unknown_critical_header_proves_nothing() -> None:
    header = segment({"alg": "RS256", "kid": KEY.kid, "crit": ["b64"], "b64": True})
    signature = signed(claims()).split(".")[2]
    with pytest.raises(LoginFailed):
        verify_id_token(f"{header}.{segment(claims())}.{signature}", JWKS, EXPECTED)


def test_a_huge_token_is_not_looked_at() -> None:
    with pytest.raises(LoginFailed, match="too large"):
        verify_id_token("A" * (MAX_TOKEN_BYTES + 1), JWKS, EXPECTED)


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": 7}, {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}])
def test_a_key_set_without_a_usable_key_proves_nothing(keys: dict[str, Any]) -> None:
    with pytest.raises(LoginFailed):
        verify_id_token(signed(claims()), keys, EXPECTED)
