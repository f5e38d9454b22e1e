"""Who acts in the demo: the users of `demo.json`, each logged in when first needed."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.demo.api import Caller
from cli.demo.login import log_in

LEADER, REGISTER, APPROVER, TRAINER, ADMIN = "ledare", "register", "beslut", "utbildare", "admin"
APP = "demo-app"

_SCOPES = (
    "openid projects:read projects:write activities:read gates:read gates:write templates:read signals:read"
    " uploads:write uploads:read runs:read runs:write persons:read units:read jobs:read courses:read courses:write"
    " sessions:read sessions:write enrolments:read enrolments:write attendances:write coverage:read"
    " endpoints:read endpoints:write deliveries:read events:read journal:read"
)


@dataclass
class Cast:
    """Reads how to log in from `demo.json`; `as_` gives a caller for a user name."""

    facts: dict[str, Any]
    _callers: dict[str, Caller] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Cast":
        """The cast of the running stack. Errors: OSError, ValueError when nothing was started."""
        return cls(json.loads(path.read_text()))

    @property
    def gateway(self) -> str:
        return str(self.facts["gateway"])

    @property
    def names(self) -> list[str]:
        return [user["username"] for user in self.facts["users"]]

    def as_(self, username: str) -> Caller:
        """A caller logged in as `username`."""
        if username not in self._callers:
            self._callers[username] = Caller(self.gateway, lambda: self.token(username))
        return self._callers[username]

    def token(self, username: str) -> str:
        """A fresh access token of `username` in the demo authority. KeyError for an unknown name."""
        user = next((user for user in self.facts["users"] if user["username"] == username), None)
        client = next(client for client in self.facts["clients"] if client["name"] == APP)
        if user is None:
            raise KeyError(username)
        return log_in(self.gateway, client, self.facts["tenant"], user["username"], user["password"], _SCOPES)
