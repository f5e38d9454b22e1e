"""The worker's part: keeps subscriptions alive, fetches after a notice, tells registers what came of their data."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import structlog
from sqlalchemy import text

from services.sync.fetching.errors import FetchFailed, FetchGoingOn, NothingToFetch
from services.sync.fetching.service import FetchService
from services.sync.fetching.ss12000_client import NotPermitted, RegisterClient
from services.sync.fetching.ss12000_rows import moment
from services.sync.fetching.trust import egress_for
from services.sync.register.entries import RESOURCES
from services.sync.register.service import (
    FEEDBACK_JOB,
    NOTICE_JOB,
    SUBSCRIBE_JOB,
    WINDOW,
    Due,
    RegisterService,
    Telling,
)
from services.sync.settings import Settings
from services.sync.source.connectors import Credentials, Ss12000
from services.sync.source.errors import AddressUnconfirmed, SourceInactive
from services.sync.source.service import sealer
from shared.kit.egress import EgressError
from shared.queue import JobContext, JobHandler, Schedule, start_job
from shared.queue.jobs import MAX_ATTEMPTS

log = structlog.get_logger(__name__)

SWEEP = "register-sweep"
REGISTER_SCHEDULE = (Schedule(SWEEP, every=timedelta(minutes=10)),)
NOTICES = "/sync/v1/source-notices"
_TENANTS = text("SELECT register_tenants()")


def handlers(settings: Settings) -> Mapping[str, JobHandler]:
    """The job handlers of this feature."""
    tasks = RegisterTasks(settings)
    return {
        SWEEP: tasks.sweep,
        SUBSCRIBE_JOB: tasks.subscribe,
        NOTICE_JOB: tasks.fetch,
        FEEDBACK_JOB: tasks.tell,
    }


class RegisterTasks:
    """Job handlers with what they need of the process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seals = sealer(settings.file_key_bytes())

    async def sweep(self, ctx: JobContext) -> dict[str, Any]:
        """Start what is due in every tenant that has such a register."""
        started = 0
        async with ctx.transaction() as session:
            tenants = (await session.execute(_TENANTS)).scalars().all()
        for tenant in tenants:
            async with ctx.transaction(tenant) as session:
                started += await RegisterService(session, self._seals).start_due()
        return {"started": started}

    async def subscribe(self, ctx: JobContext) -> dict[str, Any]:
        """Make, renew or end the subscription of one source. What fails is tried again by the sweep."""
        source_id = UUID(ctx.params["sourceId"])
        async with ctx.transaction() as session:
            due = await RegisterService(session, self._seals).due(source_id)
        try:
            if due.step == "renew":
                await self._renew(ctx, source_id, due)
            elif due.step == "subscribe":
                await self._subscribe(ctx, source_id, due)
            elif due.step == "end":
                await self._end(ctx, source_id, due)
        except (NotPermitted, FetchFailed, EgressError) as error:
            log.warning("subscription failed", source=str(source_id), step=due.step, fault=type(error).__name__)
            async with ctx.transaction() as session:
                await RegisterService(session, self._seals).failed(source_id, due, type(error).__name__)
        return {"sourceId": str(source_id), "step": due.step}

    async def _subscribe(self, ctx: JobContext, source_id: UUID, due: Due) -> None:
        async with ctx.transaction() as session:
            handle = await RegisterService(session, self._seals).prepare(source_id)
        target = f"{str(self._settings.public_url).rstrip('/')}{NOTICES}/{handle.text}"
        resources = [{"resource": name} for name in RESOURCES.values()]
        body = {"name": f"Startklar {due.name}"[:100], "target": target, "resourceTypes": resources}
        answer = await self._client(due.settings, due.credentials).call("POST", "/subscriptions", body)
        await self._confirm(ctx, source_id, due, answer.body)

    async def _renew(self, ctx: JobContext, source_id: UUID, due: Due) -> None:
        client = self._client(due.settings, due.credentials)
        try:
            answer = await client.call("PATCH", _path(due))
        except FetchFailed as error:
            if error.extensions.get("httpStatus") not in (404, 410):
                raise
            await self._subscribe(ctx, source_id, due)  # the register has forgotten it
            return
        await self._confirm(ctx, source_id, due, {"id": due.remote_id, **_object(answer.body)})

    async def _end(self, ctx: JobContext, source_id: UUID, due: Due) -> None:
        if due.remote_id and due.settings is not None:
            await self._client(due.settings, due.credentials).call("DELETE", _path(due))
        async with ctx.transaction() as session:
            await RegisterService(session, self._seals).ended(source_id)

    async def _confirm(self, ctx: JobContext, source_id: UUID, due: Due, body: Any) -> None:
        told = _object(body)
        expires: datetime | None = moment(str(told.get("expires", "")))
        async with ctx.transaction() as session:
            await RegisterService(session, self._seals).confirmed(source_id, due, str(told.get("id", "")), expires)

    async def fetch(self, ctx: JobContext) -> dict[str, Any]:
        """What a notice leads to. While another fetch is under way it is put off: that one may be past the change."""
        source_id = UUID(ctx.params["sourceId"])
        try:
            async with ctx.transaction() as session:
                fetch = await FetchService(session, self._seals).ask(source_id, "notice")
        except FetchGoingOn:
            async with ctx.transaction() as session:
                await start_job(
                    session, NOTICE_JOB, {"sourceId": source_id}, after=WINDOW, slot=f"{source_id}/after/{ctx.job_id}"
                )
            return {"sourceId": str(source_id), "state": "put-off"}
        except (AddressUnconfirmed, SourceInactive, NothingToFetch):
            return {"sourceId": str(source_id), "state": "none"}
        return {"sourceId": str(source_id), "fetchId": str(fetch.id)}

    async def tell(self, ctx: JobContext) -> dict[str, Any]:
        """Tell a register of one run. It never holds up anything: after the last attempt it is given up."""
        feedback_id = UUID(ctx.params["feedbackId"])
        async with ctx.transaction() as session:
            telling = await RegisterService(session, self._seals).telling(feedback_id)
        if telling is None:
            return {"feedbackId": str(feedback_id), "state": "none"}
        state = "sent"
        try:
            await self._send(telling)
        except (NotPermitted, FetchFailed, EgressError) as error:
            is_final = isinstance(error, NotPermitted) or _is_refusal(error)
            if not is_final and ctx.attempt < MAX_ATTEMPTS:
                raise
            state = "refused" if is_final else "failed"
        async with ctx.transaction() as session:
            sent = len(telling.entries) if state == "sent" else 0
            await RegisterService(session, self._seals).told(feedback_id, state, sent)
        return {"feedbackId": str(feedback_id), "state": state}

    async def _send(self, telling: Telling) -> None:
        client = self._client(telling.settings, telling.credentials)
        for entry in telling.entries:
            await client.call("POST", telling.path, entry)

    def _client(self, settings: Ss12000 | None, credentials: Credentials | None) -> RegisterClient:
        if settings is None or credentials is None:
            raise TypeError("nothing is due without settings")
        return RegisterClient(egress_for(self._settings, settings), settings, credentials)


def _path(due: Due) -> str:
    return f"/subscriptions/{quote(due.remote_id or '', safe='')}"


def _object(body: Any) -> dict[str, Any]:
    return body if isinstance(body, dict) else {}


def _is_refusal(error: Exception) -> bool:
    """Whether the register answered and will answer the same the next time."""
    return isinstance(error, FetchFailed) and not error.is_transient
