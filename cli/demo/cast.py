"""Who acts in the demo: the users of `demo.json`, each logged in when first needed."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.demo.api import Caller
from cli.demo.login import Wish, log_in
from shared.auth import Scope

LEADER, REGISTER, APPROVER, TRAINER, ADMIN = "ledare", "register", "beslut", "utbildare", "admin"
HEAD = "rektor"
SUPPLIER = "leverantor"
APP = "demo-app"

# All that the application is registered for: what of it a person may do, their roles say.
_SCOPES = " ".join(scope for scope in Scope if scope is not Scope.offline_access)


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

    def with_scope(self, username: str, scope: str) -> Caller:
        """A caller logged in as `username` for what the demo does not do."""
        return Caller(self.gateway, lambda: str(self.tokens(username, self.tenant_of(username), scope)["access_token"]))

    def token(self, username: str) -> str:
        """A fresh access token of `username` where they play a part. KeyError for an unknown name."""
        return str(self.tokens(username, self.tenant_of(username))["access_token"])

    def password(self, username: str) -> str:
        """What `username` types in at the demo identity provider. KeyError for an unknown name."""
        return str(self._user(username)["password"])

    def tenant_of(self, username: str) -> str:
        """Short name of the demo authority for all who hold a role there, of their own tenant for the others."""
        user = self._user(username)
        slug = next(tenant["slug"] for tenant in self.facts["tenants"] if tenant["id"] == self.facts["tenant"])
        return str(slug if any(role.endswith(f"@ {slug}") for role in user["roles"]) else user["tenant"])

    def tokens(self, username: str, tenant: str, scope: str = _SCOPES) -> dict[str, Any]:
        """The token response of a fresh login for `tenant`, at the provider of the user's own tenant."""
        user = self._user(username)
        client = next(client for client in self.facts["clients"] if client["name"] == APP)
        return log_in(self.gateway, client, Wish(tenant, user["tenant"], scope), username, user["password"])

    def _user(self, username: str) -> dict[str, Any]:
        """KeyError for an unknown name."""
        found = {user["username"]: user for user in self.facts["users"]}
        return dict(found[username])
