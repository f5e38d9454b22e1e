"""The running stack as its callers meet it: logins, requests, and processes that can be killed."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from cli.demo.cast import Cast
from cli.stack.places import STATE_VARIABLE, Places
from shared.auth import Scope

ROOT = Path(__file__).parents[2]
EVERY_SCOPE = " ".join(scope.value for scope in Scope)
PROFILE_VARIABLE = "STARTKLAR_PROFILE"
_TOKEN_SECONDS = 200
ADMIN, LEADER, APPROVER, REGISTER, TRAINER = "admin", "ledare", "beslut", "register", "utbildare"
HEAD, PARTICIPANT, AUDITOR = "rektor", "deltagare", "revisor"
SUPPLIER, STRANGER, OPERATOR = "leverantor", "admin-soderby", "drift"


@dataclass
class _Kept:
    token: str
    until: float


class House:
    """One stack in a state folder of its own, used through its gateway and its command line."""

    def __init__(self, state: Path, settings: Mapping[str, str] | None = None) -> None:
        self.places = Places(state)
        own = {STATE_VARIABLE: str(state), "CI": "true", "NO_COLOR": "1"}
        self.environment = os.environ | own | dict(settings or {})
        self._tokens: dict[tuple[str, str, str], _Kept] = {}

    def up(self) -> None:
        """Start it on a free port; the test run fails with the stack's own words when it cannot."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._begin(port)

    def change(self, profile: str) -> None:
        """Go on in another profile, with the same data at the same address."""
        self.client.close()
        self.command("down")
        self.environment[PROFILE_VARIABLE] = profile
        self._begin(self.port)

    def _begin(self, port: int) -> None:
        done = self.command("up", "--detach", "--port", str(port), "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        self.cast = Cast.read(self.places.demo)
        self.gateway = self.cast.gateway
        self.port = int(self.gateway.rpartition(":")[2])
        self.client = httpx.Client(base_url=self.gateway, timeout=30, trust_env=False)

    def reset(self) -> None:
        """End it and forget everything."""
        if hasattr(self, "client"):
            self.client.close()
        self.command("reset", "--yes")

    def command(self, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """`./startklar` with `arguments`, for this installation."""
        return subprocess.run(
            [ROOT / "startklar", *arguments],
            env=self.environment,
            cwd=cwd,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=1200,  # on a busy machine the demo takes as long as it takes
        )

    def tenant_id(self, slug: str) -> str:
        return str(next(tenant["id"] for tenant in self.cast.facts["tenants"] if tenant["slug"] == slug))

    def token(self, user: str, tenant: str | None = None, scope: str = EVERY_SCOPE) -> str:
        """An access token of `user`, kept while it is good; `tenant` defaults to where they play a part."""
        place = tenant or self.cast.tenant_of(user)
        kept = self._tokens.get((user, place, scope))
        if kept is None or kept.until < time.monotonic():
            fresh = str(self.cast.tokens(user, place, scope)["access_token"])
            kept = self._tokens[user, place, scope] = _Kept(fresh, time.monotonic() + _TOKEN_SECONDS)
        return kept.token

    def forget(self, user: str) -> None:
        """Log `user` in anew the next time."""
        self._tokens = {key: kept for key, kept in self._tokens.items() if key[0] != user}

    def ask(self, method: str, path: str, user: str | None = LEADER, **options: Any) -> httpx.Response:
        """A request through the gateway; without `user` it carries no token of ours."""
        headers = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        return self.client.request(method, path, headers=headers | options.pop("headers", {}), **options)

    def read(self, path: str, user: str = LEADER) -> Any:
        """The body of a GET that must succeed."""
        response = self.ask("GET", path, user)
        assert response.status_code == 200, response.text
        return response.json()

    def each(self, path: str, user: str = LEADER) -> list[dict[str, Any]]:
        """Every item of a list."""
        items: list[dict[str, Any]] = []
        following: str | None = f"{path}{'&' if '?' in path else '?'}limit=200"
        while following:
            page = self.read(following, user)
            items += page["items"]
            following = (page["_links"]["next"] or {}).get("href", "").removeprefix(self.gateway)
        return items

    def made(self, path: str, body: Any, user: str = LEADER, *, status: int = 201) -> dict[str, Any]:
        """The body of a POST that must succeed."""
        response = self.ask("POST", path, user, json=body)
        assert response.status_code == status, response.text
        shown: dict[str, Any] = response.json()
        return shown

    def job(self, service: str, job_id: str, user: str) -> dict[str, Any]:
        """A job when it has ended, well or not."""
        ended: list[dict[str, Any]] = []

        def is_over() -> bool:
            ended[:] = [self.read(f"/{service}/v1/jobs/{job_id}", user)]
            return ended[0]["state"] in ("succeeded", "failed", "cancelled")

        wait(is_over, f"job {job_id} has ended", seconds=60)
        return ended[0]

    def note(self, name: str) -> dict[str, Any]:
        """What the supervisor says of a process (pid, state, restarts, internal port), or of the one that holds it."""
        notes = {str(note["name"]): note for note in self.notes()}
        return notes[name] if name in notes else notes["small-worker" if name.endswith("-worker") else "small"]

    def notes(self) -> list[dict[str, Any]]:
        """The same of all processes."""
        notes: list[dict[str, Any]] = json.loads(self.places.record.read_text())["processes"]
        return notes

    def kill(self, name: str) -> int:
        """kill -9; the process id that is gone."""
        pid = int(self.note(name)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_until_back(self, name: str, former: int) -> None:
        wait(lambda: self.note(name)["pid"] not in (None, former), f"{name} runs again")


def wait(holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Until `holds`; an AssertionError that says what does not hold after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"after {seconds:.0f} s it still does not hold that {what}"
        time.sleep(0.05)


def problem(response: httpx.Response, status: int, slug: str | None = None) -> dict[str, Any]:
    """The problem document of a refused request, whose form every refusal must have (RFC 9457)."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:600]}"
    assert response.headers["content-type"] == "application/problem+json", response.headers
    told: dict[str, Any] = response.json()
    assert told["status"] == status
    assert told["title"], told
    assert told["detail"], told
    assert slug is None or told["type"].endswith(f"/{slug}"), told["type"]
    return told


def pointers(told: dict[str, Any]) -> set[str]:
    """The places that a problem names."""
    return {error["pointer"] for error in told["errors"]}
