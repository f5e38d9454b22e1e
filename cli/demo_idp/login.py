"""Logins under way and the codes that they end in, in memory: after a restart one logs in again."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from cli.demo_idp.directory import Client, Directory, User

CODE_SECONDS = 60
_MANY = 10_000


class Refused(Exception):
    """An OAuth error; the message is its code."""


@dataclass(frozen=True)
class LoginRequest:
    """What the relying party asked for."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    acr_values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grant:
    """Who logged in, how, when, and for which request."""

    user: User
    acr: str
    request: LoginRequest
    auth_time: int
    expires_at: float


def read_request(query: Mapping[str, str], client: Client) -> LoginRequest:
    """The request of a known client at a registered address; raises Refused for what it lacks."""
    if query.get("response_type") != "code":
        raise Refused("unsupported_response_type")
    if "openid" not in query.get("scope", "").split():
        raise Refused("invalid_scope")
    if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
        raise Refused("invalid_request")
    if query.get("prompt") == "none":
        raise Refused("login_required")
    return LoginRequest(
        client.client_id,
        query["redirect_uri"],
        query.get("state", ""),
        query.get("nonce", ""),
        query["code_challenge"],
        tuple(query.get("acr_values", "").split()),
    )


class Logins:
    """One provider's open forms and codes."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._forms: dict[str, LoginRequest] = {}
        self._grants: dict[str, Grant] = {}

    def begin(self, request: LoginRequest) -> str:
        """A form for the request; its ticket comes back with the password."""
        ticket = secrets.token_urlsafe(24)
        if len(self._forms) >= _MANY:
            self._forms.clear()
        self._forms[ticket] = request
        return ticket

    def finish(self, ticket: str, username: str, password: str) -> tuple[LoginRequest, str | None]:
        """The request and a code for it, or None for a wrong password; raises Refused for an unknown form."""
        request = self._forms.get(ticket)
        if request is None:
            raise Refused("invalid_request")
        user = self._directory.check_password(username, password)
        if user is None:
            return request, None
        del self._forms[ticket]
        code = secrets.token_urlsafe(32)
        acr = user.reaches(request.acr_values) or user.acr
        self._grants[code] = Grant(user, acr, request, int(time.time()), time.monotonic() + CODE_SECONDS)
        return request, code

    def redeem(self, code: str, client: Client, redirect_uri: str, verifier: str) -> Grant:
        """What the code stands for, once; raises Refused."""
        grant = self._grants.pop(code, None)
        if grant is None or grant.expires_at < time.monotonic():
            raise Refused("invalid_grant")
        if (grant.request.client_id, grant.request.redirect_uri) != (client.client_id, redirect_uri):
            raise Refused("invalid_grant")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not hmac.compare_digest(challenge, grant.request.code_challenge):
            raise Refused("invalid_grant")
        return grant
