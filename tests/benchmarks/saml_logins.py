"""Logins over SAML by hand: a client that plays browser, identity provider and app, cheap enough to measure behind."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from cli.demo_idp.directory import SamlIdentity, User
from cli.demo_idp.saml.answers import Answerer, Destination, Login
from cli.demo_idp.saml.requests import from_redirect, login_wish

STRONG = "urn:startklar:demo:two-factor"
IDP = "http://127.0.0.1:1"
_PERSON = "admin-soderby"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Waiting:
    """A login that the provider has answered: what the browser posts and which cookies it has, and PKCE's verifier."""

    acs: str
    body: bytes
    cookies: str
    verifier: str


class Player:
    """Plays logins at `base`, where a service runs that calls itself `issuer`, with the answers of provider `idp`."""

    def __init__(
        self, base: str, issuer: str, facts: dict[str, Any], directory: dict[str, Any], idp: str = IDP
    ) -> None:
        self._client = httpx.AsyncClient(base_url=base, trust_env=False, timeout=60)
        # Every login is another browser's: its cookies are sent by hand, and nobody else's session spares it.
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._base, self._issuer = base, issuer
        self._back = str(facts["clients"][0]["redirectUri"])
        kept = directory["saml"]
        identity = SamlIdentity(kept["privateKey"], kept["certificate"], ())
        self._provider = Answerer(f"{idp}/saml/metadata", identity)
        user = next(one for one in directory["users"] if one["username"] == _PERSON)
        self._user = User.read(user)

    async def close(self) -> None:
        await self._client.aclose()

    async def begin(self) -> Waiting:
        """From the client's request to the answer of the provider."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": "demo-app",
            "redirect_uri": self._back,
            "scope": "openid profile projects:read",
            "tenant": "soderby",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        begun = await self._client.get("/oauth2/authorize", params=asked)
        cookies = _cookies(begun)
        away = await self._client.get(self._here(begun.headers["location"]), headers={"Cookie": cookies})
        wish = login_wish(from_redirect(urlsplit(away.headers["location"]).query, "SAMLRequest"))
        acs = wish.issuer.replace("/metadata", "/acs")
        login = Login(self._user, datetime.now(UTC), STRONG, f"_{secrets.token_hex(8)}")
        answer = self._provider.response(Destination(wish.issuer, acs), wish.request_id, login)
        fields = {"SAMLResponse": base64.b64encode(answer).decode(), "RelayState": wish.relay_state}
        return Waiting(self._here(acs), urlencode(fields).encode(), f"{cookies}; {_cookies(away)}", verifier)

    async def arrive(self, waiting: Waiting) -> None:
        """The login leg: the answer is posted, a session begins, the code becomes tokens."""
        arrived = await self._client.post(
            waiting.acs, content=waiting.body, headers=_FORM | {"Cookie": waiting.cookies}
        )
        code = parse_qs(urlsplit(arrived.headers["location"]).query)["code"][0]
        form = {
            "grant_type": "authorization_code",
            "client_id": "demo-app",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": waiting.verifier,
        }
        (await self._client.post("/oauth2/token", data=form)).raise_for_status()

    async def arrive_at_parts(self, base: str, waiting: Waiting) -> None:
        """The same two requests to the bare routes."""
        arrived = await self._client.post(f"{base}/acs", content=waiting.body, headers=_FORM)
        code = parse_qs(urlsplit(arrived.headers["location"]).query)["code"][0]
        (await self._client.post(f"{base}/token", data={"code": code})).raise_for_status()

    def _here(self, address: str) -> str:
        return address.replace(self._issuer, self._base)


def _cookies(response: httpx.Response) -> str:
    given: Sequence[str] = response.headers.get_list("set-cookie")
    return "; ".join(one.partition(";")[0] for one in given)
