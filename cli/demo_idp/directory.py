"""Who may log in and which clients may send them, from a JSON file that is read again when it changes."""

import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class User:
    """An invented person. `acr` is what a login of this person is worth; `eppn` is the login name that we assert.

    `contexts` are what the person can reach when asked for it, weakest first (`acr` where none is named): who
    `steps_up` begins with the weakest that will do, others always use the strongest. `assurance` is what stands in
    eduPersonAssurance.
    """

    username: str
    password: str
    eppn: str
    name: str
    acr: str
    contexts: tuple[str, ...] = ()
    assurance: tuple[str, ...] = ()
    steps_up: bool = False

    def reaches(self, asked: Collection[str]) -> str | None:
        """How the person logs in where one of `asked` will do (anything where nothing is asked); None if in no way."""
        fitting = [one for one in self.contexts if not asked or one in asked]
        if not fitting:
            return None
        return fitting[0] if self.steps_up else fitting[-1]

    @classmethod
    def read(cls, entry: dict[str, Any]) -> "User":
        """From the directory file; KeyError for what must be there."""
        contexts, assurance = tuple(entry.get("contexts", ())), tuple(entry.get("assurance", ()))
        plain = {key: entry[key] for key in ("username", "password", "eppn", "name", "acr")}
        contexts = contexts or (entry["acr"],)
        return cls(**plain, contexts=contexts, assurance=assurance, steps_up=entry.get("stepsUp", False))


@dataclass(frozen=True)
class Client:
    """A relying party with its secret and exact redirect addresses."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]


@dataclass(frozen=True)
class SamlIdentity:
    """What the provider signs SAML with (PEM), the certificate that says so (base64 DER), and for whose metadata."""

    private_key: str
    certificate: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Federation:
    """What the demo federation signs its metadata with, and whom its one real member may speak for."""

    private_key: str
    certificate: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class ServiceProvider:
    """A SAML relying party, by the address of its metadata. `encrypts`: what it is told, it is told encrypted."""

    entity_id: str
    metadata_url: str
    encrypts: bool


class Directory:
    """`{"users": [...], "clients": [...], "saml": {...}, "federation": {...}, "serviceProviders": [...]}`, camelCase.

    Absent or broken files count as empty.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: int | None = None
        self._users: dict[str, User] = {}
        self._clients: dict[str, Client] = {}
        self._saml: SamlIdentity | None = None
        self._federation: Federation | None = None
        self._providers: dict[str, ServiceProvider] = {}

    def saml(self) -> SamlIdentity | None:
        """What we are over SAML; None where the file says nothing of it."""
        self._refresh()
        return self._saml

    def federation(self) -> Federation | None:
        """The federation that we play; None where the file says nothing of it."""
        self._refresh()
        return self._federation

    def find_service_provider(self, entity_id: str) -> ServiceProvider | None:
        self._refresh()
        return self._providers.get(entity_id)

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
        users = [User.read(entry) for entry in content["users"]]
        self._users = {user.username.lower(): user for user in users}
        self._clients = {
            entry["clientId"]: Client(entry["clientId"], entry["clientSecret"], tuple(entry["redirectUris"]))
            for entry in content["clients"]
        }
        if saml := content.get("saml"):
            self._saml = SamlIdentity(saml["privateKey"], saml["certificate"], tuple(saml["scopes"]))
        if played := content.get("federation"):
            self._federation = Federation(played["privateKey"], played["certificate"], tuple(played["scopes"]))
        self._providers = {
            entry["entityId"]: ServiceProvider(entry["entityId"], entry["metadataUrl"], entry.get("encrypts", False))
            for entry in content.get("serviceProviders", ())
        }
