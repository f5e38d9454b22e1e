"""An owner's feed: pages of its events, and the check that a page really continues what a consumer has applied."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.base import EventEnvelope, owner_of, version_of
from shared.kit.kit_tables import NO_TENANT

MAX_PAGE = 500

_PAGE = text(
    """
    SELECT head.position AS head, before.id AS after_id, event.*
    FROM feed_head AS head
    LEFT JOIN event_log AS before ON before.position = :after
    LEFT JOIN LATERAL (
        SELECT * FROM event_log WHERE position > :after ORDER BY position LIMIT :limit
    ) AS event ON true
    ORDER BY event.position
    """
)


class FeedRefused(Exception):
    """An owner's page contradicts what was applied before; applying it would lose or repeat events."""


class FeedPage(BaseModel):
    """A page of a feed. `head` is the owner's last position; `after_id` is the id of the event at the position
    asked for: a consumer that applied another event there sees that the owner's history was replaced."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    items: tuple[EventEnvelope, ...]
    head: int
    after_id: UUID | None = None


async def read_feed(session: AsyncSession, after: int, limit: int = MAX_PAGE) -> FeedPage:
    """The events after position `after`, at most `limit` (1 to 500), oldest first.

    `session` is a transaction of the relay role; head and events are one snapshot.
    """
    limit = max(1, min(limit, MAX_PAGE))
    rows = (await session.execute(_PAGE, {"after": after, "limit": limit})).all()
    items = tuple(_envelope(row) for row in rows if row.position is not None)
    return FeedPage(items=items, head=rows[0].head, after_id=rows[0].after_id)


def _envelope(row: Any) -> EventEnvelope:
    return EventEnvelope(
        id=row.id,
        type=row.type,
        version=version_of(row.type),
        source=owner_of(row.type),
        tenant=None if row.tenant_id == NO_TENANT else row.tenant_id,
        subject=row.subject,
        occurred_at=row.occurred_at,
        position=row.position,
        traceparent=row.traceparent,
        data=row.data,
    )


def check_continues(page: FeedPage, owner: str, position: int, event_id: UUID | None) -> None:
    """Raise FeedRefused unless `page` continues the feed of `owner` after `position`, where `event_id` stands."""
    if page.head < position:
        raise FeedRefused(f"the feed of {owner} ends at {page.head}, before the applied position {position}")
    if page.after_id != event_id:
        raise FeedRefused(f"the feed of {owner} has another event at the applied position {position}")
    expected = range(position + 1, position + 1 + len(page.items))
    if [item.position for item in page.items] != list(expected) or (not page.items and page.head > position):
        raise FeedRefused(f"the feed of {owner} has a gap after position {position}")
    for item in page.items:
        if item.source != owner or not item.type.startswith(f"{owner}."):
            raise FeedRefused(f"the feed of {owner} holds an event of another service at {item.position}")
