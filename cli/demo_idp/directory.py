"""Who may log in and which clients may send them, from a JSON file that is read again when it changes."""

import hmac
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class User:
    """An invented person. `acr` is what a login of this person is worth; `eppn` is the login name that we assert."""

    username: str
    password: str
    eppn: str
    name: str
    acr: str


@dataclass(frozen=True)
class Client:
    """A relying party with its secret and exact redirect addresses."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]


class Directory:
    """`{"users": [...], "clients": [...]}` in camelCase; absent or broken files count as empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: int | None = None
        self._users: dict[str, User] = {}
        self._clients: dict[str, Client] = {}

    def find_client(self, client_id: str | None) -> Client | None:
        self._refresh()
        return self._clients.get(client_id or "")

    def check_password(self, username: str, password: str) -> User | None:
        """The user whose password this is."""
        self._refresh()
        user = self._users.get(username.strip().lower())
        is_right = hmac.compare_digest((user.password if user else "").encode(), password.encode())
        return user if user and is_right else None

    def _refresh(self) -> None:
        try:
            changed_at = self._path.stat().st_mtime_ns
            if changed_at == self._read_at:
                return
            content = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return
        self._read_at = changed_at
        users = [User(**{key: entry[key] for key in User.__dataclass_fields__}) for entry in content["users"]]
        self._users = {user.username.lower(): user for user in users}
        self._clients = {
            entry["clientId"]: Client(entry["clientId"], entry["clientSecret"], tuple(entry["redirectUris"]))
            for entry in content["clients"]
        }
