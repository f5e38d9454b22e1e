"""Keeping calendar feeds, and gathering what one shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.activity.service import ActivityService
from services.projects.body.service import BodyService
from services.projects.feed.calendar import Entry
from services.projects.feed.errors import FeedAboutNothing, FeedNotFound, TooManyFeeds
from services.projects.feed.models import CalendarFeed, FeedKind
from services.projects.feed.repository import FeedRepository
from services.projects.gate.service import GateService
from services.projects.meeting.models import Meeting
from services.projects.meeting.service import MeetingService
from services.projects.project.rights import READERS, ROLE_MISSING, demand
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.contracts.projects_agreement import CalendarFeedChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.journal import record
from shared.kit.text import LANGUAGES, Lang, Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

MOST_EVENTS = 5000
MOST_FEEDS = 20
_BACK = timedelta(days=400)
_MINE = Text(sv="Mitt i Startklar", en="Mine in Startklar", da="Mit i Startklar")


@dataclass(frozen=True)
class Shown:
    """What a feed shows now."""

    name: str
    lang: Lang
    entries: list[Entry]


class FeedService:
    """The calendar feeds of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._feeds = FeedRepository(session)
        self._meetings = MeetingService(session)
        self._bodies = BodyService(session)

    async def create(
        self, kind: FeedKind, project_id: UUID | None, body_id: UUID | None, caller: Principal, lang: Lang
    ) -> tuple[CalendarFeed, Handle]:
        """A new feed and its secret, which nobody can read again.

        Raises FeedAboutNothing, ProjectNotFound, BodyNotFound, TooManyFeeds, NotYours for who reads no plans.
        """
        for name, wanted, given in (
            ("projectId", kind is FeedKind.project, project_id),
            ("bodyId", kind is FeedKind.body, body_id),
        ):
            if wanted != (given is not None):
                raise FeedAboutNothing(f"#/{name}")
        if kind is not FeedKind.person:
            demand(None if caller.has_any_role(*READERS) else ROLE_MISSING)
        if project_id is not None:
            await ProjectService(self._session).get(project_id)
        if body_id is not None:
            await self._bodies.get(body_id)
        if await self._feeds.count(caller.subject) >= MOST_FEEDS:
            raise TooManyFeeds()
        handle = Handle.new(tenant_of(self._session))
        feed = CalendarFeed(
            tenant_id=tenant_of(self._session),
            kind=kind.value,
            project_id=project_id,
            body_id=body_id,
            language=lang,
            secret_hash=handle.digest,
            created_by=caller.subject,
        )
        self._feeds.add(feed)
        await self._session.flush()
        await self._tell(feed, "create", "created")
        return feed, handle

    async def list_after(self, account_id: UUID, after: UUID | None, limit: int) -> Sequence[CalendarFeed]:
        return await self._feeds.list_after(account_id, after, limit)

    async def revoke(self, feed_id: UUID, version: int, caller: Principal) -> None:
        """End a feed of the caller's own at once. Raises FeedNotFound, StaleVersion. Again, it changes nothing."""
        feed = await self._feeds.get(feed_id, lock=True)
        if feed.created_by != caller.subject:
            raise FeedNotFound()
        check_version(version, feed.version)
        await self._end(feed)

    async def revoke_all_of(self, account_id: UUID) -> int:
        """End every feed of an account that lost a right: an address knows no roles. Returns how many."""
        feeds = [feed for feed in await self._feeds.of_account(account_id) if feed.revoked_at is None]
        for feed in feeds:
            await self._end(feed)
        return len(feeds)

    async def forget(self, account_id: UUID) -> int:
        """End an erased person's feeds, and let go of whose they were."""
        feeds = await self._feeds.of_account(account_id)
        for feed in feeds:
            await self._end(feed)
            feed.created_by = None
            feed.touch()
        await self._session.flush()
        return len(feeds)

    async def of_account(self, account_id: UUID) -> Sequence[CalendarFeed]:
        return await self._feeds.of_account(account_id)

    async def show(self, handle: Handle) -> Shown:
        """What the feed with this secret shows. Raises FeedNotFound."""
        feed = await self._feeds.valid(handle.digest)
        if feed is None:
            raise FeedNotFound()
        today = clock.today()
        if feed.last_used_on != today:  # to the day: fetching must not cost a write each time
            feed.last_used_on = today
        lang: Lang = next((each for each in LANGUAGES if each == feed.language), "sv")
        if feed.project_id is not None:
            return await self._project(feed.project_id, lang)
        if feed.body_id is not None:
            body = await self._bodies.get(feed.body_id)
            title = Text.model_validate(body.title).pick(lang)
            return Shown(title, lang, await self._of_body(body.project_id, body.id))
        return Shown(_MINE.pick(lang), lang, await self._mine(feed.created_by, lang) if feed.created_by else [])

    async def _project(self, project_id: UUID, lang: Lang) -> Shown:
        project = await ProjectService(self._session).get(project_id)
        rows = await self._feeds.activities(project_id, MOST_EVENTS)
        entries = [_activity(row, lang) for row in rows]
        for view in await GateService(self._session).list_after(project_id, None, 200):
            gate = view.gate
            if gate.window is not None:
                entries.append(
                    Entry(
                        "gate",
                        gate.id,
                        Text.model_validate(gate.title).pick(lang),
                        gate.version,
                        gate.updated_at,
                        is_tentative=gate.window.tentative,
                        window=gate.window,
                    )
                )
        return Shown(project.name, lang, entries + await self._of_body(project_id, None))

    async def _of_body(self, project_id: UUID, body_id: UUID | None) -> list[Entry]:
        first = clock.today() - _BACK
        meetings = await self._meetings.list_after(project_id, None, MOST_EVENTS, body_id=body_id, first=first)
        return [_meeting(row) for row in meetings]

    async def _mine(self, account_id: UUID, lang: Lang) -> list[Entry]:
        """What the account answers for, and the meetings of bodies that it sits in."""
        owned = await ActivityService(self._session).of_account(account_id)
        there = (row for row in owned if row.owner_id == account_id and row.deleted_at is None and row.is_enabled)
        entries = [_activity(row, lang) for row in there if row.window is not None]
        today = clock.today()
        seats = {row.seat_id for row in await self._bodies.of_account(account_id) if row.runs_on(today)}
        bodies = {(await self._bodies.seat(seat)).body_id for seat in seats}
        for body_id in sorted(bodies):
            body = await self._bodies.get(body_id)
            entries += await self._of_body(body.project_id, body.id)
        return entries

    async def _end(self, feed: CalendarFeed) -> None:
        if feed.revoked_at is None:
            feed.revoked_at = clock.now()
            feed.touch()
            await self._tell(feed, "revoke", "revoked")

    async def _tell(self, feed: CalendarFeed, action: str, change: str) -> None:
        after = {"kind": feed.kind, "project_id": feed.project_id, "body_id": feed.body_id}
        await record(self._session, f"calendar_feed.{action}", "calendar_feed", feed.id, after=after)
        await publish(self._session, CalendarFeedChanged(calendar_feed_id=feed.id, change=change))


def _activity(row: Activity, lang: Lang) -> Entry:
    title = Text.model_validate(row.title).pick(lang)
    return Entry(
        "activity",
        row.id,
        title,
        row.version,
        row.updated_at,
        is_cancelled=row.state == "cancelled",
        is_tentative=row.window_tentative,
        window=row.window,
    )


def _meeting(row: Meeting) -> Entry:
    return Entry(
        "meeting",
        row.id,
        row.title,
        row.version,
        row.updated_at,
        is_cancelled=row.state == "cancelled",
        begins=datetime.combine(row.held_on, row.local_start),
        zone=row.zone,
        minutes=row.duration_minutes,
    )
