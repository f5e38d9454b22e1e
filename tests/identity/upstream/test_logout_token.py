"""What a provider's logout token must say before any session is ended for it."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from services.identity.proof.faults import LoginFailed
from services.identity.upstream.logout_token import EVENT, LogoutNotice, verify_logout_token
from services.identity.upstream.signature import SignatureUnknown
from shared.kit import clock

KEY = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
JWKS: dict[str, Any] = dict(KeySet([KEY]).as_dict(private=False))
ISSUER, CLIENT = "https://idp.example", "startklar"


def token(key: ECKey = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    now = int(clock.now().timestamp())
    good = {
        "iss": ISSUER,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 120,
        "jti": "the-jti",
        "events": {EVENT: {}},
        "sid": "the-session",
        "sub": "the-person",
    }
    body = {name: value for name, value in (good | changes).items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": key.kid, **(header or {})}, body, key, algorithms=["ES256"])


def read(value: str) -> LogoutNotice:
    return verify_logout_token(value, JWKS, ISSUER, CLIENT, ["ES256"])


@pytest.mark.parametrize("header", [{}, {"typ": "logout+jwt"}, {"typ": "application/logout+jwt"}, {"typ": "JWT"}])
def test_a_good_token_names_what_has_ended(header: dict[str, Any]) -> None:
    notice = read(token(header=header))
    assert (notice.jti, notice.session_id, notice.subject) == ("the-jti", "the-session", "the-person")


def test_either_the_session_or_the_person_is_enough() -> None:
    assert read(token(sub=None)).subject is None
    assert read(token(sid=None)).session_id is None


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["startklar", "another"]},
        {"azp": "another"},
        {"exp": None},
        {"exp": 1},
        {"exp": int(clock.now().timestamp()) + 10**6},
        {"iat": None},
        {"iat": int(clock.now().timestamp()) + 3600},
        {"jti": None},
        {"jti": 7},
        {"jti": "x" * 501},
        {"events": None},
        {"events": {}},
        {"events": [EVENT]},
        {"events": {EVENT: True}},
        {"sub": None, "sid": None},
        {"sid": ["the-session"]},
        {"nonce": "the-nonce"},
        {"nonce": ""},
    ],
)
def test_a_token_that_does_not_tell_us_of_a_logout_ends_nothing(change: dict[str, Any]) -> None:
    with pytest.raises(LoginFailed):
        read(token(**change))


def test_other_kinds_of_tokens_are_no_logout_tokens() -> None:
    for header in ({"typ": "at+jwt"}, {"typ": "secevent+jwt"}):
        with pytest.raises(LoginFailed, match="type"):
            read(token(header=header))
    for noise in ("", "a.b.c", "x" * 20000):
        with pytest.raises(LoginFailed):
            read(noise)


def test_a_stranger_s_signature_asks_for_other_keys() -> None:
    with pytest.raises(SignatureUnknown):
        read(token(ECKey.generate_key("P-256", auto_kid=True)))
