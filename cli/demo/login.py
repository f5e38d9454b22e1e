"""Logging in as a person would: authorization code with PKCE (RFC 7636), the IdP's form filled in, cookies kept."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

_MOST_STEPS = 12


class LoginFailed(Exception):
    """The login did not end at our redirect address; the message says where it stopped."""


class _Form(HTMLParser):
    """The first form of a page: its address and the fields with their present values."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = given.get("action", "")
            self._is_inside = True
        elif tag == "input" and self._is_inside and given.get("name"):
            self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False


@dataclass(frozen=True)
class Wish:
    """A token for `scope` in `tenant`, for a person who logs in at the provider of `home` (ids or short names)."""

    tenant: str
    home: str
    scope: str


def log_in(gateway: str, client: dict[str, str], wish: Wish, username: str, password: str) -> dict[str, Any]:
    """The token response for `username`. `client` holds `clientId` and `redirectUri` of a public client."""
    with httpx.Client(timeout=20, trust_env=False) as browser:
        return log_in_with(browser, gateway, client, wish, {"username": username, "password": password})


def log_in_with(
    browser: httpx.Client, gateway: str, client: dict[str, str], wish: Wish, credentials: dict[str, str]
) -> dict[str, Any]:
    """The token response of a login in `browser`, whose cookies may spare the form that `credentials` are for."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    state = secrets.token_urlsafe(16)
    query = {
        "response_type": "code",
        "client_id": client["clientId"],
        "redirect_uri": client["redirectUri"],
        "scope": wish.scope,
        "state": state,
        "tenant": wish.tenant,
        "home_tenant": wish.home,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    first = browser.build_request("GET", f"{gateway}/oauth2/authorize", params=query)
    answer = _walk(browser, first, client["redirectUri"], credentials)
    if answer.get("state") != state or answer.get("iss") != gateway or "code" not in answer:
        raise LoginFailed(f"the login ended with {answer.get('error', 'an answer that is not ours')}")
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": client["redirectUri"],
        "client_id": client["clientId"],
        "code_verifier": verifier,
    }
    response = browser.post(f"{gateway}/oauth2/token", data=form)
    if response.status_code != httpx.codes.OK:
        raise LoginFailed(f"the token request was answered with {response.status_code}: {response.text[:300]}")
    answered: dict[str, Any] = response.json()
    return answered


def try_out(url: str, username: str, password: str) -> None:
    """Make the login on trial at `url` in a fresh browser, up to the page that ends it."""
    credentials = {"username": username, "password": password}
    with httpx.Client(timeout=20, trust_env=False) as browser:
        request, is_form_filled = browser.build_request("GET", url), False
        for _ in range(_MOST_STEPS):
            response = browser.send(request)
            if response.is_redirect:
                request = browser.build_request("GET", urljoin(str(response.url), response.headers["location"]))
                continue
            form = _form_of(response)
            if response.status_code != httpx.codes.OK or (form is not None and is_form_filled):
                raise LoginFailed(f"{response.url.path} answered {response.status_code}: {response.text[:300]}")
            if form is None:
                return
            is_form_filled, request = True, _filled(browser, response, form, credentials)
    raise LoginFailed("the login went in circles")


def _form_of(response: httpx.Response) -> _Form | None:
    form = _Form()
    form.feed(response.text)
    return form if form.action is not None else None


def _filled(browser: httpx.Client, response: httpx.Response, form: _Form, credentials: dict[str, str]) -> httpx.Request:
    values = {**form.fields, **{name: value for name, value in credentials.items() if name in form.fields}}
    return browser.build_request("POST", urljoin(str(response.url), form.action or ""), data=values)


def _walk(browser: httpx.Client, request: httpx.Request, goal: str, credentials: dict[str, str]) -> dict[str, str]:
    """Follow redirects and fill in the one form on the way until the redirect address; its parameters."""
    is_form_filled = False
    for _ in range(_MOST_STEPS):
        response = browser.send(request)
        if response.is_redirect:
            target = urljoin(str(response.url), response.headers["location"])
            if target.split("?")[0] == goal:
                return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
            request = browser.build_request("GET", target)
            continue
        form = _form_of(response)
        if response.status_code != httpx.codes.OK or form is None or is_form_filled:
            raise LoginFailed(f"{response.url.path} answered {response.status_code}: {response.text[:300]}")
        is_form_filled, request = True, _filled(browser, response, form, credentials)
    raise LoginFailed("the login went in circles")
