"""`/my-enrolments`: where the links in mail lead to."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.training.enrolment.schemas import EnrolmentPublic
from services.training.ownseat.auth import OwnSeatRead, OwnSeatWrite
from services.training.ownseat.service import OwnSeatService
from services.training.session.models import Enrolment
from shared.kit.text import Text
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router
from shared.web.reply import Reply, ReplyDep
from shared.web.route import problem_responses

router = new_router("my-enrolments")

EnrolmentId = Annotated[UUID, Path(alias="enrolmentId")]
_OVER = Text(sv="Anmälan är avslutad", da="Tilmeldingen er afsluttet", en="The enrolment is over")
_NO_OFFER = Text(sv="Ingen plats är erbjuden", da="Ingen plads er tilbudt", en="No seat is offered")
_ACTIONS = {
    "cancel": ("cancellations", ("confirmed", "offered", "waiting", "partial"), _OVER),
    "accept": ("acceptances", ("offered", "waiting"), _NO_OFFER),
}


@router.get("/my-enrolments", name="my_enrolments_list", summary="List my enrolments")
async def my_enrolments_list(
    caller: OwnSeatRead, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[EnrolmentPublic]:
    """Seats, offers and places in the queue of the caller, in order of arrival; empty for who is in no roster."""
    after = page.keys(UUID)
    rows, name = await OwnSeatService(session, caller.person).list(page.limit + 1, after[0] if after else None)
    return reply.page(page, rows, lambda row: _shown(row, name, reply))


@router.get("/my-enrolments/{enrolmentId}", name="my_enrolments_get", summary="Read my enrolment")
async def my_enrolments_get(
    caller: OwnSeatRead, session: SessionDep, enrolment_id: EnrolmentId, reply: ReplyDep
) -> EnrolmentPublic:
    """One enrolment of the caller, with what they may do."""
    enrolment, name = await OwnSeatService(session, caller.person).get(enrolment_id)
    reply.version(enrolment.version)
    return _shown(enrolment, name, reply)


@router.post(
    "/my-enrolments/{enrolmentId}/acceptances",
    name="my_acceptances_create",
    status_code=201,
    summary="Take the seat that I am offered",
    responses=problem_responses(412, 428),
)
async def my_acceptances_create(
    caller: OwnSeatWrite, session: SessionDep, enrolment_id: EnrolmentId, version: IfMatch, reply: ReplyDep
) -> EnrolmentPublic:
    """Until it lapses, an offer is held for the caller."""
    enrolment, name = await OwnSeatService(session, caller.person).accept(enrolment_id, version)
    reply.created(f"/training/v1/my-enrolments/{enrolment.id}", enrolment.version)
    return _shown(enrolment, name, reply)


@router.post(
    "/my-enrolments/{enrolmentId}/cancellations",
    name="my_cancellations_create",
    status_code=201,
    summary="Give my seat back",
    responses=problem_responses(412, 428),
)
async def my_cancellations_create(
    caller: OwnSeatWrite, session: SessionDep, enrolment_id: EnrolmentId, version: IfMatch, reply: ReplyDep
) -> EnrolmentPublic:
    """A seat, an offer or a place in the queue; who has waited longest moves up at once."""
    enrolment, name = await OwnSeatService(session, caller.person).cancel(enrolment_id, version)
    reply.created(f"/training/v1/my-enrolments/{enrolment.id}", enrolment.version)
    return _shown(enrolment, name, reply)


def _shown(enrolment: Enrolment, name: str, reply: Reply) -> EnrolmentPublic:
    path = f"/training/v1/my-enrolments/{enrolment.id}"
    actions = [
        reply.action(action, "POST", f"{path}/{last}", refused=None if enrolment.state in states else reason)
        for action, (last, states, reason) in _ACTIONS.items()
    ]
    return EnrolmentPublic.model_validate({**enrolment.model_dump(), "display_name": name, "allowed_actions": actions})
