"""Callers of an installation during an upgrade: they write, repeat, read back and list, and keep every fault."""

import asyncio
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from shared.kit.ids import new_id
from tests.upgrades.cluster import Cluster

PAUSE = 0.1
STAFF = ("tenant_admin@*", "project_leader@*", "register_admin@*", "trainer@*")
PROJECT = {
    "templateKey": "sv-supplier-5-phase",
    "templateVersion": "1.0.0",
    "anchors": {"start_month": "2027-03"},
    "parties": [{"name": "Björkby kommun", "side": "customer"}, {"name": "Skolverktyg AB", "side": "supplier"}],
}
SESSION = {"place": "Sal 2", "capacity": 20}


@dataclass
class Load:
    """`made`: what was answered with 201, by path. `faults`: whatever no caller should have met."""

    cluster: Cluster
    tenant: str
    script: tuple[str, str]
    made: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    phase: str = ""
    subject: UUID = field(default_factory=new_id)
    units: list[str] = field(default_factory=list)

    @property
    def _who(self) -> dict[str, Any]:
        return {"tenant": self.tenant, "roles": STAFF, "subject": self.subject}

    async def run(self, stop: asyncio.Event) -> None:
        """Play everybody until `stop`."""
        plays = {name: getattr(self, f"_{name}") for name in self.cluster.services}
        await asyncio.gather(*(self._repeat(play, stop) for play in plays.values()))

    async def _repeat(self, play: Any, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await play()
            await asyncio.sleep(PAUSE)

    async def _projects(self) -> None:
        await self._make("projects", "/projects/v1/projects", PROJECT | {"name": f"Skolplattform {_word()}"})

    async def _sync(self) -> None:
        person = {"givenName": "Prov", "familyName": _word()}
        await self._make("sync", "/sync/v1/persons", person)
        if made := await self._make("sync", "/sync/v1/units", {"name": f"Skola {_word()}", "kind": "school"}):
            self.units.append(made["id"])
        coming = {"kind": "oneroster_zip", "source": "later", "size": 9, "sha256": sha256(_word().encode()).hexdigest()}
        await self._make("sync", "/sync/v1/uploads", coming)

    async def _training(self) -> None:
        """A course, a session, and a seat for somebody of whom training has heard."""
        course = {"key": _word(), "title": {"sv": "Grund", "en": "Basics"}}
        made = await self._make("training", "/training/v1/courses", course)
        day = date(2031, 1, 1) + timedelta(days=self.made["/training/v1/courses"])  # nobody is in two places at once
        times = {"startsAt": f"{day}T07:00:00Z", "endsAt": f"{day}T10:00:00Z"}
        session = made and await self._make(
            "training", "/training/v1/sessions", SESSION | times | {"courseId": made["id"]}
        )
        known = await self._staff()
        if session and known:
            seats = f"/training/v1/sessions/{session['id']}/enrolments"
            await self._make("training", seats, {"personId": known[-1]}, counted="/training/v1/enrolments")

    async def known_to_training(self) -> list[str]:
        """The units whose copy training has made from sync's feed."""
        return await self._in_training("SELECT id FROM unit WHERE tenant_id = $1 AND NOT ended")

    async def _staff(self) -> list[str]:
        """Those who work somewhere; of others training has a copy only until their page is done."""
        duty = "SELECT FROM duty d WHERE d.tenant_id = p.tenant_id AND d.person_id = p.id AND NOT d.ended"
        return await self._in_training(
            f"SELECT id FROM person p WHERE tenant_id = $1 AND NOT ended AND EXISTS ({duty}) ORDER BY id"
        )

    async def _in_training(self, query: str) -> list[str]:
        return await self.cluster.column(self.cluster.urls["training"]["owner"], query, UUID(self.tenant))

    async def deliver(self, roster: bytes) -> None:
        """Bring a whole roster through upload, plan and approval, and wait until it is in force."""
        body = {"kind": "oneroster_zip", "source": "prov", "size": len(roster), "sha256": sha256(roster).hexdigest()}
        upload = await self._demand("POST", "/sync/v1/uploads", json=body)
        sent = {"If-Match": '"1"', "Content-Type": "application/octet-stream"}
        await self._demand("PUT", upload["contentPath"], content=roster, headers=sent)
        run = await self._demand("POST", "/sync/v1/runs", json={"uploadId": upload["id"]})
        await self._until_done(run["jobId"])
        run = await self._demand("GET", f"/sync/v1/runs/{run['id']}")
        approvals = f"/sync/v1/runs/{run['id']}/approvals"
        approved = await self._demand("POST", approvals, json={"planHash": run["planHash"]})
        await self._until_done(approved["jobId"])

    async def _until_done(self, job: str) -> None:
        for _ in range(600):
            found = await self._demand("GET", f"/sync/v1/jobs/{job}")
            if found["state"] not in ("waiting", "running", "queued"):
                assert found["state"] == "succeeded", found
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"a job of {self.phase} did not end")

    async def _demand(self, method: str, path: str, **content: Any) -> Any:
        answer = await self._call("sync", method, path, **content)
        assert answer is not None, self.faults[-1]
        return answer.json()

    async def _webhooks(self) -> None:
        """An endpoint for events that never come, removed again."""
        body = {"url": "https://127.0.0.1:9/in", "eventTypes": ["projects.gate.ready.v1"]}
        if made := await self._make("webhooks", "/webhooks/v1/endpoints", body):
            etag = {"If-Match": f'"{made["version"]}"'} if "version" in made else {"If-Match": "*"}
            await self._call("webhooks", "DELETE", f"/webhooks/v1/endpoints/{made['id']}", headers=etag)
        await self._call("webhooks", "GET", "/webhooks/v1/events")

    async def _identity(self) -> None:
        """A program's token, and what it reads with it elsewhere."""
        form = {"grant_type": "client_credentials"}
        answer = await self._call("identity", "POST", "/oauth2/token", auth=self.script, data=form)
        if answer is not None and "projects" in self.cluster.services:
            bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            await self._call("projects", "GET", "/projects/v1/projects", headers=bearer)
        account = {"loginName": f"{_word()}@norrvik.example", "displayName": "Prov Konto"}
        await self._make("identity", "/identity/v1/accounts", account)

    async def _make(self, service: str, path: str, body: dict[str, Any], counted: str = "") -> Any:
        """Create, repeat with the same key (the same answer, whichever version gave it), read back, list."""
        key = {"Idempotency-Key": secrets.token_hex(12)}
        first = await self._call(service, "POST", path, json=body, headers=key)
        if first is None:
            return None
        self.made[counted or path] += 1
        again = await self._call(service, "POST", path, json=body, headers=key)
        if again is not None and again.json()["id"] != first.json()["id"]:
            self.faults.append(f"{self.phase}: {path} made twice under one key")
        await self._call(service, "GET", urlsplit(first.headers["location"]).path)
        await self._call(service, "GET", path)
        return first.json()

    async def _call(
        self, service: str, method: str, path: str, headers: dict[str, str] | None = None, **content: Any
    ) -> httpx.Response | None:
        """One call on a connection of its own; None after a fault."""
        who = {} if "auth" in content else self.cluster.mint.headers(**self._who)
        begun = time.monotonic()
        url = f"{self.cluster.balancers[service].url}{path}"
        try:
            async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
                answer = await client.request(method, url, headers=who | (headers or {}), **content)
        except httpx.HTTPError as error:
            self.faults.append(f"{self.phase}: {method} {path}: {type(error).__name__}")
            return None
        self.slowest = max(self.slowest, time.monotonic() - begun)
        if answer.is_success:
            return answer
        self.faults.append(f"{self.phase}: {method} {path}: {answer.status_code} {answer.text[:300]}")
        return None


def _word() -> str:
    return "prov-" + "".join(secrets.choice("abcdefghijklmnop") for _ in range(12))
