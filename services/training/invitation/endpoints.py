"""What was mailed about sessions and enrolments, a mail again, a message to all; the rule and my language."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.training.address.service import AddressService
from services.training.enrolment.auth import ENROLLERS, READERS, EnrolmentRead, EnrolmentWrite
from services.training.invitation.auth import MailOwn, MessagesWrite
from services.training.invitation.errors import NotInRoster
from services.training.invitation.models import Mail
from services.training.invitation.schemas import (
    MailChoiceInput,
    MailChoicePublic,
    MailPublic,
    MailRepeats,
    SessionMessageCreate,
    SessionMessagePublic,
    State,
)
from services.training.invitation.service import DeskService, FollowingService
from services.training.wording.auth import WordingRead, WordingWrite
from services.training.wording.schemas import MailRuleInput, MailRulePublic
from services.training.wording.service import WordingService
from shared.auth import Principal
from shared.web import IfMatch, Page, PageDep, SessionDep, created, new_router
from shared.web.reply import ReplyDep
from shared.web.route import problem_responses

router = new_router("mails")

SessionId = Annotated[UUID, Path(alias="sessionId")]
EnrolmentId = Annotated[UUID, Path(alias="enrolmentId")]


@router.get("/sessions/{sessionId}/mails", name="session_mails_list", summary="List the mails of a session")
async def session_mails_list(
    caller: EnrolmentRead,
    session: SessionDep,
    session_id: SessionId,
    page: PageDep,
    reply: ReplyDep,
    state: Annotated[State | None, Query(description="`unreachable` and `failed`: who must be told otherwise")] = None,
) -> Page[MailPublic]:
    """Every mail about a session, oldest first, with what became of it; heads see people of their units."""
    after = page.keys(UUID)
    desk = DeskService(session, caller.units_for(*READERS))
    rows = await desk.of_session(session_id, page.limit + 1, after[0] if after else None, state)
    return reply.page(page, [_shown(row[0], row[1]) for row in rows], lambda row: row)


@router.get("/enrolments/{enrolmentId}/mails", name="enrolment_mails_list", summary="List the mails of an enrolment")
async def enrolment_mails_list(
    caller: EnrolmentRead, session: SessionDep, enrolment_id: EnrolmentId, page: PageDep, reply: ReplyDep
) -> Page[MailPublic]:
    """Every mail about one person's seat, oldest first, with what became of it."""
    after = page.keys(UUID)
    desk = DeskService(session, caller.units_for(*READERS))
    rows = await desk.of_enrolment(enrolment_id, page.limit + 1, after[0] if after else None)
    return reply.page(page, [_shown(row[0], row[1]) for row in rows], lambda row: row)


@router.post(
    "/enrolments/{enrolmentId}/mail-repeats",
    name="mail_repeats_create",
    status_code=201,
    summary="Mail an invitation again",
)
async def mail_repeats_create(
    caller: EnrolmentWrite, session: SessionDep, enrolment_id: EnrolmentId, request: Request, response: Response
) -> MailRepeats:
    """What the person should know, once more; an address that was refused is tried again. Three times a day."""
    written = await DeskService(session, caller.units_for(*ENROLLERS)).repeat(enrolment_id)
    created(response, request, f"/training/v1/enrolments/{enrolment_id}/mails")
    return MailRepeats(enrolment_id=enrolment_id, written=written)


@router.post(
    "/sessions/{sessionId}/messages",
    name="session_messages_create",
    status_code=201,
    summary="Write to everybody with a seat",
)
async def session_messages_create(
    caller: MessagesWrite,
    session: SessionDep,
    session_id: SessionId,
    body: SessionMessageCreate,
    request: Request,
    response: Response,
) -> SessionMessagePublic:
    """A mail in one's own words to all confirmed seats, three times a day at most. It is kept with the session."""
    desk = DeskService(session, None)
    message, recipients = await desk.write(session_id, body.subject, body.text, caller.subject)
    created(response, request, f"/training/v1/sessions/{session_id}/mails")
    return SessionMessagePublic.model_validate(message.model_dump() | {"recipients": recipients})


@router.get("/my-mail-choice", name="my_mail_choice_get", summary="Read in which language I am written to")
async def my_mail_choice_get(caller: MailOwn, session: SessionDep, reply: ReplyDep) -> MailChoicePublic:
    """What the caller chose."""
    row = await AddressService(session).choice(_person(caller))
    reply.version(row.version if row else 0)
    return MailChoicePublic.model_validate({"language": row and row.language, "version": row.version if row else 0})


@router.put(
    "/my-mail-choice",
    name="my_mail_choice_put",
    summary="Choose in which language I am written to",
    responses=problem_responses(412, 428),
)
async def my_mail_choice_put(
    caller: MailOwn, session: SessionDep, body: MailChoiceInput, version: IfMatch, reply: ReplyDep
) -> MailChoicePublic:
    """Mail about training comes in this language; the first choice builds on version 0."""
    row = await AddressService(session).choose(_person(caller), version, body.language)
    reply.version(row.version)
    return MailChoicePublic.model_validate({"language": row.language, "version": row.version})


@router.get("/mail-rule", name="mail_rule_get", summary="Read how the authority writes")
async def mail_rule_get(caller: WordingRead, session: SessionDep, reply: ReplyDep) -> MailRulePublic:
    """Language, quiet hours and reminders."""
    rule = await WordingService(session).rule()
    reply.version(rule.version)
    return MailRulePublic.model_validate(rule.model_dump())


@router.put(
    "/mail-rule", name="mail_rule_put", summary="Choose how the authority writes", responses=problem_responses(412, 428)
)
async def mail_rule_put(
    caller: WordingWrite, session: SessionDep, body: MailRuleInput, version: IfMatch, reply: ReplyDep
) -> MailRulePublic:
    """The whole choice; every reminder to come is moved accordingly. The first builds on version 0."""
    rule = await WordingService(session).set_rule(version, body)
    await FollowingService(session).plan_anew()
    reply.version(rule.version)
    return MailRulePublic.model_validate(rule.model_dump())


def _person(caller: Principal) -> UUID:
    if caller.person is None:
        raise NotInRoster()
    return caller.person


def _shown(mail: Mail, name: str) -> MailPublic:
    return MailPublic.model_validate({**mail.model_dump(), "display_name": name})
