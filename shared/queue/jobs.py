"""Asking for long work: a job is a row, written in the caller's transaction; a worker finds it and runs it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.ids import new_id
from shared.kit.kit_tables import NO_TENANT
from shared.queue.outbox import ask_for_nudge

Param = UUID | int | bool | str

MAX_ATTEMPTS = 3
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$")

_INSERT = text(
    "INSERT INTO job (tenant_id, id, kind, slot, params, state, max_attempts, run_after, traceparent, created_by,"
    " created_at, updated_at)"
    " VALUES (:tenant, :id, :kind, :slot, CAST(:params AS jsonb), 'queued', :max_attempts,"
    " now() + make_interval(secs => :delay), :traceparent, :created_by, now(), now())"
    " ON CONFLICT (tenant_id, kind, slot) DO NOTHING"
)
_HASTEN = text(
    "UPDATE job SET run_after = now(), version = version + 1, updated_at = now()"
    " WHERE tenant_id = :tenant AND id = :id AND state = 'queued' RETURNING id"
)
_CANCEL = text(
    "UPDATE job SET cancel_requested = true, version = version + 1, updated_at = now(),"
    " finished_at = CASE WHEN state = 'queued' THEN now() ELSE finished_at END,"
    " state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END"
    " WHERE tenant_id = :tenant AND id = :id AND state IN ('queued', 'running') RETURNING state"
)


async def start_job(  # noqa: PLR0913 - what a job can be asked to be
    session: AsyncSession,
    kind: str,
    params: Mapping[str, Param],
    *,
    after: timedelta = timedelta(0),
    created_by: UUID | None = None,
    max_attempts: int = MAX_ATTEMPTS,
    slot: str | None = None,
) -> UUID:
    """Ask for work of `kind` in the session's tenant, `after` a while; returns the job's id.

    Of those with one `slot` only the first counts, however often it is asked for: the id of a later one is no job's.
    `params` are ids and codes: a job never carries personal data, so free text is refused (ValueError). The work runs
    at least once: a handler does in each `ctx.transaction()` what may be done again.
    """
    job_id = new_id()
    await session.execute(
        _INSERT,
        {
            "tenant": session.info.get("tenant") or NO_TENANT,
            "id": job_id,
            "kind": kind,
            "slot": slot,
            "params": orjson.dumps({name: _plain(name, value) for name, value in params.items()}).decode(),
            "max_attempts": max_attempts,
            "delay": after.total_seconds(),
            "traceparent": session.info.get("traceparent"),
            "created_by": created_by,
        },
    )
    ask_for_nudge(session)
    return job_id


async def schedule_job(session: AsyncSession, kind: str, slot: str) -> None:
    """Ask for periodic work of the platform, once per `slot` however often it is called. Relay role."""
    values: dict[str, Any] = {
        "tenant": NO_TENANT, "id": new_id(), "kind": kind, "slot": slot, "params": "{}",
        "max_attempts": MAX_ATTEMPTS, "delay": 0.0, "traceparent": None, "created_by": None,
    }  # fmt: skip
    await session.execute(_INSERT, values)


async def cancel_job(session: AsyncSession, job_id: UUID) -> bool:
    """Cancel a job of the session's tenant: a waiting one at once, a running one within a heartbeat.

    Returns False when it does not exist or has ended. What a running job has committed stays.
    """
    values = {"tenant": session.info.get("tenant") or NO_TENANT, "id": job_id}
    return (await session.execute(_CANCEL, values)).first() is not None


async def hasten_job(session: AsyncSession, job_id: UUID) -> bool:
    """Let a waiting job of the session's tenant run at once; False where none waits."""
    values = {"tenant": session.info.get("tenant") or NO_TENANT, "id": job_id}
    is_waiting = (await session.execute(_HASTEN, values)).first() is not None
    if is_waiting:
        ask_for_nudge(session)
    return is_waiting


def _plain(name: str, value: Param) -> str | int | bool:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and _CODE.match(value) is None:
        raise ValueError(f"job parameter {name} must be an id or a code, not text")
    return value
