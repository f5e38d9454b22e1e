"""`/mentorships`: earlier participants accompany new ones [MIT-T]."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query

from services.training.mentorship.auth import ARRANGERS, READERS, MentorshipRead, MentorshipWrite
from services.training.mentorship.schemas import MentorshipCreate, MentorshipPublic, Sight
from services.training.mentorship.service import MentorshipService
from shared.auth import Principal, Scope
from shared.kit.text import Text
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router
from shared.web.actions import refusal
from shared.web.reply import Reply, ReplyDep

router = new_router("mentorships")

_OVER = Text(sv="Mentorskapet är avslutat", en="The mentorship has ended", da="Mentorskabet er afsluttet")
_OTHER = Text(sv="Enheten är inte din", en="The unit is not yours", da="Enheden er ikke din")

MentorshipId = Annotated[UUID, Path(alias="mentorshipId")]


@router.post("/mentorships", status_code=201)
async def mentorships_create(
    caller: MentorshipWrite, session: SessionDep, body: MentorshipCreate, reply: ReplyDep
) -> MentorshipPublic:
    """Let somebody who had a course accompany somebody who has it now; one mentor each, five mentees at most.

    A unit's head pairs the unit's own people; whoever plans for the whole authority pairs them across schools.
    """
    row = await MentorshipService(session, _sight(caller, ARRANGERS)).create(body)
    reply.created(f"/training/v1/mentorships/{row.id}", row.version)
    return _show(row, caller, reply)


@router.get("/mentorships")
async def mentorships_list(
    caller: MentorshipRead,
    session: SessionDep,
    page: PageDep,
    reply: ReplyDep,
    course_id: Annotated[UUID | None, Query(alias="courseId", description="One course only")] = None,
    active: Annotated[bool, Query(description="Without those that have ended")] = False,
) -> Page[MentorshipPublic]:
    """Who accompanies whom: heads see the mentees of their units, people see their own."""
    service = MentorshipService(session, _sight(caller, READERS))
    rows = await service.list(course_id, active, page.limit + 1, page.keys(UUID))

    def show(row: Any) -> MentorshipPublic:
        return _show(row, caller, reply)

    return reply.page(page, rows, show)


@router.get("/mentorships/{mentorshipId}")
async def mentorships_get(
    caller: MentorshipRead, session: SessionDep, mentorship_id: MentorshipId, reply: ReplyDep
) -> MentorshipPublic:
    """One mentorship."""
    row = await MentorshipService(session, _sight(caller, READERS)).get(mentorship_id)
    reply.version(row.version)
    return _show(row, caller, reply)


@router.post("/mentorships/{mentorshipId}/endings", status_code=201)
async def mentorship_endings_create(
    caller: MentorshipWrite, session: SessionDep, mentorship_id: MentorshipId, version: IfMatch, reply: ReplyDep
) -> MentorshipPublic:
    """End it today."""
    row = await MentorshipService(session, Sight(caller.units_for(*ARRANGERS), None)).end(mentorship_id, version)
    reply.created(f"/training/v1/mentorships/{row.id}", row.version)
    return _show(row, caller, reply)


def _sight(caller: Principal, roles: tuple[Any, ...]) -> Sight:
    return Sight(caller.units_for(*roles), caller.person)


def _show(row: Any, caller: Principal, reply: Reply) -> MentorshipPublic:
    refused = _OVER if row.ends_on is not None else refusal(caller, Scope.enrolments_write, ARRANGERS)
    units = caller.units_for(*ARRANGERS)
    if refused is None and units is not None and units.isdisjoint(row.units):
        refused = _OTHER
    path = f"/training/v1/mentorships/{row.id}/endings"
    actions = [reply.action("end", "POST", path, refused=refused)]
    return MentorshipPublic.model_validate(dict(row._mapping) | {"allowed_actions": actions})
