"""Reading feeds: fetched by the worker, judged in a child process, decided in one transaction."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from services.identity.federation.acceptance import Read
from services.identity.federation.document import read_document
from services.identity.federation.faults import FeedFault, FeedRefused
from services.identity.federation.fetch import ONE_ENTITY_BYTES, Fetched, fetch, query_url
from services.identity.federation.service import Feed, FeedService, QueryService
from services.identity.federation.service.administration import QUERY, REFRESH
from services.identity.settings import Settings
from shared.kit import clock
from shared.queue import JobContext, JobHandler, run_in_child, start_job
from shared.queue.child import ChildFailed
from shared.queue.faults import WorkTooLarge, WorkTooLong

SWEEP = "federation.sweep"
CHILD_MEMORY_MB = 700
"""Of address space, which is more than what is resident: libraries and threads count."""
CHILD_SECONDS = 60


def federation_jobs(settings: Settings) -> dict[str, JobHandler]:
    """The jobs by kind; only the sweep is scheduled, it starts the others."""
    return {SWEEP: sweep, REFRESH: refresh_federation(settings), QUERY: query_entity(settings)}


async def sweep(ctx: JobContext) -> dict[str, Any]:
    """Start reading every feed whose time has come, once for each time."""
    async with ctx.transaction() as session:
        due = await FeedService(session).due()
        for federation_id, since in due:
            await start_job(session, REFRESH, {"federation": federation_id}, slot=f"{federation_id}:{since}")
    return {"started": len(due)}


def refresh_federation(settings: Settings) -> JobHandler:
    """The job that reads one feed, alone."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            feed = await FeedService(session).claim(UUID(ctx.params["federation"]))
        if feed is None:
            return {"outcome": "not_due"}
        if feed.kind == "mdq":
            return await _ask_for_all(ctx, feed, settings)
        try:
            return {"outcome": await _read_aggregate(ctx, feed, settings)}
        except FeedRefused as refusal:
            async with ctx.transaction() as session:
                await FeedService(session).failed(feed, refusal.fault)
            return {"outcome": "refused", "reason": refusal.fault}

    return run


def query_entity(settings: Settings) -> JobHandler:
    """The job that asks a metadata query service for one entity."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            feed = await FeedService(session).feed(UUID(ctx.params["federation"]))
        try:
            return {"outcome": await _ask_for(ctx, feed, ctx.params["sha1"], settings)}
        except FeedRefused as refusal:
            return {"outcome": "refused", "reason": refusal.fault}

    return run


async def _read_aggregate(ctx: JobContext, feed: Feed, settings: Settings) -> str:
    fetched = await fetch(
        feed.url,
        allow_private=settings.may_call_private_networks,
        max_bytes=feed.max_bytes,
        etag=feed.etag,
        last_modified=feed.last_modified,
    )
    if fetched is None:
        raise FeedRefused(FeedFault.bad_answer)
    if fetched.content is None:
        async with ctx.transaction() as session:
            return await FeedService(session).unchanged(feed, fetched)
    async with judged(fetched.content, feed.signers, feed.max_bytes) as (read, entities), ctx.transaction() as session:
        return await FeedService(session).arrived(feed, fetched, read, entities)


async def _ask_for_all(ctx: JobContext, feed: Feed, settings: Settings) -> dict[str, Any]:
    """Every entity for itself: one that fails stays as it was until its own end."""
    async with ctx.transaction() as session:
        wanted = await QueryService(session).wanted(feed)
    fault: FeedFault | None = None
    for sha1 in wanted:
        try:
            await _ask_for(ctx, feed, sha1, settings)
        except FeedRefused as refusal:
            fault = refusal.fault
    async with ctx.transaction() as session:
        feeds = FeedService(session)
        if fault is None:
            await feeds.unchanged(feed, Fetched(None, None, None))
        else:
            await feeds.failed(feed, fault)
    return {"asked": len(wanted), "reason": fault}


async def _ask_for(ctx: JobContext, feed: Feed, sha1: str, settings: Settings) -> str:
    fetched = await fetch(
        query_url(feed.url, sha1), allow_private=settings.may_call_private_networks, max_bytes=ONE_ENTITY_BYTES
    )
    if fetched is None or fetched.content is None:
        async with ctx.transaction() as session:
            await QueryService(session).gone(feed, sha1)
        return "gone"
    found = judged(fetched.content, feed.signers, ONE_ENTITY_BYTES, "EntityDescriptor")
    async with found as (read, entities), ctx.transaction() as session:
        await QueryService(session).arrived(feed, sha1, read, entities)
    return "in_force"


@asynccontextmanager
async def judged(
    content: bytes, signers: tuple[str, ...], max_bytes: int, root: str = "EntitiesDescriptor"
) -> AsyncIterator[tuple[Read, Path]]:
    """What a child process found in a document, and the file of its entities; raises FeedRefused.

    What a stranger sent is parsed under limits of memory and time, in a process that holds no secret.
    """
    with tempfile.TemporaryDirectory(prefix="startklar-metadata-") as folder:
        document, entities = Path(folder, "document.xml"), Path(folder, "entities.ndjson")
        document.write_bytes(content)
        del content
        try:
            found = await run_in_child(
                read_document, str(document), str(entities), list(signers), clock.now().isoformat(), max_bytes, root,
                memory_mb=CHILD_MEMORY_MB, seconds=CHILD_SECONDS,
            )  # fmt: skip
        except (WorkTooLarge, WorkTooLong) as error:
            raise FeedRefused(FeedFault.too_heavy) from error
        except ChildFailed as error:
            raise FeedRefused(FeedFault.malformed) from error
        if "fault" in found:
            raise FeedRefused(FeedFault(found["fault"]))
        yield Read.parse(found), entities
