"""The client's side of a browser login: the address to begin at, and the tokens for the code that comes back."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.e2e.browser.person import Person
from tests.e2e.house import EVERY_SCOPE, House


@dataclass
class Client:
    """The demo app, or one that is registered in the test, as it would stand in a front-end."""

    house: House
    client_id: str = "demo-app"
    address_of_its_own: str | None = None
    scope: str = EVERY_SCOPE
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def redirect_uri(self) -> str:
        return self.address_of_its_own or f"{self.house.gateway}/demo/callback"

    def address(self, tenant: str, **asked: str) -> str:
        """Where the front-end sends the person."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": self.state,
            "tenant": tenant,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.house.gateway}/oauth2/authorize?{urlencode(parameters | asked)}"

    def tokens(self, person: Person) -> dict[str, Any]:
        """Redeem the code that the person's browser brings back."""
        answer = person.arrives_at(self.redirect_uri)
        assert answer.get("state") == self.state
        assert answer.get("iss") == self.house.gateway
        assert "code" in answer, answer
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": answer["code"],
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        response = self.house.client.post("/oauth2/token", data=form)
        assert response.status_code == 200, response.text
        tokens: dict[str, Any] = response.json()
        return tokens


def register(house: House, admin: str, **wishes: Any) -> Client:
    """A client that the administrator of a tenant registers."""
    body = {"kind": "public", "scopes": ["openid", "offline_access"], **wishes}
    made = house.made("/identity/v1/clients", body, admin)
    return Client(house, str(made["clientId"]), str(wishes["redirectUris"][0]), "openid offline_access")


def log_in(person: Person, client: Client, tenant: str, username: str | None = None, **asked: str) -> dict[str, Any]:
    """The tokens for a person who needs to say their password only where `username` is given."""
    person.visit(client.address(tenant, **asked))
    if username is not None:
        fill_in(person, client.house, username)
    return client.tokens(person)


def refused_refresh(client: Client, tokens: dict[str, Any]) -> bool:
    """Whether the refresh token is dead."""
    form = {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": tokens["refresh_token"]}
    response = client.house.client.post("/oauth2/token", data=form)
    assert response.status_code in (200, 400), response.text
    return response.status_code == 400 and response.json()["error"] == "invalid_grant"


def password(house: House, username: str) -> str:
    return str(next(user["password"] for user in house.cast.facts["users"] if user["username"] == username))


def fill_in(person: Person, house: House, username: str) -> None:
    """The form of the demo identity provider."""
    person.type("username", username)
    person.type("password", password(house, username))
    person.press()
