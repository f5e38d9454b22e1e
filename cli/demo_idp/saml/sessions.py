"""Who is logged in in which browser, at which service providers, in memory."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cli.demo_idp.directory import User
from cli.demo_idp.saml.requests import LoginWish

_MANY = 10_000


@dataclass
class Session:
    """One browser's login; `visited` are the service providers that were told of it."""

    user: User
    at: datetime
    index: str
    visited: list[str] = field(default_factory=list)


class Sessions:
    """Sessions by cookie, and forms under way by ticket."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._forms: dict[str, LoginWish] = {}

    def ask(self, wish: LoginWish) -> str:
        """The ticket of a form for `wish`."""
        if len(self._forms) >= _MANY:
            self._forms.clear()
        ticket = secrets.token_urlsafe(24)
        self._forms[ticket] = wish
        return ticket

    def asked(self, ticket: str) -> LoginWish | None:
        return self._forms.get(ticket)

    def start(self, ticket: str, user: User) -> tuple[str, Session]:
        """The person has said the password: a new session, and the cookie for it. The form is used up."""
        self._forms.pop(ticket, None)
        if len(self._sessions) >= _MANY:
            self._sessions.clear()
        cookie, session = secrets.token_urlsafe(24), Session(user, datetime.now(UTC), f"_{secrets.token_hex(12)}")
        self._sessions[cookie] = session
        return cookie, session

    def find(self, cookie: str | None) -> Session | None:
        return self._sessions.get(cookie or "")

    def end(self, cookie: str | None) -> Session | None:
        """The session that ended, if there was one."""
        return self._sessions.pop(cookie or "", None)
