"""My notification preferences over HTTP, and the way out that every mail carries."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from services.projects.notice.auth import PreferencesOwn
from services.projects.notice.errors import UnsubscribeNotValid
from services.projects.notice.schemas import (
    ConfirmationInput,
    PreferenceInput,
    PreferencePublic,
    UnsubscribedPublic,
)
from services.projects.notice.sealing import Sealer
from services.projects.notice.service import NoticeService
from shared.kit.handle import Handle
from shared.web import IfMatch, SessionDep, etag, new_router, runtime
from shared.web.route import problem_responses

router = new_router("notification-preferences")


async def _sealer(request: Request) -> Sealer:
    return Sealer(runtime(request).settings.file_key_bytes())


async def _notices(session: SessionDep, sealer: Annotated[Sealer, Depends(_sealer)]) -> NoticeService:
    return NoticeService(session, sealer)


Notices = Annotated[NoticeService, Depends(_notices)]


@router.get("/my-notification-preferences", name="my_notification_preferences_get", summary="Read what is mailed to me")
async def my_notification_preferences_get(
    caller: PreferencesOwn, notices: Notices, response: Response
) -> PreferencePublic:
    """What the caller chose; who chose nothing gets no mail."""
    return await _shown(caller, notices, response)


@router.put(
    "/my-notification-preferences",
    name="my_notification_preferences_put",
    summary="Choose what is mailed to me",
    responses=problem_responses(412, 428),
)
async def my_notification_preferences_put(
    body: PreferenceInput, caller: PreferencesOwn, version: IfMatch, notices: Notices, response: Response
) -> PreferencePublic:
    """The whole choice. The first one builds on version 0. A new address is mailed a code, at most three a day."""
    await notices.save(caller.subject, version, body)
    return await _shown(caller, notices, response)


@router.post(
    "/my-notification-preferences/confirmations",
    name="my_address_confirmations_create",
    status_code=201,
    summary="Confirm my address",
)
async def my_address_confirmations_create(
    body: ConfirmationInput, caller: PreferencesOwn, request: Request, response: Response
) -> PreferencePublic:
    """The code that was mailed; five attempts, one day."""
    sealer, database = await _sealer(request), runtime(request).database
    async with database.transaction(caller.tenant) as session:  # a wrong attempt counts, whatever is answered
        await NoticeService(session, sealer).confirm(caller.subject, body.code)
    async with database.transaction(caller.tenant) as session:
        notices = NoticeService(session, sealer)
        await notices.demand_confirmed(caller.subject)
        return await _shown(caller, notices, response)


@router.post("/unsubscriptions/{secret}", name="unsubscriptions_create", summary="End all mail to me")
async def unsubscriptions_create(
    request: Request, secret: Annotated[str, Path(max_length=200, description="From the mail's List-Unsubscribe")]
) -> UnsubscribedPublic:
    """What a mail program POSTs to (RFC 8058): needs no login and no body, and ends digests, reminders and summons."""
    handle = Handle.parse(secret)
    if handle is None:
        raise UnsubscribeNotValid()
    async with runtime(request).database.transaction(handle.tenant) as session:
        await NoticeService(session, await _sealer(request)).unsubscribe(handle)
    return UnsubscribedPublic(unsubscribed=True)


async def _shown(caller: PreferencesOwn, notices: NoticeService, response: Response) -> PreferencePublic:
    found = PreferencePublic.model_validate(await notices.shown(caller.subject))
    etag(response, found.version)
    return found
