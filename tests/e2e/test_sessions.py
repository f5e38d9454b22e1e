"""Logins, refresh tokens, logout, and how fast a right that was taken away is gone everywhere."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from cli.demo.login import LoginFailed, Wish, log_in_with
from tests.e2e.house import ADMIN, AUDITOR, EVERY_SCOPE, HEAD, PARTICIPANT, TRAINER, House, problem, wait

pytestmark = pytest.mark.stack

PATHS = (
    "/identity/v1/accounts",
    "/projects/v1/projects",
    "/sync/v1/runs",
    "/training/v1/courses",
    "/webhooks/v1/events",
)
OFFLINE = f"{EVERY_SCOPE} offline_access"


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20, trust_env=False) as browser:
        yield browser


def _client(house: House) -> dict[str, str]:
    return dict(next(client for client in house.cast.facts["clients"] if client["name"] == "demo-app"))


def _log_in(house: House, browser: httpx.Client, user: str, password: str | None = None) -> dict[str, Any]:
    known = next(person for person in house.cast.facts["users"] if person["username"] == user)
    credentials = {"username": user, "password": known["password"] if password is None else password}
    wish = Wish("norrvik", known["tenant"], OFFLINE)
    return log_in_with(browser, house.gateway, _client(house), wish, credentials)


def _token_request(house: House, **form: str) -> httpx.Response:
    return house.client.post("/oauth2/token", data={"client_id": _client(house)["clientId"], **form})


def _refresh(house: House, token: str) -> httpx.Response:
    return _token_request(house, grant_type="refresh_token", refresh_token=token)


def _me(house: House, access_token: str) -> int:
    headers = {"Authorization": f"Bearer {access_token}"}
    return house.client.get("/identity/v1/me", headers=headers).status_code


@dataclass(frozen=True)
class Removed:
    """Somebody whose last role was taken away at `at`, and the tokens that they had."""

    house: House
    tokens: dict[str, Any]
    at: float

    def status(self, path: str) -> int:
        """What their access token gets."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return self.house.client.get(path, headers=headers).status_code


@pytest.fixture(scope="module", autouse=True)
def removed(house: House) -> Iterator[Removed]:
    """The auditor, who loses every role before the first test of this file and gets it back after the last."""
    with httpx.Client(timeout=20, trust_env=False) as browser:
        before = Removed(house, _log_in(house, browser, AUDITOR), 0)
    assert [before.status(path) for path in PATHS] == [200] * len(PATHS)
    account = house.read("/identity/v1/me", AUDITOR)["accountId"]
    for membership in house.each(f"/identity/v1/memberships?accountId={account}", ADMIN):
        path = f"/identity/v1/memberships/{membership['id']}"
        removal = house.ask("DELETE", path, ADMIN, headers={"If-Match": f'"{membership["version"]}"'})
        assert removal.status_code == 204, removal.text
    yield replace(before, at=time.monotonic())
    house.made("/identity/v1/memberships", {"accountId": account, "role": "auditor", "side": "customer"}, ADMIN)
    time.sleep(1)  # a token of the same second could still fall under the cut-off
    house.forget(AUDITOR)
    assert house.ask("GET", "/sync/v1/runs", AUDITOR).status_code == 200


def test_a_wrong_password_gets_no_session(house: House, browser: httpx.Client) -> None:
    with pytest.raises(LoginFailed):
        _log_in(house, browser, HEAD, password="wrong")
    with pytest.raises(LoginFailed):
        _log_in(house, browser, HEAD, password="' OR 1=1 --")


def test_a_session_spares_the_second_login_until_logout_ends_it(house: House, browser: httpx.Client) -> None:
    first = _log_in(house, browser, HEAD)
    again = _log_in(house, browser, HEAD, password="not needed")
    assert _me(house, again["access_token"]) == 200

    wish = {"id_token_hint": first["id_token"], "client_id": "demo-app"}
    back = {"post_logout_redirect_uri": f"{house.gateway}/", "state": "s"}
    left = browser.get(f"{house.gateway}/oauth2/logout", params=wish | back)
    assert left.headers["location"] == f"{house.gateway}/?state=s"

    with pytest.raises(LoginFailed):
        _log_in(house, browser, HEAD, password="not needed")
    assert _refresh(house, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert _refresh(house, again["refresh_token"]).json()["error"] == "invalid_grant"


def test_logout_sends_nobody_to_an_address_that_is_not_registered(house: House, browser: httpx.Client) -> None:
    tokens = _log_in(house, browser, HEAD)
    wish = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "https://evil.example/"}
    refused = browser.get(f"{house.gateway}/oauth2/logout", params=wish | {"client_id": "demo-app"})
    assert refused.status_code == 400
    assert "location" not in refused.headers
    asked = browser.get(f"{house.gateway}/oauth2/logout")
    assert asked.status_code == 200, "without proof the person is asked"
    assert _refresh(house, tokens["refresh_token"]).status_code == 200


def test_a_refresh_token_works_once_and_its_second_use_ends_the_family(house: House, browser: httpx.Client) -> None:
    first = _log_in(house, browser, TRAINER)
    second = _refresh(house, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert _me(house, second["access_token"]) == 200

    stolen = _refresh(house, first["refresh_token"])

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert _refresh(house, second["refresh_token"]).json()["error"] == "invalid_grant"
    house.forget(TRAINER)  # every token of the account is cut off, as tests/identity proves


def test_a_refresh_cannot_widen_what_was_granted(house: House, browser: httpx.Client) -> None:
    known = next(person for person in house.cast.facts["users"] if person["username"] == PARTICIPANT)
    credentials = {"username": PARTICIPANT, "password": known["password"]}
    wish = Wish("norrvik", "norrvik", "openid offline_access")
    narrow = log_in_with(browser, house.gateway, _client(house), wish, credentials)
    wider = _token_request(
        house, grant_type="refresh_token", refresh_token=narrow["refresh_token"], scope="openid projects:write"
    )
    assert wider.json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": "authorization_code", "code": "\0"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x" * 100_000}, "invalid_request"),
    ],
)
def test_the_token_endpoint_refuses_in_oauths_own_words(house: House, form: dict[str, str], error: str) -> None:
    answer = _token_request(house, **form)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] == error
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": ""},
        {"client_id": "nobody"},
        {"client_id": ""},
    ],
)
def test_authorize_never_redirects_to_a_stranger(house: House, change: dict[str, str]) -> None:
    query = {"response_type": "code", "client_id": "demo-app", "redirect_uri": _client(house)["redirectUri"]} | change
    answer = house.client.get("/oauth2/authorize", params=query)
    problem(answer, 400)
    assert "location" not in answer.headers


def test_a_request_without_pkce_is_sent_back_with_the_reason(house: House) -> None:
    query = {
        "response_type": "code",
        "client_id": "demo-app",
        "redirect_uri": _client(house)["redirectUri"],
        "scope": "openid",
        "tenant": "norrvik",
        "state": "s",
    }
    for weaker in ({}, {"code_challenge": "a" * 43, "code_challenge_method": "plain"}):
        answer = house.client.get("/oauth2/authorize", params=query | weaker)
        assert answer.status_code == 303
        assert "error=invalid_request" in answer.headers["location"]
        assert answer.headers["location"].startswith(_client(house)["redirectUri"])


def test_a_script_can_not_hand_out_rights(house: House) -> None:
    script = next(client for client in house.cast.facts["clients"] if client["name"] == "demo-script")
    answer = house.client.post(
        "/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(script["clientId"], script["clientSecret"]),
    )
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert house.client.get("/projects/v1/projects", headers=headers).status_code == 200
    body = {"accountId": house.read("/identity/v1/me")["accountId"], "role": "tenant_admin", "side": "customer"}
    refused = house.client.post("/identity/v1/memberships", headers=headers, json=body)
    problem(refused, 403)
    wrong = house.client.post(
        "/oauth2/token", data={"grant_type": "client_credentials"}, auth=(script["clientId"], "wrong")
    )
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


def test_a_removed_membership_is_gone_from_every_service_within_a_minute(house: House, removed: Removed) -> None:
    """Last in this file, since services remember for some seconds who may come in."""
    for path in PATHS:
        wait(lambda path=path: removed.status(path) == 401, path, seconds=60)  # type: ignore[misc]
    assert time.monotonic() - removed.at < 60
    assert _refresh(house, removed.tokens["refresh_token"]).json()["error"] == "invalid_grant"
    with httpx.Client(timeout=20, trust_env=False) as browser, pytest.raises(LoginFailed):
        _log_in(house, browser, AUDITOR)
