"""Every query on calendar feeds and what they show."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.calendar.errors import FeedNotFound
from services.training.calendar.models import CalendarFeed
from shared.kit.db import tenant_of

MOST_EVENTS = 2000
_SEATED = "e.state IN ('confirmed', 'attended', 'partial')"
_WHOSE = {
    "personal": f"""CROSS JOIN LATERAL (SELECT '' AS note FROM enrolment e WHERE e.tenant_id = s.tenant_id
        AND e.session_id = s.id AND e.person_id = :who AND {_SEATED} LIMIT 1) mine""",
    "trainer": """CROSS JOIN LATERAL (SELECT t.duty AS note FROM session_trainer t WHERE t.tenant_id = s.tenant_id
        AND t.session_id = s.id AND t.person_id = :who) mine""",
    "unit": f"""CROSS JOIN LATERAL (SELECT count(*)::text AS note FROM enrolment e WHERE e.tenant_id = s.tenant_id
        AND e.session_id = s.id AND {_SEATED} AND EXISTS (SELECT FROM duty d WHERE d.tenant_id = e.tenant_id
            AND d.person_id = e.person_id AND d.unit_id = :who AND NOT d.ended
            AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today))
        HAVING count(*) > 0) mine""",
}
_EVENTS = {
    kind: text(f"""
SELECT s.id, s.zone, s.state, s.version, s.updated_at, c.title, mine.note, d.starts_at, d.ends_at, d.part,
       coalesce(nullif(concat_ws(', ', r.name, nullif(r.address, '')), ''), s.place) AS place
FROM session s
JOIN course c ON c.tenant_id = s.tenant_id AND c.id = s.course_id
{whose}
CROSS JOIN LATERAL (SELECT sd.starts_at, sd.ends_at, sd.room_id, row_number() OVER (ORDER BY sd.starts_at) AS part
    FROM session_date sd WHERE sd.tenant_id = s.tenant_id AND sd.session_id = s.id) d
LEFT JOIN room r ON r.tenant_id = s.tenant_id AND r.id = d.room_id
WHERE s.tenant_id = :tenant AND s.ends_at > :since
ORDER BY d.starts_at, s.id LIMIT {MOST_EVENTS}
""").columns(title=JSONB)
    for kind, whose in _WHOSE.items()
}


class FeedRepository:
    """Feeds of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, feed: CalendarFeed) -> None:
        self._session.add(feed)

    async def get(self, feed_id: UUID, account_id: UUID) -> CalendarFeed:
        """The account's own feed, locked; raises FeedNotFound."""
        query = self._of(account_id).where(CalendarFeed.id == feed_id)
        found: CalendarFeed | None = (await self._session.exec(query.with_for_update())).one_or_none()
        if found is None:
            raise FeedNotFound()
        return found

    async def valid(self, secret_hash: bytes) -> CalendarFeed | None:
        query = select(CalendarFeed).where(
            CalendarFeed.tenant_id == tenant_of(self._session),
            CalendarFeed.secret_hash == secret_hash,
            col(CalendarFeed.revoked_at).is_(None),
        )
        return (await self._session.exec(query)).one_or_none()

    async def list_after(self, account_id: UUID, after: UUID | None, limit: int) -> Sequence[CalendarFeed]:
        """Those of one account, oldest first."""
        query = self._of(account_id)
        if after is not None:
            query = query.where(col(CalendarFeed.id) > after)
        found: Sequence[CalendarFeed] = (
            await self._session.exec(query.order_by(col(CalendarFeed.id)).limit(limit))
        ).all()
        return found

    async def alive(self, account_id: UUID) -> Sequence[CalendarFeed]:
        """Those of one account that are not revoked, locked."""
        query = self._of(account_id).where(col(CalendarFeed.revoked_at).is_(None))
        found: Sequence[CalendarFeed] = (await self._session.exec(query.with_for_update())).all()
        return found

    async def count(self, account_id: UUID) -> int:
        query = select(func.count()).where(
            col(CalendarFeed.tenant_id) == tenant_of(self._session),
            col(CalendarFeed.created_by) == account_id,
            col(CalendarFeed.revoked_at).is_(None),
        )
        return (await self._session.exec(query)).one()

    async def events(self, feed: CalendarFeed, since: datetime, today: date) -> Sequence[Row[Any]]:
        """The dates of the sessions that a feed is about."""
        values = {
            "tenant": feed.tenant_id, "who": feed.unit_id or feed.person_id, "since": since, "today": today,
        }  # fmt: skip
        rows: Sequence[Row[Any]] = (await self._session.execute(_EVENTS[feed.kind], values)).all()
        return rows

    def _of(self, account_id: UUID) -> Any:
        return select(CalendarFeed).where(
            CalendarFeed.tenant_id == tenant_of(self._session), CalendarFeed.created_by == account_id
        )
