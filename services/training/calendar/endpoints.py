"""Calendar feeds over HTTP, and the calendar behind a feed's address."""

import asyncio
import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.calendar.auth import READERS, FeedsKeep
from services.training.calendar.errors import FeedNotFound
from services.training.calendar.models import CalendarFeed
from services.training.calendar.schemas import TrainingFeedCreate, TrainingFeedCreated, TrainingFeedPublic
from services.training.calendar.service import FeedService
from services.training.calendar.writing import write
from shared.kit.handle import Handle
from shared.kit.text import Text
from shared.web import IfMatch, Page, PageDep, SessionDep, absolute, new_router, runtime
from shared.web.reply import Reply, ReplyDep
from shared.web.route import problem_responses

router = new_router("calendar-feeds")

FeedId = Annotated[UUID, Path(alias="calendarFeedId")]
FILES = "/training/v1/calendar-files"
_REVOKED = Text(sv="Flödet är återkallat", en="The feed was revoked", da="Feedet er tilbagekaldt")


@router.post("/calendar-feeds", name="training_feeds_create", status_code=201, summary="Follow training in a calendar")
async def training_feeds_create(
    body: TrainingFeedCreate, caller: FeedsKeep, session: SessionDep, reply: ReplyDep, request: Request
) -> TrainingFeedCreated:
    """An address for calendar programs, with the sessions at their local time: those that I attend or hold, or those of
    a unit's people, of whom it tells how many and not who.

    The address holds a secret and is in this answer alone. It ends when it is revoked or the account loses a right.
    """
    units = caller.units_for(*READERS)
    feed, handle = await FeedService(session).create(body.kind, body.unit_id, caller, units, reply.lang)
    reply.created(f"/training/v1/calendar-feeds/{feed.id}", feed.version)
    reply.keep_secret()
    shown = _shown(feed, reply)
    return TrainingFeedCreated(**shown.model_dump(), url=absolute(request, f"{FILES}/{handle.text}"))


@router.get("/calendar-feeds", name="training_feeds_list", summary="List one's own calendar feeds")
async def training_feeds_list(
    caller: FeedsKeep, session: SessionDep, reply: ReplyDep, page: PageDep
) -> Page[TrainingFeedPublic]:
    """What the caller follows and followed, oldest first."""
    after = page.keys(UUID)
    rows = await FeedService(session).list_after(caller.subject, after[0] if after else None, page.limit + 1)
    return reply.page(page, rows, lambda row: _shown(row, reply))


@router.delete(
    "/calendar-feeds/{calendarFeedId}",
    name="training_feeds_delete",
    status_code=204,
    summary="Revoke a calendar feed",
    responses=problem_responses(412, 428),
)
async def training_feeds_delete(feed_id: FeedId, caller: FeedsKeep, version: IfMatch, session: SessionDep) -> None:
    """The address shows nothing from now on; the feed stays in the list."""
    await FeedService(session).revoke(feed_id, version, caller.subject)


@router.get(
    "/calendar-files/{secret}",
    name="training_calendar_files_get",
    summary="Fetch a followed calendar",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}, **problem_responses(404)},
)
async def training_calendar_files_get(
    secret: Annotated[str, Path(max_length=200, description="From the feed's address")], request: Request
) -> Response:
    """iCalendar (RFC 5545), for calendar programs. The secret stands for the token, and stays out of logs."""
    handle = Handle.parse(secret)
    if handle is None:
        raise FeedNotFound()
    async with runtime(request).database.transaction(handle.tenant) as session:
        shown = await FeedService(session).show(handle)
    body = await asyncio.to_thread(write, shown.name, shown.entries)
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "Cache-Control": "private, max-age=300"}
    headers["Content-Disposition"] = 'inline; filename="startklar-training.ics"'
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def _shown(feed: CalendarFeed, reply: Reply) -> TrainingFeedPublic:
    refused = _REVOKED if feed.revoked_at is not None else None
    revoke = reply.action("revoke", "DELETE", f"/training/v1/calendar-feeds/{feed.id}", refused=refused)
    return TrainingFeedPublic.model_validate(feed.model_dump() | {"allowed_actions": [revoke]})
