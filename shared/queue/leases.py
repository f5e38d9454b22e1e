"""Who runs a job: a lease in PostgreSQL, kept by heartbeats, fenced by an advisory lock.

The fence: a handler's transaction holds the job's advisory lock shared and sees that the lease is still its own; a
takeover needs the lock alone. So a worker that was frozen or cut off can finish the transaction it is in, and the
next worker begins after it, but it can never start another one.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.kit_tables import NO_TENANT
from shared.queue.faults import JobLost

_FENCE = "hashtextextended('startklar:job:' || CAST(:id AS text), 0)"
_MINE = "WHERE tenant_id = :tenant AND id = :id AND state = 'running' AND lease_owner = :owner AND attempts = :attempt"

_DUE = (
    "state IN ('queued', 'running')"
    " AND ((state = 'queued' AND run_after <= now()) OR (state = 'running' AND lease_until < now()))"
)
_CANDIDATES = text(f"SELECT tenant_id, id FROM job WHERE kind = ANY(:kinds) AND {_DUE} ORDER BY run_after LIMIT 20")
_LOCK = text(
    "SELECT tenant_id, id, kind, params, attempts, max_attempts, cancel_requested, traceparent FROM job"
    f" WHERE tenant_id = :tenant AND id = :id AND {_DUE} FOR UPDATE SKIP LOCKED"
)
_TRY_FENCE = text(f"SELECT pg_try_advisory_xact_lock({_FENCE})")
_SHARE_FENCE = text(f"SELECT pg_advisory_xact_lock_shared({_FENCE})")
_TAKE = text(
    "UPDATE job SET state = 'running', attempts = attempts + 1, lease_owner = :owner, version = version + 1,"
    " lease_until = now() + make_interval(secs => :lease), updated_at = now()"
    " WHERE tenant_id = :tenant AND id = :id"
)
_KEEP = text(f"UPDATE job SET lease_until = now() + make_interval(secs => :lease) {_MINE} RETURNING cancel_requested")
_IS_MINE = text(f"SELECT EXISTS (SELECT FROM job {_MINE})")
_PROGRESS = text(
    "UPDATE job SET progress_done = :done, progress_total = :total, message = :message, version = version + 1,"
    f" updated_at = now() {_MINE} RETURNING 1"
)
_END = text(
    "UPDATE job SET state = :state, result = CAST(:result AS jsonb), problem = CAST(:problem AS jsonb),"
    " lease_owner = NULL, lease_until = NULL, finished_at = now(), version = version + 1, updated_at = now()"
    f" {_MINE} RETURNING 1"
)
_PUT_BACK = text(
    "UPDATE job SET state = 'queued', attempts = attempts - :refund, lease_owner = NULL, lease_until = NULL,"
    " run_after = now() + make_interval(secs => :delay), problem = CAST(:problem AS jsonb), version = version + 1,"
    f" updated_at = now() {_MINE} RETURNING 1"
)


class LeaseLost(Exception):
    """Another worker runs the job now; whatever this one still wants to write is refused."""


@dataclass(frozen=True)
class Lease:
    """The right to run one job: `owner` names the worker process, `attempt` is the fencing number."""

    tenant_id: UUID
    id: UUID
    kind: str
    params: dict[str, Any]
    owner: str
    attempt: int
    max_attempts: int
    traceparent: str | None

    @property
    def tenant(self) -> UUID | None:
        return None if self.tenant_id == NO_TENANT else self.tenant_id

    @property
    def key(self) -> dict[str, Any]:
        return {"tenant": self.tenant_id, "id": self.id, "owner": self.owner, "attempt": self.attempt}


@dataclass(frozen=True)
class Ended:
    """A job that could not be taken because it is at its end: cancelled, or lost too often."""

    kind: str
    state: str


async def claim(session: AsyncSession, kinds: list[str], owner: str, seconds: float) -> Lease | Ended | None:
    """Take one due job for `seconds`, or end one that must not run again; None when nothing is due. Relay role."""
    for candidate in (await session.execute(_CANDIDATES, {"kinds": kinds})).all():
        key = {"tenant": candidate.tenant_id, "id": candidate.id}
        # One row at a time: a replica that locked several would hide them from the others.
        row = (await session.execute(_LOCK, key)).one_or_none()
        if row is None:
            continue
        if not (await session.execute(_TRY_FENCE, {"id": str(row.id)})).scalar_one():
            continue  # the former worker is inside a transaction; the next sweep looks again
        await session.execute(_TAKE, {**key, "owner": owner, "lease": seconds})
        lease = Lease(
            row.tenant_id, row.id, row.kind, row.params, owner, row.attempts + 1, row.max_attempts, row.traceparent
        )
        if row.cancel_requested:
            await end(session, lease, "cancelled")
            return Ended(row.kind, "cancelled")
        if row.attempts >= row.max_attempts:
            await end(session, lease, "failed", problem=JobLost().document("en"))
            return Ended(row.kind, "failed")
        return lease
    return None


async def keep(session: AsyncSession, lease: Lease, seconds: float) -> bool:
    """Prolong the lease; True when somebody asked to cancel. Errors: LeaseLost. Relay role."""
    found = (await session.execute(_KEEP, {**lease.key, "lease": seconds})).one_or_none()
    if found is None:
        raise LeaseLost(str(lease.id))
    return bool(found.cancel_requested)


async def enter(session: AsyncSession, lease: Lease) -> None:
    """Fence a transaction of the handler, before its first statement. Errors: LeaseLost. App role, job's tenant."""
    await session.execute(_SHARE_FENCE, {"id": str(lease.id)})
    if not (await session.execute(_IS_MINE, lease.key)).scalar_one():
        raise LeaseLost(str(lease.id))


async def progress(session: AsyncSession, lease: Lease, done: int, total: int | None, message: str | None) -> None:
    """Store how far the job has come. Errors: LeaseLost. Relay role."""
    values = {**lease.key, "done": done, "total": total, "message": message}
    await _mine(session, _PROGRESS, values, lease)


async def end(
    session: AsyncSession,
    lease: Lease,
    state: str,
    *,
    result: dict[str, Any] | None = None,
    problem: dict[str, Any] | None = None,
) -> None:
    """Store the outcome. Errors: LeaseLost. Relay role."""
    await _mine(session, _END, {**lease.key, "state": state, "result": _json(result), "problem": _json(problem)}, lease)


async def put_back(
    session: AsyncSession, lease: Lease, delay: float, *, problem: dict[str, Any] | None = None, refund: bool = False
) -> None:
    """Let the job run again in `delay` seconds; `refund` when the attempt should not count. Errors: LeaseLost."""
    values = {**lease.key, "delay": delay, "problem": _json(problem), "refund": int(refund)}
    await _mine(session, _PUT_BACK, values, lease)


async def _mine(session: AsyncSession, statement: Any, values: dict[str, Any], lease: Lease) -> None:
    if (await session.execute(statement, values)).one_or_none() is None:
        raise LeaseLost(str(lease.id))


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value, default=str).decode()
