"""Events that could not be applied: tried again, then parked in sight; their tenant's later events wait in order.

The states of a `parked_event` row: `retrying` is tried again at `next_attempt_at`; `parked` waits for somebody to
mend the cause and call `replay_parked`; `held` waits behind an older row of the same tenant and owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.base import EventEnvelope
from shared.kit import clock
from shared.kit.kit_tables import NO_TENANT


@dataclass(frozen=True)
class Retries:
    """How often a failing event is tried before it is parked: after `first` seconds, then `factor` times longer."""

    tries: int = 5
    first: float = 0.2
    factor: float = 4.0

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after `attempts` failures."""
        return timedelta(seconds=self.first * self.factor ** (attempts - 1))


@dataclass(frozen=True)
class Head:
    """The oldest row of one tenant and owner."""

    envelope: EventEnvelope
    attempts: int


_INSERT = text(
    "INSERT INTO parked_event"
    " (tenant_id, owner, position, state, attempts, next_attempt_at, error, envelope, parked_at)"
    " VALUES (:tenant, :owner, :position, :state, :attempts, :next, :error, CAST(:envelope AS jsonb), :now)"
)
_HEAD = (
    "SELECT envelope, attempts, state, next_attempt_at FROM parked_event WHERE tenant_id = :tenant AND owner = :owner"
    " ORDER BY position LIMIT 1 FOR UPDATE"
)
_DUE = text(
    """
    SELECT owner, tenant_id FROM (
        SELECT DISTINCT ON (owner, tenant_id) owner, tenant_id, state, next_attempt_at
        FROM parked_event ORDER BY owner, tenant_id, position
    ) AS head
    WHERE state = 'held' OR (state = 'retrying' AND next_attempt_at <= :now)
    """
)


async def is_waiting(session: AsyncSession, owner: str, tenant: UUID | None) -> bool:
    """Whether an older event of `tenant` from `owner` has yet to be applied."""
    query = text("SELECT EXISTS (SELECT FROM parked_event WHERE tenant_id = :tenant AND owner = :owner)")
    found: bool = (await session.execute(query, _key(owner, tenant))).scalar_one()
    return found


async def hold(session: AsyncSession, envelopes: Sequence[EventEnvelope]) -> None:
    """Put events behind the older ones of their tenant."""
    for envelope in envelopes:
        await session.execute(_INSERT, _row(envelope, "held", attempts=0, pause=timedelta(0), error=None))


async def set_aside(session: AsyncSession, envelope: EventEnvelope, error: str, retries: Retries) -> None:
    """Remember an event that failed for the first time; it will be tried again."""
    await session.execute(_INSERT, _row(envelope, "retrying", attempts=1, pause=retries.pause(1), error=error))


async def due(session: AsyncSession) -> list[tuple[str, UUID | None]]:
    """Owners and tenants whose oldest event may be tried now. `session` is the relay role's."""
    rows = await session.execute(_DUE, {"now": clock.now()})
    return [(row.owner, None if row.tenant_id == NO_TENANT else row.tenant_id) for row in rows]


async def take_head(session: AsyncSession, owner: str, tenant: UUID | None) -> Head | None:
    """Lock the oldest event if it may be tried now."""
    row = (await session.execute(text(_HEAD), _key(owner, tenant))).one_or_none()
    if row is None or row.state == "parked" or (row.state == "retrying" and row.next_attempt_at > clock.now()):
        return None
    return Head(EventEnvelope.model_validate(row.envelope), row.attempts)


async def forget(session: AsyncSession, envelope: EventEnvelope) -> None:
    """The event has been applied."""
    query = text("DELETE FROM parked_event WHERE tenant_id = :tenant AND owner = :owner AND position = :position")
    await session.execute(query, {**_key(envelope.source, envelope.tenant), "position": envelope.position})


async def failed_again(session: AsyncSession, head: Head, error: str, retries: Retries) -> bool:
    """Count another failure of the oldest event; True when it is parked now."""
    attempts = head.attempts + 1
    is_parked = attempts >= retries.tries
    query = text(
        "UPDATE parked_event SET attempts = :attempts, error = :error, next_attempt_at = :next, state = :state"
        " WHERE tenant_id = :tenant AND owner = :owner AND position = :position"
    )
    values = {
        **_key(head.envelope.source, head.envelope.tenant),
        "position": head.envelope.position,
        "attempts": attempts,
        "error": error,
        "next": clock.now() + retries.pause(attempts),
        "state": "parked" if is_parked else "retrying",
    }
    await session.execute(query, values)
    return is_parked


async def replay_parked(session: AsyncSession, owner: str) -> bool:
    """Let the worker try the session's tenant's parked event of `owner` again, with all that waits behind it.

    For an operator who has mended the cause. Returns False when nothing is parked.
    """
    query = text(
        "UPDATE parked_event SET state = 'retrying', attempts = 0, next_attempt_at = :now"
        " WHERE tenant_id = :tenant AND owner = :owner AND state = 'parked' RETURNING 1"
    )
    found = await session.execute(query, {**_key(owner, session.info.get("tenant")), "now": clock.now()})
    return found.first() is not None


def _key(owner: str, tenant: UUID | None) -> dict[str, object]:
    return {"owner": owner, "tenant": tenant or NO_TENANT}


def _row(
    envelope: EventEnvelope, state: str, *, attempts: int, pause: timedelta, error: str | None
) -> dict[str, object]:
    now = clock.now()
    return {
        **_key(envelope.source, envelope.tenant),
        "position": envelope.position,
        "state": state,
        "attempts": attempts,
        "next": now + pause,
        "error": error,
        "envelope": envelope.model_dump_json(by_alias=True),
        "now": now,
    }
