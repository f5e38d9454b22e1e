"""The demo world over real HTTP: identity and the demo identity provider as servers, a browser that keeps cookies."""

import asyncio
import base64
import hashlib
import json
import re
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import uvicorn
from fastapi import FastAPI

from cli.demo_idp.app import create_app as create_idp
from services.identity.app import create_app
from services.identity.seed.__main__ import seed, write_private
from services.identity.settings import Settings
from shared.auth.jws import SigningKey
from shared.kit.db import Database
from tests.support.databases import DatabaseUrls
from tests.support.services import FILE_KEY

SCOPE = "openid profile accounts:read accounts:write memberships:read memberships:write journal:read"


@dataclass
class Pkce:
    """A verifier and its challenge (RFC 7636)."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class World:
    """A running identity service with the demo cast."""

    issuer: str
    facts: dict[str, Any]
    database: Database
    settings: Settings
    keys: Path
    idp_file: Path

    @property
    def redirect_uri(self) -> str:
        return str(self.facts["clients"][0]["redirectUri"])

    @property
    def script(self) -> tuple[str, str]:
        """Client id and secret of the demo script."""
        entry = self.facts["clients"][1]
        return entry["clientId"], entry["clientSecret"]

    def tenant(self, slug: str) -> str:
        return next(str(tenant["id"]) for tenant in self.facts["tenants"] if tenant["slug"] == slug)

    def password(self, username: str) -> str:
        return next(str(user["password"]) for user in self.facts["users"] if user["username"] == username)

    def service_key(self, service: str) -> SigningKey:
        return SigningKey.from_pem((self.keys / f"{service}.pem").read_bytes())

    def browser(self) -> "Browser":
        return Browser(self, httpx.AsyncClient(base_url=self.issuer, trust_env=False))

    async def log_in(self, username: str, tenant: str = "norrvik", scope: str = SCOPE, **asked: str) -> dict[str, Any]:
        """The token response of a fresh login."""
        async with self.browser() as browser:
            return await browser.log_in(username, tenant, scope, **asked)

    async def ask_for_token(self, **form: str) -> httpx.Response:
        """A request of the public client at the token endpoint."""
        async with httpx.AsyncClient(base_url=self.issuer, trust_env=False) as client:
            return await client.post("/oauth2/token", data={"client_id": "demo-app", **form})

    def tell_idp(self, **changes: list[dict[str, Any]]) -> None:
        """Add users to the demo provider's directory."""
        content = json.loads(self.idp_file.read_text())
        content["users"] += changes.get("users", [])
        write_private(self.idp_file, content)


class SelfSending(HTMLParser):
    """The form of a page that sends itself: its address and its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    @classmethod
    def of(cls, page: str) -> "SelfSending":
        form = cls()
        form.feed(page)
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and given.get("name"):
            self.fields[given["name"]] = given.get("value", "")


class Browser:
    """Follows redirects by hand, so that a test can look at or change each step."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self.world = world
        self.client = client

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    def parameters(self, tenant: str, scope: str, pkce: Pkce, **asked: str) -> dict[str, str]:
        """A correct authorization request; an empty value in `asked` leaves a parameter out."""
        wanted = {
            "response_type": "code",
            "client_id": "demo-app",
            "redirect_uri": self.world.redirect_uri,
            "scope": scope,
            "state": "the-clients-state",
            "nonce": "the-clients-nonce",
            "tenant": tenant,
            "code_challenge": pkce.challenge,
            "code_challenge_method": "S256",
        } | asked
        return {name: value for name, value in wanted.items() if value}

    async def authorize(self, parameters: dict[str, str], method: str = "GET") -> httpx.Response:
        if method == "POST":
            return await self.client.post("/oauth2/authorize", data=parameters)
        return await self.client.get("/oauth2/authorize", params=parameters)

    async def to_form(self, response: httpx.Response) -> httpx.Response:
        """From the authorization endpoint's redirect to the provider's login form."""
        for _ in range(4):
            if response.status_code == 200:
                if 'name="SAMLRequest"' not in response.text:
                    return response
                response = await self.send_form(response)
            else:
                response = await self.client.get(response.headers["location"])
        raise AssertionError("no form")

    async def send_form(self, page: httpx.Response, **changes: str) -> httpx.Response:
        """Send the form of a page that would send itself; an empty value in `changes` leaves a field out."""
        form = SelfSending.of(page.text)
        fields = {name: value for name, value in (form.fields | changes).items() if value}
        return await self.client.post(page.url.join(form.action), data=fields)

    async def fill_in(self, form: httpx.Response, username: str, password: str | None = None) -> httpx.Response:
        """Send the form; the provider's redirect back, or the form again. Whom a SAML provider knows fills in none."""
        if 'name="SAMLResponse"' in form.text:
            return form
        ticket = re.search(r'name="ticket" value="([^"]+)"', form.text)
        assert ticket is not None
        password = self.world.password(username) if password is None else password
        values = {"ticket": ticket[1], "username": username, "password": password}
        return await self.client.post(form.url.join("login"), data=values)

    async def finish(self, response: httpx.Response) -> dict[str, str]:
        """From the provider's redirect to what arrives at the client."""
        for _ in range(4):
            if response.status_code == 200:
                response = await self.send_form(response)
            target = response.headers["location"]
            if target.startswith(self.world.redirect_uri):
                return dict(parse_qsl(urlsplit(target).query))
            response = await self.client.get(target)
        raise AssertionError(f"ended at {response.url}: {response.status_code}")

    async def code_for(
        self, username: str, tenant: str = "norrvik", scope: str = SCOPE, pkce: Pkce | None = None, **asked: str
    ) -> dict[str, str]:
        """What the client receives after a login with the form."""
        first = await self.authorize(self.parameters(tenant, scope, pkce or Pkce(), **asked))
        return await self.finish(await self.fill_in(await self.to_form(first), username))

    async def log_in(self, username: str, tenant: str = "norrvik", scope: str = SCOPE, **asked: str) -> dict[str, Any]:
        """The token response of a login with the form."""
        pkce = Pkce()
        answer = await self.code_for(username, tenant, scope, pkce, **asked)
        assert "code" in answer, answer
        return await self.redeem(answer["code"], pkce)

    async def redeem(self, code: str, pkce: Pkce) -> dict[str, Any]:
        response = await self.world.ask_for_token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self.world.redirect_uri,
            code_verifier=pkce.verifier,
        )
        assert response.status_code == 200, response.text
        tokens: dict[str, Any] = response.json()
        return tokens


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def serving(app: FastAPI, sock: socket.socket) -> AsyncIterator[None]:
    """The app on a listening socket, in this event loop."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def listening() -> tuple[socket.socket, str]:
    sock = socket.create_server(("127.0.0.1", 0))
    return sock, f"http://127.0.0.1:{sock.getsockname()[1]}"


@asynccontextmanager
async def running_world(urls: DatabaseUrls, redis_url: str, folder: Path) -> AsyncIterator[World]:
    """Seeded, served and torn down."""
    (sock, issuer), (idp_sock, idp) = listening(), listening()
    for service in ("identity", "projects", "sync", "training", "webhooks"):
        (folder / f"{service}.pem").write_bytes(SigningKey.generate().pem())
    settings = Settings.model_validate(
        {
            "environment": "test",
            "database_url": urls.app,
            "relay_database_url": urls.relay,
            "redis_url": redis_url,
            "public_url": issuer,
            "issuer": issuer,
            "jwks_url": f"{issuer}/oauth2/jwks",
            "service_urls": {"identity": issuer},
            "client_key_file": folder / "identity.pem",
            "file_key": FILE_KEY,
        }
    )
    facts, directory = await seed(settings, idp)
    idp_file = folder / "demo-idp.json"
    write_private(idp_file, directory)
    database = Database(urls.app, pool_size=2)
    async with serving(create_idp(idp, idp_file), idp_sock), serving(create_app(settings), sock):
        yield World(issuer, facts, database, settings, folder, idp_file)
    await database.stop()
