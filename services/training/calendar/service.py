"""Keeping calendar feeds, and gathering what one shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.calendar.errors import FeedNotFound, FeedOfNobody, FeedUnitInvalid, TooManyFeeds
from services.training.calendar.models import CalendarFeed
from services.training.calendar.repository import FeedRepository
from services.training.calendar.schemas import Kind
from services.training.calendar.writing import Entry
from services.training.roster.service import RosterService
from shared.auth.principal import Principal
from shared.contracts.training_mail import TrainingFeedChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.journal import record
from shared.kit.text import LANGUAGES, Lang, Text
from shared.queue import publish
from shared.web.preconditions import check_version

MOST_FEEDS = 20
_BACK = timedelta(days=60)
_NAMES = {
    "personal": Text(sv="Mina utbildningar", en="My training", da="Mine kurser"),
    "trainer": Text(sv="Utbildningar jag håller", en="Training that I hold", da="Kurser jeg holder"),
    "unit": Text(sv="Enhetens utbildningar", en="Training of the unit", da="Enhedens kurser"),
}
_BACKUP = Text(sv="reserv", en="backup", da="reserve")


@dataclass(frozen=True)
class Shown:
    """What a feed shows now."""

    name: str
    entries: list[Entry]


class FeedService:
    """The calendar feeds of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._feeds = FeedRepository(session)

    async def create(
        self, kind: Kind, unit_id: UUID | None, caller: Principal, units: frozenset[UUID] | None, lang: Lang
    ) -> tuple[CalendarFeed, Handle]:
        """A new feed and its secret, which nobody can read again; `units` are those whose people the caller may see.

        Raises FeedUnitInvalid, FeedOfNobody, TooManyFeeds.
        """
        if (kind == "unit") != (unit_id is not None):
            raise FeedUnitInvalid()
        if unit_id is not None and not await self._may_see(unit_id, units):
            raise FeedUnitInvalid()
        if unit_id is None and caller.person is None:
            raise FeedOfNobody()
        if await self._feeds.count(caller.subject) >= MOST_FEEDS:
            raise TooManyFeeds()
        handle = Handle.new(tenant_of(self._session))
        feed = CalendarFeed(
            tenant_id=handle.tenant,
            kind=kind,
            person_id=None if unit_id else caller.person,
            unit_id=unit_id,
            language=lang,
            secret_hash=handle.digest,
            created_by=caller.subject,
        )
        self._feeds.add(feed)
        await self._session.flush()
        await self._tell(feed, "created")
        return feed, handle

    async def list_after(self, account_id: UUID, after: UUID | None, limit: int) -> Sequence[CalendarFeed]:
        """The feeds of one account, oldest first."""
        return await self._feeds.list_after(account_id, after, limit)

    async def revoke(self, feed_id: UUID, version: int, account_id: UUID) -> None:
        """The address shows nothing from now on. Raises FeedNotFound, StaleVersion."""
        feed = await self._feeds.get(feed_id, account_id)
        check_version(version, feed.version)
        await self._end(feed)

    async def revoke_all_of(self, account_id: UUID) -> None:
        """The account lost a right; may be called again."""
        for feed in await self._feeds.alive(account_id):
            await self._end(feed)

    async def show(self, handle: Handle) -> Shown:
        """What the feed with this secret shows. Raises FeedNotFound."""
        feed = await self._feeds.valid(handle.digest)
        if feed is None:
            raise FeedNotFound()
        today = clock.today()
        if feed.last_used_on != today:  # to the day: fetching must not cost a write each time
            feed.last_used_on = today
        lang: Lang = next((each for each in LANGUAGES if each == feed.language), "sv")
        rows = await self._feeds.events(feed, clock.now() - _BACK, today)
        return Shown(_NAMES[feed.kind].pick(lang), [_entry(feed.kind, row, lang) for row in rows])

    async def _may_see(self, unit_id: UUID, units: frozenset[UUID] | None) -> bool:
        if units is not None and unit_id not in units:
            return False
        return unit_id in await RosterService(self._session).units([unit_id])

    async def _end(self, feed: CalendarFeed) -> None:
        if feed.revoked_at is None:
            feed.revoked_at = clock.now()
            feed.touch()
            await self._tell(feed, "revoked")

    async def _tell(self, feed: CalendarFeed, change: str) -> None:
        await record(self._session, f"calendar_feed.{change}", "calendar_feed", feed.id, after={"kind": feed.kind})
        told = {"calendar_feed_id": feed.id, "kind": feed.kind, "change": change}
        await publish(self._session, TrainingFeedChanged.model_validate(told))


def _entry(kind: str, row: Any, lang: Lang) -> Entry:
    title = Text.model_validate(row.title).pick(lang)
    if kind == "unit":
        title = f"{title} ({row.note})"
    elif row.note == "backup":
        title = f"{title} ({_BACKUP.pick(lang)})"
    return Entry(
        row.id,
        row.part,
        title,
        row.starts_at,
        row.ends_at,
        row.zone,
        row.place,
        row.version,
        row.updated_at,
        is_cancelled=row.state == "cancelled",
        has_alarm=kind == "personal",
    )
