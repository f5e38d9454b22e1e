"""Where registers tell us that something has changed."""

from typing import Annotated

from fastapi import Path, Request

from services.sync.register.errors import NoticeUnknown
from services.sync.register.schemas import SourceNoticeInput, SourceNoticeTaken
from services.sync.register.service import RegisterService
from services.sync.source.dependencies import seals
from shared.kit.handle import Handle
from shared.web import new_router, runtime
from shared.web.route import problem_responses

router = new_router("sources")


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
