"""The life of a fetch: asked for, tried, tried again with longer and longer pauses, stored and handed on, or failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.fetching.errors import FetchFailed, FetchGoingOn, NothingToFetch, SourceChanged
from services.sync.fetching.models import SourceFetch
from services.sync.fetching.repository import FetchRepository
from services.sync.run.service import RunService
from services.sync.source.connectors import AnyFetched, Credentials
from services.sync.source.errors import AddressUnconfirmed, SourceInactive
from services.sync.source.models import Source
from services.sync.source.service import SourceService, declared_by, fetched_by
from services.sync.upload.models import Upload
from services.sync.upload.service import UploadService
from shared.contracts.sync_source import SourceFetched, SourceFetchFailed
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import NotFound
from shared.kit.sealing import Sealer
from shared.queue import publish, start_job
from shared.queue.jobs import hasten_job

FETCH_JOB = "source-fetch"
PLATFORM_JOB = "platform-read"
ALARM_AFTER = 3
_BROUGHT = "uploadId"
"""In a source's memory: the delivery that a fetch brought the last time. All else there speaks of that one, except"""
_LASTING = ("seen", "day", "times")
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=20), timedelta(minutes=80))

Origin = Literal["request", "schedule", "notice"]


@dataclass(frozen=True)
class Begun:
    """A fetch that a worker has taken on, with all that is needed once the transaction is over."""

    fetch_id: UUID
    source_id: UUID
    kind: str
    settings: AnyFetched
    credentials: Credentials
    memory: Mapping[str, Any]
    previous: Upload | None
    """The delivery that the last fetch brought, where it is held and nothing came since, as somebody may send it."""


class FetchService:
    """Fetches of the session's tenant."""

    def __init__(self, session: AsyncSession, seals: Sealer) -> None:
        self._session = session
        self._fetches = FetchRepository(session)
        self._sources = SourceService(session, seals)

    async def ask(self, source_id: UUID, origin: Origin, by: UUID | None = None) -> SourceFetch:
        """Ask the worker for a delivery; one that waits to be tried again is tried now.

        Raises NotFound, SourceInactive, NothingToFetch, AddressUnconfirmed, FetchGoingOn.
        """
        source = await self._sources.get(source_id, lock=True)
        if not source.is_active:
            raise SourceInactive()
        if declared_by(source) is None:
            raise NothingToFetch()
        if fetched_by(source) is None:
            raise AddressUnconfirmed()
        earlier = await self._fetches.going_on(source_id)
        if earlier is not None and origin != "schedule" and await self._hasten(earlier):
            self._note(source, earlier)
            return earlier
        if earlier is not None:
            if await self._fetches.is_worked_on(earlier.job_id):
                raise FetchGoingOn(fetchId=str(earlier.id))
            await self._end(earlier, "failed", "fetch-given-up")
            await self._session.flush()
        fetch = SourceFetch(tenant_id=tenant_of(self._session), source_id=source_id, origin=origin, started_by=by)
        fetch.job_id = await start_job(self._session, FETCH_JOB, {"fetchId": fetch.id}, created_by=by)
        await self._fetches.add(fetch)
        self._note(source, fetch)
        await record(self._session, "source.fetch", "source", source_id, after={"fetchId": str(fetch.id)})
        return fetch

    async def _hasten(self, fetch: SourceFetch) -> bool:
        """Whoever has mended what was wrong does not wait for the next try."""
        if fetch.state != "waiting" or fetch.job_id is None or not await hasten_job(self._session, fetch.job_id):
            return False
        fetch.state, fetch.next_attempt_at = "queued", None
        return True

    async def get(self, source_id: UUID, fetch_id: UUID) -> SourceFetch:
        """A fetch of this source. Raises NotFound."""
        fetch = await self._fetches.get(fetch_id)
        if fetch.source_id != source_id:
            raise NotFound()
        return fetch

    async def list_before(self, source_id: UUID, before: UUID | None, limit: int) -> Sequence[SourceFetch]:
        """The newest first. Raises NotFound."""
        await self._sources.get(source_id)
        return await self._fetches.list_before(source_id, before, limit)

    async def ask_due(self) -> int:
        """Ask for every source whose time has come; how many. One that is being fetched already is left out."""
        asked = 0
        for source in await self._sources.take_due(clock.now()):
            try:
                await self.ask(source.id, "schedule")
                asked += 1
            except FetchGoingOn:
                continue
        return asked

    async def begin(self, fetch_id: UUID) -> Begun | None:
        """Take the fetch on; None where it has ended meanwhile, or its source was deactivated."""
        fetch = await self._fetches.get(fetch_id, lock=True)
        source = await self._sources.get(fetch.source_id, lock=True)
        settings = fetched_by(source)
        if fetch.state not in ("queued", "waiting", "running"):
            return None
        if settings is None or not source.is_active:
            why = AddressUnconfirmed if source.is_active and not source.is_confirmed else SourceInactive
            await self._end(fetch, "failed", why.slug)
            self._note(source, fetch)
            return None
        fetch.state, fetch.attempts, fetch.next_attempt_at = "running", fetch.attempts + 1, None
        self._note(source, fetch)
        memory = dict(source.memory)
        newest = await UploadService(self._session).newest_of(source.key)
        if newest is None or _BROUGHT not in memory:
            memory = {name: memory[name] for name in _LASTING if name in memory}
        previous = newest if newest is not None and memory.get(_BROUGHT) == str(newest.id) else None
        credentials = self._sources.credentials(source)
        return Begun(fetch.id, source.id, source.kind, settings, credentials, memory, previous)

    async def source_of(self, fetch_id: UUID) -> Source:
        return await self._sources.get((await self._fetches.get(fetch_id)).source_id)

    async def still_meant(self, begun: Begun) -> None:
        """Whether the source is still reached as it was when the fetch began: what another address told is not its
        delivery. Raises SourceChanged."""
        source = await self._sources.get(begun.source_id, lock=True)
        if not source.is_active or fetched_by(source) != begun.settings:
            raise SourceChanged()

    async def remember(self, begun: Begun, memory: Mapping[str, Any]) -> None:
        """Note what holds even if the fetch fails."""
        source = await self._sources.get(begun.source_id, lock=True)
        source.memory = source.memory | dict(memory)

    async def stored(self, fetch_id: UUID, upload: Upload, memory: Mapping[str, Any], notes: Sequence[str]) -> None:
        """The delivery is kept: hand it on, to be planned or compared."""
        fetch = await self._fetches.get(fetch_id, lock=True)
        source = await self._sources.get(fetch.source_id, lock=True)
        fetch.upload_id, fetch.notes = upload.id, list(notes)
        if source.auto_run and source.role == "platform":
            params = {"uploadId": upload.id, "sourceId": source.id}
            await start_job(self._session, PLATFORM_JOB, params, created_by=fetch.started_by)
        elif source.auto_run:
            fetch.run_id = (await RunService(self._session).start(upload.id, fetch.started_by)).id
        await self._succeed(fetch, source, "stored", memory)

    async def unchanged(self, begun: Begun, memory: Mapping[str, Any]) -> None:
        """The source still states what the last fetch brought; that is planned again where no plan came of it."""
        fetch = await self._fetches.get(begun.fetch_id, lock=True)
        source = await self._sources.get(fetch.source_id, lock=True)
        fetch.upload_id = UUID(begun.memory[_BROUGHT]) if begun.memory.get(_BROUGHT) else None
        held = begun.previous
        if held and source.auto_run and source.role == "register" and await self._fetches.came_to_nothing(held.id):
            fetch.run_id = (await RunService(self._session).start(held.id, fetch.started_by)).id
        await self._succeed(fetch, source, "unchanged", memory)

    async def failed(self, fetch_id: UUID, problem: FetchFailed) -> bool:
        """Note the failure; True when it is tried again."""
        fetch = await self._fetches.get(fetch_id, lock=True)
        source = await self._sources.get(fetch.source_id, lock=True)
        fetch.detail = _detail(problem)
        if problem.is_transient and fetch.attempts <= len(RETRY_AFTER):
            pause = RETRY_AFTER[fetch.attempts - 1]
            fetch.state, fetch.problem, fetch.next_attempt_at = "waiting", problem.slug, clock.now() + pause
            fetch.job_id = await start_job(
                self._session, FETCH_JOB, {"fetchId": fetch.id}, after=pause, created_by=fetch.started_by
            )
            self._note(source, fetch)
            return True
        await self.give_up(fetch_id, problem.slug)
        return False

    async def give_up(self, fetch_id: UUID, reason: str) -> None:
        """The fetch failed for good: count it, tell, and raise the alarm when it is one of several in a row."""
        fetch = await self._fetches.get(fetch_id, lock=True)
        if fetch.ended_at is not None:
            return
        source = await self._sources.get(fetch.source_id, lock=True)
        source.failures += 1
        await self._end(fetch, "failed", reason)
        self._note(source, fetch)
        event = SourceFetchFailed(
            source_id=source.id,
            fetch_id=fetch.id,
            reason=reason,
            failures=source.failures,
            is_alarm=source.failures >= ALARM_AFTER,
        )
        await publish(self._session, event)

    async def _succeed(self, fetch: SourceFetch, source: Source, state: str, memory: Mapping[str, Any]) -> None:
        source.memory, source.failures = {**memory, _BROUGHT: str(fetch.upload_id or "")}, 0
        await self._end(fetch, state, None)
        self._note(source, fetch)
        event = SourceFetched(
            source_id=source.id,
            fetch_id=fetch.id,
            upload_id=fetch.upload_id,
            run_id=fetch.run_id,
            is_unchanged=state == "unchanged",
        )
        await publish(self._session, event)

    async def _end(self, fetch: SourceFetch, state: str, problem: str | None) -> None:
        fetch.state, fetch.problem, fetch.ended_at, fetch.next_attempt_at = state, problem, clock.now(), None
        after = {"fetchId": str(fetch.id), "state": state, "problem": problem}
        await record(self._session, f"source.fetch.{state}", "source", fetch.source_id, after=after)

    def _note(self, source: Source, fetch: SourceFetch) -> None:
        """Show on the source how its newest fetch stands; its version is for what people declare."""
        source.last_fetch = {
            "id": str(fetch.id),
            "state": fetch.state,
            "at": clock.now().isoformat(),
            "problem": fetch.problem,
        }


def _detail(problem: FetchFailed) -> str | None:
    """What more the problem tells: numbers, codes and fingerprints, never what a server wrote."""
    return ", ".join(f"{name}={value}" for name, value in problem.extensions.items())[:500] or None
