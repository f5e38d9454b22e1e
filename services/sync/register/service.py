"""Subscriptions to registers' notices, and what registers are told of our runs. No call to a register happens here:
these are the steps between which the worker talks to it, with no transaction open."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.register.entries import Entry, log_entries, statistics_entries
from services.sync.register.models import RunFeedback, SourceSubscription
from services.sync.register.repository import RegisterRepository
from services.sync.source.connectors import Credentials, Ss12000
from services.sync.source.service import SourceService, fetched_by
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.journal import record
from shared.kit.sealing import Sealer
from shared.queue import start_job

SUBSCRIBE_JOB = "source-subscribe"
NOTICE_JOB = "source-notice"
FEEDBACK_JOB = "register-feedback-run"
# Notices come in swarms; what they point at is fetched once at the end of such a window.
WINDOW = timedelta(minutes=2)
_TOLD_FOR = timedelta(days=7)
_MOST_OF_A_RULE = 200

Step = Literal["subscribe", "renew", "end", "none"]


@dataclass(frozen=True)
class Due:
    """What is to be done about a subscription, and what is needed for it."""

    step: Step
    settings: Ss12000 | None = None
    credentials: Credentials | None = None
    remote_id: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Telling:
    """What to send to a register about a run."""

    path: str
    entries: list[Entry]
    settings: Ss12000
    credentials: Credentials


class RegisterService:
    """Of the session's tenant."""

    def __init__(self, session: AsyncSession, seals: Sealer) -> None:
        self._session = session
        self._rows = RegisterRepository(session)
        self._sources = SourceService(session, seals)
        self._seals = seals

    async def start_due(self) -> int:
        """Start the jobs that see to subscriptions and feedback; how many."""
        now = clock.now()
        sources = await self._rows.sources_to_see_to(now)
        for source_id in sources:
            # Once an hour at most for each, also where the register keeps refusing.
            slot = f"{source_id}/{now:%Y-%m-%dT%H}"
            await start_job(self._session, SUBSCRIBE_JOB, {"sourceId": source_id}, slot=slot)
        runs = await self._rows.runs_to_tell(now - _TOLD_FOR)
        for run in runs:
            row = RunFeedback(
                tenant_id=tenant_of(self._session), run_id=run.run_id, source_id=run.source_id, kind=run.kind
            )
            await self._rows.add(row)
            await start_job(self._session, FEEDBACK_JOB, {"feedbackId": row.id})
        return len(sources) + len(runs)

    async def subscription(self, source_id: UUID) -> SourceSubscription | None:
        """That of a source; None where there never was one. Raises NotFound."""
        await self._sources.get(source_id)
        return await self._rows.subscription(source_id)

    async def due(self, source_id: UUID) -> Due:
        """What is to be done about the subscription of a source."""
        source = await self._sources.get(source_id)
        settings = fetched_by(source)
        held = await self._rows.subscription(source_id)
        if not (isinstance(settings, Ss12000) and source.is_active and settings.is_notified):
            return self._ending(held) if held is not None and held.state != "ended" else Due("none")
        step: Step = "subscribe"
        if held is not None and held.state == "active":
            step = "renew" if held.renew_at is None or held.renew_at <= clock.now() else "none"
        remote_id = held.remote_id if held is not None else None
        return Due(step, settings, self._sources.credentials(source), remote_id, source.name)

    def _ending(self, held: SourceSubscription) -> Due:
        """How to end it where it was made: the source may be reached in another way by now, or not at all."""
        if held.sealed is None or held.reached is None:
            return Due("end")
        secrets = Credentials.model_validate(orjson.loads(self._seals.open(held.sealed, _place(held))))
        return Due("end", Ss12000.model_validate(held.reached), secrets, held.remote_id)

    async def prepare(self, source_id: UUID) -> Handle:
        """A fresh secret for the address that the register will call; one that was made before is worth nothing."""
        handle = Handle.new(tenant_of(self._session))
        held = await self._rows.subscription(source_id, lock=True)
        if held is None:
            row = SourceSubscription(tenant_id=handle.tenant, source_id=source_id, digest=handle.digest)
            await self._rows.add(row)
            return handle
        held.digest, held.state, held.remote_id = handle.digest, "wanted", None
        held.touch()
        return handle

    async def confirmed(self, source_id: UUID, due: Due, remote_id: str, expires_at: datetime | None) -> None:
        """The register has made or renewed the subscription; it is renewed again at half of its time."""
        held = await self._rows.subscription(source_id, lock=True)
        if held is None:
            return
        now = clock.now()
        left = expires_at - now if expires_at is not None else timedelta(days=2)
        held.state, held.remote_id, held.expires_at, held.problem = "active", remote_id, expires_at, None
        held.renew_at = now + max(left, timedelta()) / 2
        if due.settings is not None and due.credentials is not None:
            held.reached = due.settings.model_dump(mode="json", by_alias=True)
            held.sealed = self._seals.seal(orjson.dumps(due.credentials.clear()), _place(held))
        held.touch()
        await record(self._session, "source.subscribe", "source", source_id, after={"state": "active"})

    async def ended(self, source_id: UUID) -> None:
        """There is no subscription any more."""
        held = await self._rows.subscription(source_id, lock=True)
        if held is not None:
            _forget(held, "ended", None)
            await record(self._session, "source.unsubscribe", "source", source_id, after={"state": "ended"})

    async def failed(self, source_id: UUID, due: Due, problem: str) -> None:
        """The register did not do as asked; the sweep tries again. One that is to end does so with its time at the
        latest: its address is not heard meanwhile."""
        held = await self._rows.subscription(source_id, lock=True)
        if held is None:
            return
        now = clock.now()
        if due.step == "end" and (held.expires_at is None or held.expires_at <= now):
            _forget(held, "ended", problem)
        elif due.step == "subscribe" or held.expires_at is None or held.expires_at <= now:
            _forget(held, "wanted", problem)
        else:
            held.problem = problem
            held.touch()

    async def noticed(self, handle: Handle, bearer: str) -> bool:
        """A register says that something has changed. False where nobody knows the address, or the token is wrong."""
        held = await self._rows.by_digest(handle.digest)
        if held is None or held.state == "ended":
            return False
        source = await self._sources.get(held.source_id)
        expected = self._sources.credentials(source).secret("notice_token")
        if expected and not _same(expected, bearer):
            return False
        now = clock.now()
        turn, into = divmod(now.timestamp(), WINDOW.total_seconds())
        slot = f"{held.source_id}/{int(turn)}"
        if held.slot == slot or not source.is_active:
            return True
        held.slot, held.noticed_at = slot, now
        after = WINDOW - timedelta(seconds=into)
        await start_job(self._session, NOTICE_JOB, {"sourceId": held.source_id}, after=after, slot=slot)
        return True

    async def telling(self, feedback_id: UUID) -> Telling | None:
        """What to tell a register of a run; None where it was told, or its source does not want it any more."""
        row = await self._rows.feedback(feedback_id)
        source = await self._sources.get(row.source_id)
        settings = fetched_by(source)
        if row.state != "waiting" or not isinstance(settings, Ss12000) or not settings.gives_feedback:
            return None
        now, path = clock.now(), "/log/"
        if row.kind == "log":
            entries = log_entries(await self._rows.findings(row.run_id, _MOST_OF_A_RULE), now)
        else:
            path, entries = "/statistics/", statistics_entries(await self._rows.counts(row.run_id), now)
        return Telling(path, entries, settings, self._sources.credentials(source))

    async def told(self, feedback_id: UUID, state: str, entries: int) -> None:
        """How it went."""
        row = await self._rows.feedback(feedback_id)
        row.state, row.entries = state, entries
        row.touch()
        after = {"kind": row.kind, "state": state, "entries": entries}
        await record(self._session, "run.feedback", "run", row.run_id, after=after)


def _forget(held: SourceSubscription, state: str, problem: str | None) -> None:
    held.state, held.remote_id, held.problem = state, None, problem
    held.reached, held.sealed = None, None
    held.touch()


def _place(held: SourceSubscription) -> str:
    return f"source_subscription:{held.id}"


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())
