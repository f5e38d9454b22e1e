"""Tokens that are not what they say: refused by the gateway, and by each service when it is asked directly."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shared.auth.jws import SigningKey
from shared.auth.testing import TokenMint
from shared.kit.ids import new_id
from tests.e2e.forgery import claims_of, header_of, stolen_key, unsigned
from tests.e2e.house import LEADER, STRANGER, House, problem

pytestmark = pytest.mark.stack

PATHS = {
    "identity": "/identity/v1/me",
    "projects": "/projects/v1/projects",
    "sync": "/sync/v1/units",
    "training": "/training/v1/courses",
    "webhooks": "/webhooks/v1/event-types",
}


@pytest.fixture(scope="module")
def key(house: House) -> SigningKey:
    return stolen_key(house)


def _both(house: House, service: str, token: str) -> list[httpx.Response]:
    """What the gateway and what the service itself answer."""
    headers = {"Authorization": f"Bearer {token}"}
    direct = f"http://127.0.0.1:{house.note(service)['port']}"
    return [
        house.client.get(PATHS[service], headers=headers),
        httpx.get(direct + PATHS[service], headers=headers, trust_env=False),
    ]


def test_the_forger_of_these_tests_can_make_a_good_token(house: House, key: SigningKey) -> None:
    """Else the refusals below would prove nothing."""
    claims = claims_of(house.token(LEADER)) | {"jti": str(new_id())}
    for service in PATHS:
        for answer in _both(house, service, key.sign(claims, "at+jwt")):
            assert answer.status_code == 200, answer.text


WRONG_CLAIMS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "expired": lambda claims: claims | {"iat": claims["iat"] - 4000, "exp": int(time.time()) - 120},
    "of a foreign issuer": lambda claims: claims | {"iss": "https://id.example"},
    "for another audience": lambda claims: claims | {"aud": "urn:other:api"},
    "from the future": lambda claims: claims | {"iat": int(time.time()) + 4000, "exp": int(time.time()) + 4300},
    "not yet valid": lambda claims: claims | {"nbf": int(time.time()) + 4000},
    "without an end": lambda claims: {name: claims[name] for name in claims if name != "exp"},
    "without a subject": lambda claims: {name: claims[name] for name in claims if name != "sub"},
    "with an end that is a text": lambda claims: claims | {"exp": str(claims["exp"])},
}


@pytest.mark.parametrize("service", list(PATHS))
@pytest.mark.parametrize("name", list(WRONG_CLAIMS))
def test_a_genuine_signature_does_not_save_a_token(house: House, key: SigningKey, name: str, service: str) -> None:
    token = key.sign(WRONG_CLAIMS[name](claims_of(house.token(LEADER))), "at+jwt")
    for answer in _both(house, service, token):
        told = problem(answer, 401)
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert token not in str(told)


@pytest.mark.parametrize("service", list(PATHS))
def test_an_id_token_or_a_service_token_opens_no_api(house: House, key: SigningKey, service: str) -> None:
    claims = claims_of(house.token(LEADER))
    for token in (key.sign(claims, "JWT"), key.sign(claims | {"aud": f"urn:startklar:{service}"}, "at+jwt")):
        for answer in _both(house, service, token):
            problem(answer, 401)


def _headers_that_choose(house: House) -> list[str]:
    token = house.token(LEADER)
    header, claims, signature = header_of(token), claims_of(token), token.rsplit(".", 1)[1]
    return [
        unsigned(header | {"alg": "none"}, claims),
        unsigned(header | {"alg": "None"}, claims, signature),
        unsigned({"alg": "none", "typ": "at+jwt"}, claims),
        unsigned(header | {"alg": "HS256"}, claims, signature),
        unsigned(header | {"jku": f"{house.gateway}/oauth2/jwks"}, claims, signature),
        unsigned(header | {"jwk": {"kty": "EC"}}, claims, signature),
        unsigned(header | {"crit": ["exp"]}, claims, signature),
        unsigned(header | {"kid": "../../../dev/null"}, claims, signature),
        unsigned(header, claims | {"roles": ["platform_admin@*", "approver@*"]}, signature),
        unsigned(header, claims | {"tenant": house.tenant_id("soderby")}, signature),
        TokenMint(house.gateway).token(tenant=claims["tenant"], roles=("approver@*",)),
    ]


def test_no_header_lets_the_sender_choose_the_rules(house: House) -> None:
    for token in _headers_that_choose(house):
        for service in PATHS:
            for answer in _both(house, service, token):
                problem(answer, 401)


@pytest.mark.parametrize("text", ["", "Bearer", "Bearer ..", "Bearer a.b.c", "Basic YTpi", "Bearer " + "a" * 30_000])
def test_what_is_no_token_gets_a_challenge(house: House, text: str) -> None:
    answer = house.client.get("/projects/v1/projects", headers={"Authorization": text})
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_counts_only_in_one_header(house: House) -> None:
    token = house.token(LEADER)
    problem(house.ask("GET", f"/projects/v1/projects?access_token={token}", None), 401)
    twice = [("Authorization", f"Bearer {token}")] * 2
    problem(house.client.get("/projects/v1/projects", headers=twice), 401)


def test_a_token_of_another_tenant_sees_and_changes_nothing_here(house: House) -> None:
    project = house.made(
        "/projects/v1/projects",
        {
            "name": "Norrvik",
            "templateKey": "sv-supplier-5-phase",
            "templateVersion": "1.0.0",
            "startMonth": "2027-01",
            "parties": [{"side": "customer", "name": "N"}],
        },
    )
    path = f"/projects/v1/projects/{project['id']}"
    mine, theirs = house.ask("GET", path), house.ask("GET", path, STRANGER)
    assert mine.status_code == 200
    told = problem(theirs, 404)
    nowhere = problem(house.ask("GET", f"/projects/v1/projects/{new_id()}", STRANGER), 404)
    assert {told[name] == nowhere[name] for name in ("type", "title", "detail")} == {True}
    for sub in ("activities", "gates", "phases"):
        problem(house.ask("GET", f"{path}/{sub}", STRANGER), 404)
    change = house.ask("PATCH", path, STRANGER, json={"name": "taken"}, headers={"If-Match": '"1"'})
    assert change.status_code in (403, 404)
    assert house.read(path)["name"] == "Norrvik"


def test_one_token_is_for_one_tenant_whatever_the_request_says(house: House) -> None:
    """No header or parameter moves a caller into another tenant."""
    other = house.tenant_id("soderby")
    headers = {"X-Tenant": other, "Tenant": other, "X-Startklar-Tenant": other}
    answer = house.ask("GET", f"/identity/v1/me?tenant={other}", LEADER, headers=headers)
    assert answer.json()["tenant"]["id"] == house.tenant_id("norrvik")
