"""Clients of every kind at work through the gateway: apps, screens, scripts and services, each with what it may."""

import base64
import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cli.demo.login import Wish, log_in_with
from shared.auth.jws import SigningKey
from shared.auth.service_tokens import ASSERTION_TYPE
from shared.auth.testing import ProofKey
from shared.kit import clock
from shared.kit.ids import new_id
from tests.e2e.forgery import claims_of
from tests.e2e.house import ADMIN, HEAD, LEADER, House

pytestmark = pytest.mark.stack

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
ME = "/identity/v1/me"
BACK = "http://127.0.0.1:8765/callback"
SCOPE = "openid projects:read offline_access"


@pytest.fixture(scope="module")
def screen(house: House) -> str:
    """An app without a secret that the municipality's administrator registers, for a screen on a wall too."""
    body = {
        "name": "Skärmen i personalrummet",
        "kind": "public",
        "scopes": ["openid", "offline_access", "projects:read"],
        "redirectUris": [BACK],
        "grantTypes": ["authorization_code", "refresh_token", DEVICE],
    }
    return str(house.made("/identity/v1/clients", body, ADMIN)["clientId"])


def form_post(house: House, path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> httpx.Response:
    return house.client.post(path, data=form, headers=headers)


def token(house: House, client_id: str, headers: dict[str, str] | None = None, /, **form: str) -> dict[str, Any]:
    answer: dict[str, Any] = form_post(house, "/oauth2/token", {"client_id": client_id} | form, headers).json()
    return answer


def me(house: House, access_token: str) -> int:
    return house.client.get(ME, headers={"Authorization": f"Bearer {access_token}"}).status_code


def logged_in(house: House, browser: httpx.Client, user: str) -> dict[str, Any]:
    app = next(client for client in house.cast.facts["clients"] if client["name"] == "demo-app")
    wish, credentials = Wish("norrvik", "norrvik", SCOPE), {"username": user, "password": house.cast.password(user)}
    return log_in_with(browser, house.gateway, app, wish, credentials)


def pushed(house: House, client_id: str, verifier: str, **changes: str) -> httpx.Response:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    form = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": SCOPE,
        "state": "s",
        "tenant": "norrvik",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return form_post(house, "/oauth2/par", form | changes)


def test_a_screen_shows_a_code_and_gets_its_tokens_when_the_person_agrees(house: House, screen: str) -> None:
    begun = form_post(
        house, "/oauth2/device-authorization", {"client_id": screen, "scope": SCOPE, "tenant": "norrvik"}
    ).json()
    poll = {"grant_type": DEVICE, "device_code": begun["device_code"]}
    assert token(house, screen, **poll)["error"] == "authorization_pending"
    with httpx.Client(timeout=20, trust_env=False) as browser:
        assert begun["user_code"] not in browser.get(begun["verification_uri_complete"]).text, "log in first"
        logged_in(house, browser, HEAD)
        assert begun["user_code"] in browser.get(begun["verification_uri_complete"]).text
        typed = {"tenant": "norrvik", "user_code": begun["user_code"]}
        page = f"{house.gateway}/oauth2/device"
        assert "Skärmen i personalrummet" in browser.post(page, data=typed).text
        assert browser.post(page, data=typed | {"decision": "approve"}).status_code == 200
    given = token(house, screen, **poll)
    assert me(house, given["access_token"]) == 200
    assert token(house, screen, **poll)["error"] == "invalid_grant", "the device code is used up"
    again = token(house, screen, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert me(house, again["access_token"]) == 200


def test_a_pushed_request_counts_once_and_for_the_client_that_pushed_it(house: House, screen: str) -> None:
    verifier = secrets.token_urlsafe(48)
    answer = pushed(house, screen, verifier)
    assert answer.status_code == 201, answer.text
    asked = {"client_id": screen, "request_uri": answer.json()["request_uri"]}
    with httpx.Client(timeout=20, trust_env=False) as browser:
        logged_in(house, browser, HEAD)
        address = f"{house.gateway}/oauth2/authorize"
        stolen = browser.get(address, params=asked | {"client_id": "demo-app"})
        assert stolen.status_code == 400
        back = browser.get(address, params=asked)
        assert back.headers["location"].startswith(BACK), back.text
        told = {name: values[0] for name, values in parse_qs(urlsplit(back.headers["location"]).query).items()}
        assert (told["state"], told["iss"]) == ("s", house.gateway)
        assert browser.get(address, params=asked).status_code == 400, "a pushed request is used up"
    code = {"grant_type": "authorization_code", "code": told["code"], "redirect_uri": BACK}
    assert me(house, token(house, screen, code_verifier=verifier, **code)["access_token"]) == 200
    assert pushed(house, screen, verifier, redirect_uri="https://evil.example/").status_code == 400


def test_a_token_of_a_key_is_worth_nothing_without_the_key(house: House) -> None:
    script = next(client for client in house.cast.facts["clients"] if client["name"] == "demo-script")
    key, path = ProofKey(), "/projects/v1/projects"
    here, there = f"{house.gateway}/oauth2/token", f"{house.gateway}{path}"
    given = house.client.post(
        "/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(script["clientId"], script["clientSecret"]),
        headers={"DPoP": key.proof("POST", here)},
    ).json()
    assert given["token_type"] == "DPoP"
    bound = given["access_token"]

    def status(headers: dict[str, str]) -> int:
        return house.client.get(path, headers=headers).status_code

    once = key.headers("GET", there, bound)
    assert status(once) == 200
    refused = {
        "the same proof": once,
        "no proof": {"Authorization": f"DPoP {bound}"},
        "as a bearer": {"Authorization": f"Bearer {bound}"},
        "another key": ProofKey().headers("GET", there, bound),
        "another method": key.headers("POST", there, bound),
        "another address": key.headers("GET", f"{house.gateway}/sync/v1/runs", bound),
        "another token": key.headers("GET", there, bound, ath="x"),
        "of yesterday": key.headers("GET", there, bound, iat=int(clock.now().timestamp()) - 86_400),
    }
    assert {name: status(headers) for name, headers in refused.items()} == dict.fromkeys(refused, 401)
    assert status(key.headers("GET", there, bound)) == 200


def test_a_service_acts_for_a_person_at_one_other_service_and_no_further(house: House) -> None:
    key = SigningKey.from_pem((house.places.keys / "projects.pem").read_bytes())
    person = house.token(LEADER)

    def exchanged(**changes: str) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        claims = {"iss": "service-projects", "sub": "service-projects", "aud": house.gateway}
        assertion = key.sign(claims | {"jti": str(new_id()), "iat": now, "exp": now + 60}, "JWT")
        form = {
            "grant_type": EXCHANGE,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            "subject_token": person,
            "subject_token_type": ACCESS_TOKEN,
            "audience": "urn:startklar:sync",
        }
        answer: dict[str, Any] = form_post(house, "/oauth2/token", form | changes).json()
        return answer

    given = exchanged(scope="units:read")
    claims = claims_of(given["access_token"])
    assert (claims["sub"], claims["aud"]) == (claims_of(person)["sub"], "urn:startklar:sync")
    assert claims["act"] == {"sub": "service-projects"}
    assert me(house, given["access_token"]) == 401, "it is for another service"
    assert exchanged(subject_token=given["access_token"])["error"] == "invalid_grant"
    assert exchanged(audience="urn:startklar:api")["error"] == "invalid_target"
    assert exchanged(scope="units:read endpoints:write accounts:write nothing:read")["error"] == "invalid_scope"


def test_a_script_is_told_of_its_own_tokens_alone_and_a_revoked_one_is_dead(house: House) -> None:
    script = next(client for client in house.cast.facts["clients"] if client["name"] == "demo-script")
    secret = (script["clientId"], script["clientSecret"])
    own = house.client.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=secret).json()

    def active(text: str) -> bool:
        answer = house.client.post("/oauth2/introspect", data={"token": text}, auth=secret)
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["active"])

    assert [active(own["access_token"]), active(house.token(LEADER)), active("nonsense")] == [True, False, False]
    with httpx.Client(timeout=20, trust_env=False) as browser:
        tokens = logged_in(house, browser, HEAD)
    revoke = {"client_id": "demo-app", "token": tokens["refresh_token"]}
    assert form_post(house, "/oauth2/revoke", revoke).status_code == 200
    assert form_post(house, "/oauth2/revoke", revoke).status_code == 200, "once more tells nobody anything"
    again = token(house, "demo-app", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again["error"] == "invalid_grant"


def test_what_a_device_code_is_good_for_is_said_to_nobody_else(house: House, screen: str) -> None:
    begun = form_post(
        house, "/oauth2/device-authorization", {"client_id": screen, "scope": SCOPE, "tenant": "norrvik"}
    ).json()
    assert token(house, "demo-app", grant_type=DEVICE, device_code=begun["device_code"])["error"] in (
        "unauthorized_client",
        "invalid_grant",
    )
    assert not re.search(r"[AEIOU]", begun["user_code"]), "no words by chance"
