"""Publishing: an event is a row in the caller's own transaction, so it exists exactly when the change does."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.base import Event
from shared.kit import clock
from shared.kit.ids import new_id
from shared.kit.kit_tables import NO_TENANT

_INSERT = text(
    "INSERT INTO outbox (id, type, tenant_id, subject, occurred_at, traceparent, data)"
    " VALUES (:id, :type, :tenant, :subject, :occurred_at, :traceparent, CAST(:data AS jsonb))"
)


async def publish(session: AsyncSession, event: Event) -> None:
    """Put `event` into the outbox, under the session's tenant and traceparent; visible to others after the commit.

    Publish after the changes that the event tells of: then two transactions that wait for the same row also have
    their events in the order of their commits. Errors: IntegrityError for an event type that another service owns.
    """
    await publish_all(session, [event])


async def publish_all(session: AsyncSession, events: Sequence[Event]) -> None:
    """`publish` for many events in one round trip, in their order."""
    if not events:
        return
    await session.flush()
    rows = event_rows(session, events)
    await session.execute(_INSERT, rows if len(rows) > 1 else rows[0])
    ask_for_nudge(session)


def event_rows(session: AsyncSession, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The values of `_INSERT` for each event; `data` is JSON."""
    common = {
        "tenant": session.info.get("tenant") or NO_TENANT,
        "occurred_at": clock.now(),
        "traceparent": session.info.get("traceparent"),
    }
    return [
        {
            "id": new_id(),
            "type": event.type,
            "subject": event.subject,
            "data": orjson.dumps(event.to_data()).decode(),
            **common,
        }
        for event in events
    ]


def ask_for_nudge(session: AsyncSession) -> None:
    """Let the worker be woken once this session has committed (`Database.after_publish`)."""
    session.info["published"] = True
