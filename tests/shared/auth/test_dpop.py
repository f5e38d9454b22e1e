"""Proofs of possession at a resource server: for one request, one token, one key, one time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shared.auth import Principal, Scope, requires
from shared.auth.dpop import MAX_AGE, ProofGuard, ProofRefused, read_proof
from shared.auth.jws import SigningKey
from shared.auth.testing import ProofKey, TokenMint
from shared.auth.verifier import TokenVerifier
from shared.kit import clock
from shared.kit.problems import Problem

PUBLIC = "https://api.startklar.test"
HERE = f"{PUBLIC}/gates"
KEY, OTHER = ProofKey(), ProofKey()
MINT = TokenMint()


@dataclass
class Runtime:
    verifier: TokenVerifier
    resources: dict[type, Any] = field(default_factory=dict)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.runtime = Runtime(MINT.verifier("projects"), {ProofGuard: ProofGuard(PUBLIC)})

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> JSONResponse:
        return JSONResponse(error.document("en"), error.status, headers=error.headers)

    @app.get("/gates")
    async def gates_list(caller: Annotated[Principal, requires(Scope.gates_read)]) -> str:
        return str(caller.bound_to)

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://inside.test") as client:
        yield client


def bound(key: ProofKey = KEY, **claims: Any) -> str:
    return MINT.token(cnf={"jkt": key.thumbprint}, **claims)


async def test_a_bound_token_with_its_proof_enters_and_the_proof_counts_once(client: httpx.AsyncClient) -> None:
    token = bound()
    headers = KEY.headers("GET", f"{HERE}?is=left#aside", token)
    first, again = [await client.get("/gates?limit=5", headers=headers) for _ in range(2)]
    assert (first.status_code, first.json()) == (200, KEY.thumbprint)
    assert again.status_code == 401
    assert again.headers["www-authenticate"] == 'DPoP error="invalid_dpop_proof", algs="ES256"'


async def test_scheme_token_and_key_must_belong_together(client: httpx.AsyncClient) -> None:
    token, free = bound(), MINT.token()
    proof = KEY.proof("GET", HERE, token)
    wrong: list[list[tuple[str, str]]] = [
        [("Authorization", f"Bearer {token}")],
        [("Authorization", f"Bearer {token}"), ("DPoP", proof)],
        [("Authorization", f"DPoP {token}")],
        [("Authorization", f"DPoP {token}"), ("DPoP", proof), ("DPoP", KEY.proof("GET", HERE, token))],
        [("Authorization", f"DPoP {free}"), ("DPoP", KEY.proof("GET", HERE, free))],
        [("Authorization", f"DPoP {token}"), ("DPoP", OTHER.proof("GET", HERE, token))],
        [("Authorization", f"DPoP {token}"), ("DPoP", KEY.proof("GET", HERE, bound()))],
        [("Authorization", f"DPoP {token}"), ("DPoP", KEY.proof("GET", HERE))],
    ]
    for headers in wrong:
        assert (await client.get("/gates", headers=headers)).status_code == 401, headers
    assert (await client.get("/gates", headers={"Authorization": f"DPoP {token}", "DPoP": proof})).status_code == 200


async def test_refusals_are_told_under_the_scheme_of_the_token(client: httpx.AsyncClient) -> None:
    token = bound(scopes=[Scope.projects_read])
    response = await client.get("/gates", headers=KEY.headers("GET", HERE, token))
    assert response.headers["www-authenticate"] == 'DPoP error="insufficient_scope", scope="gates:read"'
    stale = bound(expires_in=-60)
    response = await client.get("/gates", headers=KEY.headers("GET", HERE, stale))
    assert response.headers["www-authenticate"] == 'DPoP error="invalid_token", algs="ES256"'


async def test_a_token_bound_in_an_unknown_way_is_no_bearer_token(client: httpx.AsyncClient) -> None:
    for confirmation in ({"x5t#S256": "a"}, {"jkt": ""}, {}, "jkt", {"jkt": KEY.thumbprint, "x5t#S256": "a"}):
        headers = MINT.headers(cnf=confirmation)
        assert (await client.get("/gates", headers=headers)).status_code == 401, confirmation


def test_a_proof_for_anything_else_is_refused() -> None:
    with clock.frozen(clock.now()):
        _refuse_every_other()


def _refuse_every_other() -> None:
    now = int(clock.now().timestamp())
    claims: list[dict[str, Any]] = [
        {"htm": "POST"}, {"htm": "get"}, {"htm": None},
        {"htu": f"{PUBLIC}/gate"}, {"htu": f"{HERE}/"}, {"htu": "https://evil.test/gates"}, {"htu": "/gates"},
        {"htu": "http://api.startklar.test/gates"}, {"htu": "https://api.startklar.test:8443/gates"}, {"htu": None},
        {"htu": "https://me@api.startklar.test/gates"}, {"htu": "https://[/gates"}, {"htu": 5},
        {"iat": now - 60}, {"iat": now + 31}, {"iat": None}, {"iat": "now"}, {"iat": True}, {"iat": 1e300},
        {"jti": None}, {"jti": ""}, {"jti": 5}, {"jti": "x" * 257},
        {"ath": "x"}, {"ath": None},
    ]  # fmt: skip
    for changed in claims:
        with pytest.raises(ProofRefused):
            read_proof([KEY.proof("GET", HERE, "token", **changed)], "GET", HERE, "token")
    same = ("HTTPS://API.startklar.test:443/%67ates", HERE)
    assert all(read_proof([KEY.proof("GET", one, "token")], "GET", HERE, "token") for one in same)


def test_a_header_that_chooses_the_rules_or_holds_another_kind_of_key_is_refused() -> None:
    canonical = KEY.jwk["x"]
    headers: list[dict[str, Any]] = [
        {"alg": "none"}, {"alg": "HS256"}, {"alg": "ES384"}, {"alg": None},
        {"typ": "JWT"}, {"typ": "at+jwt"}, {"typ": None},
        {"jwk": None}, {"jwk": KEY.private_jwk}, {"jwk": "x"}, {"jwk": OTHER.jwk},
        {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}, {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
        {"jwk": KEY.jwk | {"crv": "P-384"}}, {"jwk": KEY.jwk | {"alg": "HS256"}}, {"jwk": KEY.jwk | {"x": "AAAA"}},
        {"jwk": KEY.jwk | {"x": canonical + "="}}, {"jwk": KEY.jwk | {"x": canonical + "A"}},
        {"jku": "https://evil.test/keys"}, {"x5u": "https://evil.test"}, {"crit": ["b64"]}, {"b64": False},
    ]  # fmt: skip
    for changed in headers:
        with pytest.raises(ProofRefused):
            read_proof([KEY.proof("GET", HERE, header=changed)], "GET", HERE)
    for text in (
        "",
        "a.b.c",
        SigningKey.generate().sign({"htm": "GET"}, "dpop+jwt"),
        KEY.proof("GET", HERE)[:-2] + "AA",
    ):
        with pytest.raises(ProofRefused):
            read_proof([text], "GET", HERE)


def test_a_used_proof_is_remembered_for_as_long_as_it_would_be_good() -> None:
    guard, now = ProofGuard(PUBLIC), clock.now()
    with clock.frozen(now):
        for _ in range(3):
            guard.check([KEY.proof("GET", HERE, "t")], "GET", "/gates", "t", KEY.thumbprint)
    proof = KEY.proof("GET", HERE, "t", iat=int(now.timestamp()) + 30)
    for seconds, refusal in ((1, None), (80, "used before"), (89, "used before"), (91, "not of now")):
        with clock.frozen(now + timedelta(seconds=seconds)):
            if refusal is None:
                guard.check([proof], "GET", "/gates", "t", KEY.thumbprint)
                continue
            with pytest.raises(ProofRefused, match=refusal):
                guard.check([proof], "GET", "/gates", "t", KEY.thumbprint)
    assert timedelta(seconds=60) >= MAX_AGE
