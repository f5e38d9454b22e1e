"""A script's client secret has leaked, and a stranger works with it: shut out at once, and what was done is told.

1. A script of the municipality has a secret; a stranger takes a token with it and registers a person.
2. The client is disabled: within a minute its tokens are refused everywhere, although they have not run out.
3. The secret is rotated without overlap, the client enabled again; the old secret is worth nothing.
4. The script works with the new secret; the journal says what was done in the client's name, and who shut it out.
"""

import time
from typing import Any
from uuid import uuid4

import httpx

from cli.demo.api import Caller
from cli.demo.cast import ADMIN, Cast
from cli.drills.stage import DrillFailed, Stage

_PERSONS = "/sync/v1/persons"
_SCOPES = ["persons:read", "persons:write"]
_CLIENTS = "/identity/v1/clients"
_ADMINISTRATORS = "openid clients:read clients:write journal:read"
_PROMISED = 60.0


def run(stage: Stage) -> None:
    """Play it. Figures: seconds from disabling the client until its token was refused everywhere."""
    cast = stage.up()
    admin = cast.with_scope(ADMIN, _ADMINISTRATORS)
    body = {"name": "Nattlig inläsning", "scopes": _SCOPES, "roles": [{"role": "register_admin"}]}
    made = admin.post(_CLIENTS, body)
    path = f"{_CLIENTS}/{made['id']}"
    try:
        _play(stage, cast, admin, made)
    finally:
        version = admin.get(path)["version"]
        admin.send("DELETE", path, headers={"If-Match": f'"{version}"'}, expect=204)


def _play(stage: Stage, cast: Cast, admin: Caller, made: dict[str, Any]) -> None:
    path, leaked = f"{_CLIENTS}/{made['id']}", made["clientSecret"]
    stolen = _token(cast, made["clientId"], leaked)
    if stolen is None:
        raise DrillFailed("the script got no token")
    person = _register(cast, stolen)
    stage.step("a stranger has a token and registers a person")
    _patch(admin, path, "disabled")
    began = time.monotonic()
    stage.demand(_token(cast, made["clientId"], leaked) is None, "a disabled client gets no token")
    stage.wait("the stolen token is refused", lambda: _status(cast, stolen) == 401, _PROMISED)
    stage.figures["refused_after_seconds"] = round(time.monotonic() - began, 1)
    stage.demand(_status(cast, stolen) == 401, "the stolen token is refused before it runs out")
    version = admin.get(path)["version"]
    rotated = admin.post(f"{path}/secret-rotations", {"overlapMinutes": 0}, version=version, expect=200)
    _patch(admin, path, "active")
    stage.demand(_token(cast, made["clientId"], leaked) is None, "the leaked secret is worth nothing")
    fresh = _token(cast, made["clientId"], rotated["clientSecret"])
    if fresh is None:
        raise DrillFailed("the new secret gives no token")
    stage.wait("the script works again", lambda: _status(cast, fresh) == 200, _PROMISED)
    stage.demand(_status(cast, fresh) == 200, "the script works with the new secret")
    stage.demand(_status(cast, stolen) == 401, "the stolen token stays refused")
    _told(stage, cast, made["id"], person)


def _told(stage: Stage, cast: Cast, client: str, person: str) -> None:
    entries = list(cast.as_(ADMIN).each("/sync/v1/journal-entries"))
    done = [entry for entry in entries if person in str(entry.values())]
    stage.demand(any(client in str(entry) for entry in done), "sync's journal names what was done in the client's name")
    entries = [entry for entry in cast.as_(ADMIN).each("/identity/v1/journal-entries") if client in str(entry)]
    actions = {entry["action"] for entry in entries}
    stage.demand(actions >= {"client.changed", "client.secret_rotated"}, "identity's journal names who shut it out")


def _token(cast: Cast, client: str, secret: str) -> str | None:
    """A token of the script; None where it is refused."""
    form = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{cast.gateway}/oauth2/token", data=form, auth=(client, secret), timeout=30, trust_env=False)
    return str(answer.json()["access_token"]) if answer.status_code == 200 else None


def _register(cast: Cast, token: str) -> str:
    body = {"givenName": "Främling", "familyName": uuid4().hex[:12]}
    return str(Caller(cast.gateway, lambda: token).post(_PERSONS, body)["id"])


def _status(cast: Cast, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{cast.gateway}{_PERSONS}?limit=1", headers=headers, timeout=30, trust_env=False).status_code


def _patch(admin: Caller, path: str, state: str) -> None:
    version = admin.get(path)["version"]
    admin.send("PATCH", path, json={"state": state}, headers={"If-Match": f'"{version}"'})
