"""Where registers tell us that something has changed."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request

from services.sync.register.auth import SubscriptionsRead
from services.sync.register.errors import NoticeUnknown
from services.sync.register.schemas import SourceNoticeInput, SourceNoticeTaken, SourceSubscriptionPublic
from services.sync.register.service import RegisterService
from services.sync.source.dependencies import seals
from shared.kit.handle import Handle
from shared.web import SessionDep, new_router, runtime
from shared.web.route import problem_responses

router = new_router("sources")


SourceId = Annotated[UUID, Path(alias="sourceId")]


@router.get("/sources/{sourceId}/subscription", summary="Read the subscription to a register's notices")
async def source_subscriptions_get(
    source_id: SourceId, _: SubscriptionsRead, session: SessionDep, request: Request
) -> SourceSubscriptionPublic:
    """Whether the register tells us of changes, until when, and when it last did."""
    held = await RegisterService(session, seals(request)).subscription(source_id)
    if held is None:
        return SourceSubscriptionPublic(state="none")
    return SourceSubscriptionPublic(
        state=held.state,
        expires_at=held.expires_at,
        renews_at=held.renew_at,
        noticed_at=held.noticed_at,
        problem=held.problem,
    )


@router.post("/source-notices/{secret}", summary="Notify of changes", responses=problem_responses(404))
async def source_notices_create(
    body: SourceNoticeInput,
    request: Request,
    secret: Annotated[str, Path(max_length=200, description="From the subscription's target; stays out of logs")],
) -> SourceNoticeTaken:
    """What an SS12000 register calls after a change (its subscriptions). The secret stands for the token. A notice
    carries no data, and any number of them within two minutes lead to one fetch."""
    handle = Handle.parse(secret)
    if handle is None:
        raise NoticeUnknown()
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    async with runtime(request).database.transaction(handle.tenant) as session:
        is_heard = await RegisterService(session, seals(request)).noticed(handle, bearer)
    if not is_heard:
        raise NoticeUnknown()
    return SourceNoticeTaken(taken=True)
