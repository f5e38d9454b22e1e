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
    answer = _Walk(browser, credentials).go(first, client["redirectUri"]) or {"error": "a page"}
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
    with httpx.Client(timeout=20, trust_env=False) as browser:
        walk = _Walk(browser, {"username": username, "password": password})
        if walk.go(browser.build_request("GET", url)) is not None:
            raise LoginFailed("the login on trial ended somewhere else")


class _Page(HTMLParser):
    """The first form of a page, its address and the fields with their present values; and the links."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self._base = str(response.url)
        self._is_inside = False
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = urljoin(self._base, given.get("action", ""))
            self._is_inside = True
        elif tag == "input" and self._is_inside and given.get("name"):
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "a" and "href" in given:
            self.links.append(urljoin(self._base, given["href"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False


@dataclass
class _Walk:
    """A browser on its way: follows redirects, sends the forms on that SAML hands it, takes the first of several
    login methods, and fills in the one form that asks for a password."""

    browser: httpx.Client
    credentials: dict[str, str]
    is_form_filled: bool = False

    def go(self, request: httpx.Request, goal: str | None = None) -> dict[str, str] | None:
        """The parameters with which it comes to `goal`; None where it ends at a page that asks for nothing."""
        for _ in range(_MOST_STEPS):
            response = self.browser.send(request)
            if response.is_redirect:
                target = urljoin(str(response.url), response.headers["location"])
                if target.split("?")[0] == goal:
                    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
                request = self.browser.build_request("GET", target)
                continue
            following = self._following(response)
            if following is None:
                return None
            request = following
        raise LoginFailed("the login went in circles")

    def _following(self, response: httpx.Response) -> httpx.Request | None:
        page = _Page(response)
        asks = "password" in page.fields
        if response.status_code != httpx.codes.OK or (asks and self.is_form_filled):
            raise LoginFailed(f"{response.url.path} answered {response.status_code}: {response.text[:300]}")
        if page.action is not None:
            self.is_form_filled = self.is_form_filled or asks
            return self.browser.build_request(
                "POST", page.action, data=page.fields | (self.credentials if asks else {})
            )
        choice = next((link for link in page.links if "/login?" in link), None)
        return self.browser.build_request("GET", choice) if choice else None
