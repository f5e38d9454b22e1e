"""Calendar feeds over HTTP, and the calendar behind a feed's address."""

import asyncio
import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.feed.auth import FeedsKeep
from services.projects.feed.calendar import write
from services.projects.feed.errors import FeedNotFound
from services.projects.feed.models import CalendarFeed
from services.projects.feed.schemas import FeedCreate, FeedCreated, FeedPublic
from services.projects.feed.service import FeedService
from shared.kit.handle import Handle
from shared.kit.text import Lang, Text
from shared.web import (
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    absolute,
    etag,
    make_page,
    new_router,
    runtime,
)
from shared.web.actions import allowed_action
from shared.web.route import problem_responses

router = new_router("calendar-feeds")

FeedId = Annotated[UUID, Path(alias="calendarFeedId")]
FILES = "/projects/v1/calendar-files"
_REVOKED = Text(sv="Flödet är återkallat", en="The feed was revoked", da="Feedet er tilbagekaldt")


async def _service(session: SessionDep) -> FeedService:
    return FeedService(session)


Feeds = Annotated[FeedService, Depends(_service)]


@router.post("/calendar-feeds", name="calendar_feeds_create", status_code=201, summary="Follow a calendar")
async def calendar_feeds_create(
    body: FeedCreate, caller: FeedsKeep, feeds: Feeds, lang: LangDep, request: Request, response: Response
) -> FeedCreated:
    """An address for calendar programs: windows of the plan and gates as whole days, meetings at their local time.

    The address holds a secret and is in this answer alone. It shows titles, never persons, places or notes, and ends
    when it is revoked or the account loses a right.
    """
    feed, handle = await feeds.create(body.kind, body.project_id, body.body_id, caller, lang)
    etag(response, feed.version)
    shown = _shown(feed, request, lang)
    return FeedCreated(**shown.model_dump(), url=absolute(request, f"{FILES}/{handle.text}"))


@router.get("/calendar-feeds", name="calendar_feeds_list", summary="List one's own calendar feeds")
async def calendar_feeds_list(
    caller: FeedsKeep, feeds: Feeds, lang: LangDep, request: Request, page: PageDep
) -> Page[FeedPublic]:
    """What the caller follows and followed, oldest first."""
    after = page.keys(UUID)
    rows = await feeds.list_after(caller.subject, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _shown(row, request, lang))


@router.delete(
    "/calendar-feeds/{calendarFeedId}",
    name="calendar_feeds_delete",
    status_code=204,
    summary="Revoke a calendar feed",
    responses=problem_responses(412, 428),
)
async def calendar_feeds_delete(feed_id: FeedId, caller: FeedsKeep, version: IfMatch, feeds: Feeds) -> None:
    """The address shows nothing from now on; the feed stays in the list."""
    await feeds.revoke(feed_id, version, caller)


@router.get(
    "/calendar-files/{secret}",
    name="calendar_files_get",
    summary="Fetch a followed calendar",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}, **problem_responses(404)},
)
async def calendar_files_get(
    secret: Annotated[str, Path(max_length=200, description="From the feed's address")], request: Request
) -> Response:
    """iCalendar (RFC 5545), for calendar programs. The secret stands for the token, and stays out of logs."""
    handle = Handle.parse(secret)
    if handle is None:
        raise FeedNotFound()
    async with runtime(request).database.transaction(handle.tenant) as session:
        shown = await FeedService(session).show(handle)
    body = await asyncio.to_thread(write, shown.name, shown.entries, shown.lang)
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "Cache-Control": "private, max-age=300"}
    headers["Content-Disposition"] = 'inline; filename="startklar.ics"'
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def _shown(feed: CalendarFeed, request: Request, lang: Lang) -> FeedPublic:
    refused = _REVOKED if feed.revoked_at is not None else None
    path = f"/projects/v1/calendar-feeds/{feed.id}"
    revoke = allowed_action(request, lang, "revoke", "DELETE", path, refused=refused)
    return FeedPublic.model_validate(feed.model_dump() | {"allowed_actions": [revoke]})
