"""Doing the jobs of a sync service under test, and delivering a roster to it over HTTP."""

import asyncio
import hashlib
from typing import Any

import httpx
from sqlalchemy import text

from services.sync.jobs import jobs
from services.sync.settings import Settings
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from tests.support.services import ServiceUnderTest

LOADER = "register_admin@*"


async def work(service: ServiceUnderTest) -> None:
    """Run every job that is due, until none is left."""
    assert isinstance(service.settings, Settings)
    runner = JobRunner(jobs(service.settings), service.database, service.relay, Metrics())
    while await runner.step() or runner._running:
        if runner._running:
            await asyncio.wait(runner._running)


async def make_due(service: ServiceUnderTest, kind: str) -> None:
    """Let the jobs of a kind that wait for their time run at once."""
    async with service.database.transaction(service.tenant) as session:
        await session.execute(text("UPDATE job SET run_after = now() WHERE kind = :kind"), {"kind": kind})


async def declare(service: ServiceUnderTest, content: bytes, **more: Any) -> httpx.Response:
    """Announce an upload of `content`; `more` replaces fields of the body."""
    body = {
        "kind": "oneroster_zip",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    } | more
    return await service.client.post("/sync/v1/uploads", json=body, headers=service.as_(LOADER))


async def send(service: ServiceUnderTest, declared: httpx.Response, content: Any) -> httpx.Response:
    """Send the content of an announced upload."""
    headers = service.as_(LOADER) | {"If-Match": declared.headers["etag"]}
    return await service.client.put(declared.json()["contentPath"], content=content, headers=headers)


async def upload(service: ServiceUnderTest, content: bytes, **more: Any) -> str:
    """Announce and send; the id of the upload."""
    declared = await declare(service, content, **more)
    assert declared.status_code == 201, declared.text
    sent = await send(service, declared, content)
    assert sent.status_code == 200, sent.text
    return str(declared.json()["id"])


async def plan(service: ServiceUnderTest, content: bytes, **more: Any) -> dict[str, Any]:
    """Upload, start a run, let the worker plan it; the run as the API shows it then."""
    upload_id = await upload(service, content, **more)
    started = await service.client.post("/sync/v1/runs", json={"uploadId": upload_id}, headers=service.as_(LOADER))
    assert started.status_code == 202, started.text
    await work(service)
    return await read(service, f"/sync/v1/runs/{started.json()['id']}")


async def read(service: ServiceUnderTest, path: str, *roles: str) -> dict[str, Any]:
    """The body of a GET that must succeed."""
    response = await service.client.get(path, headers=service.as_(*(roles or (LOADER,))))
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def verdicts(service: ServiceUnderTest, path: str, *roles: str) -> dict[str, tuple[bool, str | None]]:
    """By action that the resource names to such a caller: whether it is allowed, and why not."""
    named = (await read(service, path, *roles))["allowedActions"]
    return {action["action"]: (action["allowed"], action["reason"]) for action in named}


async def act(
    service: ServiceUnderTest, action: dict[str, Any], role: str, version: str, **sent: Any
) -> httpx.Response:
    """Send what the action says, where it says; `version` is the ETag, `sent` goes to the client (json, content)."""
    path = action["href"].removeprefix("http://gateway.test")
    headers = service.as_(role) | {"If-Match": version}
    return await service.client.request(action["method"], path, headers=headers, **sent)


async def approve(service: ServiceUnderTest, run: dict[str, Any], **claims: Any) -> httpx.Response:
    """Approve the plan that `run` shows."""
    claims.setdefault("side", "customer")
    return await service.client.post(
        f"/sync/v1/runs/{run['id']}/approvals",
        json={"planHash": run["planHash"]},
        headers=service.as_(claims.pop("role", LOADER), **claims),
    )


async def load(service: ServiceUnderTest, content: bytes, **more: Any) -> dict[str, Any]:
    """Upload, plan, approve and apply; the applied run."""
    run = await plan(service, content, **more)
    approved = await approve(service, run)
    assert approved.status_code == 202, approved.text
    await work(service)
    return await read(service, f"/sync/v1/runs/{run['id']}")
