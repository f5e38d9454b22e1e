"""What has expired is forgotten tenant by tenant, and what could still be replayed is kept."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.identity.key.tasks import ROTATE, rotate_keys
from services.identity.settings import Settings
from services.identity.token.tasks import PRUNE, prune_all
from shared.kit import clock
from shared.kit.ids import new_id
from shared.kit.kit_tables import NO_TENANT
from shared.queue import start_job
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from tests.identity.founding.test_bootstrap import bootstrap, new_code
from tests.support.services import ServiceUnderTest, Start

ASSERTION = "INSERT INTO used_assertion (tenant_id, digest, expires_at) VALUES (:tenant, :digest, :expires_at)"
REQUEST = (
    "INSERT INTO login_request (tenant_id, id, handle_hash, browser_hash, purpose, request, created_at, expires_at)"
    " VALUES (:tenant, :id, :digest, '\\x00', 'login', '{}', :expires_at, :expires_at)"
)


async def run(service: ServiceUnderTest, kind: str) -> dict[str, Any]:
    """One job of the worker, to its end."""
    settings = service.settings
    assert isinstance(settings, Settings)
    handlers = {PRUNE: prune_all, ROTATE: rotate_keys(settings)}
    runner = JobRunner(handlers, service.database, service.relay, Metrics())
    async with service.relay.transaction(None) as session:
        job_id = await start_job(session, kind, {})
    async with asyncio.timeout(10):
        while True:
            await runner.step()
            async with service.relay.transaction(None) as session:
                query = text("SELECT state, result FROM job WHERE id = :id")
                state, result = (await session.execute(query, {"id": job_id})).one()
            if state == "succeeded":
                await runner.drain()
                return dict(result)
            await asyncio.sleep(0.02)


async def remember(service: ServiceUnderTest, tenant: UUID, age: timedelta) -> None:
    """An assertion and a login that expired `age` ago."""
    values = {"tenant": tenant, "id": new_id(), "digest": new_id().bytes, "expires_at": clock.now() - age}
    async with service.database.transaction(tenant) as session:
        await session.execute(text(ASSERTION), values)
        await session.execute(text(REQUEST), values)


async def left(service: ServiceUnderTest, tenant: UUID) -> list[int]:
    async with service.database.transaction(tenant) as session:
        tables = ("used_assertion", "login_request")
        return [(await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() for table in tables]


async def test_what_expired_long_ago_goes_in_every_tenant_and_what_just_expired_stays(committed_service: Start) -> None:
    service = await committed_service("identity")
    founded = await bootstrap(service, await new_code(service))
    tenants = [NO_TENANT, UUID(founded.json()["tenant"]["id"])]
    for tenant in tenants:
        await remember(service, tenant, timedelta(hours=2))
        await remember(service, tenant, timedelta(minutes=1))
        await remember(service, tenant, timedelta(hours=-1))
    assert await run(service, PRUNE) == {"tenants": 2}
    assert [await left(service, tenant) for tenant in tenants] == [[2, 2], [2, 2]]


async def test_the_worker_makes_the_keys_and_leaves_them_alone_until_their_time(committed_service: Start) -> None:
    service = await committed_service("identity")
    assert await run(service, ROTATE) == {"rotated": True}
    assert await run(service, ROTATE) == {"rotated": False}
