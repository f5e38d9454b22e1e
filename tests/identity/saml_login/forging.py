"""Answers of identity providers, honest and forged, posted by hand."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import orjson
from sqlalchemy import text

from cli.demo_idp.directory import SamlIdentity, User
from cli.demo_idp.saml.answers import Answerer, Destination, Login
from cli.demo_idp.saml.requests import LoginWish, from_redirect, login_wish
from tests.identity.world import Browser, Pkce, World

SCOPE = "openid profile accounts:read"
STRONG = "urn:startklar:demo:two-factor"


@dataclass(frozen=True)
class Person:
    """Who the forged answer is about."""

    eppn: str = "admin-soderby@soderby.example"
    context: str = STRONG


@dataclass
class Underway:
    """A login that has reached the provider, in its browser."""

    browser: Browser
    pkce: Pkce
    wish: LoginWish

    @property
    def acs(self) -> str:
        return self.wish.issuer.replace("/metadata", "/acs")

    async def post(self, response: bytes | str, by: Browser | None = None, /, **changes: str) -> httpx.Response:
        """Post an answer to where it belongs, with this login's RelayState, in this browser or another."""
        value = base64.b64encode(response).decode() if isinstance(response, bytes) else response
        fields = {"SAMLResponse": value, "RelayState": self.wish.relay_state} | changes
        url = fields.pop("url", self.acs)
        client = (by or self.browser).client
        return await client.post(url, data={name: value for name, value in fields.items() if value})

    async def outcome(self, response: bytes | str, **changes: str) -> str:
        """What the client is told, or the status of the page where there is no client to tell."""
        answered = await self.post(response, **changes)
        if answered.status_code != 303:
            return str(answered.status_code)
        arrived = await self.browser.finish(answered)
        return arrived.get("error", "logged in" if "code" in arrived else "?")


async def depart(browser: Browser, tenant: str = "soderby", **asked: str) -> Underway:
    """From the client's request to the provider's door."""
    pkce = Pkce()
    response = await browser.authorize(browser.parameters(tenant, SCOPE, pkce, **asked))
    while response.is_redirect and "SAMLRequest=" not in response.headers["location"]:
        response = await browser.client.get(response.headers["location"])
    query = urlsplit(response.headers["location"]).query
    return Underway(browser, pkce, login_wish(from_redirect(query, "SAMLRequest")))


class Forger:
    """Answers like the demo provider, with its key unless another is given."""

    def __init__(self, world: World, identity: SamlIdentity | None = None, entity_id: str | None = None) -> None:
        kept = orjson.loads(world.idp_file.read_bytes())["saml"]
        self.identity = identity or SamlIdentity(kept["privateKey"], kept["certificate"], ())
        self.entity_id = entity_id or f"{world.facts['identityProvider']}/saml/metadata"

    def answer(self, wish: LoginWish, person: Person = Person(), /, **changes: Any) -> bytes:
        """A response to `wish`; `changes` set `request_id`, `audience`, `url` or `at` to something else."""
        user = User("x", "x", person.eppn, "Kim Exempel", person.context, (person.context,))
        url = changes.get("url", wish.issuer.replace("/metadata", "/acs"))
        destination = Destination(changes.get("audience", wish.issuer), url)
        login = Login(user, changes.get("at", datetime.now(UTC)), person.context, "_session")
        answerer = Answerer(self.entity_id, self.identity)
        return answerer.response(destination, changes.get("request_id", wish.request_id), login)


async def configure(world: World, tenant: str = "soderby", **changes: Any) -> None:
    """Change the SAML provider of a tenant past the API; `state` is a column, the rest its configuration."""
    async with world.database.transaction(UUID(world.tenant(tenant))) as session:
        if state := changes.pop("state", None):
            await session.execute(text("UPDATE identity_provider SET state = :state"), {"state": state})
        patch = orjson.dumps(changes).decode()
        statement = text("UPDATE identity_provider SET configuration = configuration || CAST(:patch AS jsonb)")
        await session.execute(statement, {"patch": patch})
