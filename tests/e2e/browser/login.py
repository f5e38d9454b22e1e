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
    """The demo app, as it would stand in a front-end."""

    house: House
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def redirect_uri(self) -> str:
        return f"{self.house.gateway}/demo/callback"

    def address(self, tenant: str, **asked: str) -> str:
        """Where the front-end sends the person."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {
            "response_type": "code",
            "client_id": "demo-app",
            "redirect_uri": self.redirect_uri,
            "scope": EVERY_SCOPE,
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
            "client_id": "demo-app",
            "code": answer["code"],
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        response = self.house.client.post("/oauth2/token", data=form)
        assert response.status_code == 200, response.text
        tokens: dict[str, Any] = response.json()
        return tokens


def password(house: House, username: str) -> str:
    return str(next(user["password"] for user in house.cast.facts["users"] if user["username"] == username))


def fill_in(person: Person, house: House, username: str) -> None:
    """The form of the demo identity provider."""
    person.type("username", username)
    person.type("password", password(house, username))
    person.press()
