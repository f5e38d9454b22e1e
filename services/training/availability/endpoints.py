"""`/availabilities` and `/absence-caps`: what the planner must respect."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.training.availability.auth import (
    LEADERS,
    AbsenceCapRead,
    AbsenceCapWrite,
    AvailabilityRead,
    AvailabilityWrite,
)
from services.training.availability.models import AbsenceCap, Availability
from services.training.availability.schemas import (
    AbsenceCapCreate,
    AbsenceCapPublic,
    AbsenceCapUpdate,
    AvailabilityCreate,
    AvailabilityPublic,
    Subject,
)
from services.training.availability.service import AvailabilityService
from services.training.enrolment.auth import ENROLLERS, READERS
from shared.auth import Principal, Scope
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router
from shared.web.actions import refusal
from shared.web.reply import Reply, ReplyDep

router = new_router("availabilities")

AvailabilityId = Annotated[UUID, Path(alias="availabilityId")]
AbsenceCapId = Annotated[UUID, Path(alias="absenceCapId")]


@router.post("/availabilities", status_code=201)
async def availabilities_create(
    caller: AvailabilityWrite, session: SessionDep, body: AvailabilityCreate, reply: ReplyDep
) -> AvailabilityPublic:
    """Tell when everybody, a unit, a person or a room is free or busy. Heads tell it of their units and people."""
    row = await AvailabilityService(session, caller.units_for(*ENROLLERS)).create(body)
    reply.created(f"/training/v1/availabilities/{row.id}", row.version)
    return _show(row, caller, reply)


@router.get("/availabilities")
async def availabilities_list(
    caller: AvailabilityRead,
    session: SessionDep,
    page: PageDep,
    reply: ReplyDep,
    subject: Annotated[Subject | None, Query(description="Of one kind only")] = None,
    subject_id: Annotated[UUID | None, Query(alias="subjectId", description="Of one unit, person or room")] = None,
) -> Page[AvailabilityPublic]:
    """When people, units and rooms are free and busy, oldest first; of units and people, those at the own units."""
    rows = await AvailabilityService(session, caller.units_for(*READERS)).list(
        subject, subject_id, page.limit + 1, page.keys(UUID)
    )
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.get("/availabilities/{availabilityId}")
async def availabilities_get(
    caller: AvailabilityRead, session: SessionDep, availability_id: AvailabilityId, reply: ReplyDep
) -> AvailabilityPublic:
    """Hours in which somebody or something is free or busy."""
    row = await AvailabilityService(session, caller.units_for(*READERS)).get(availability_id)
    reply.version(row.version)
    return _show(row, caller, reply)


@router.delete("/availabilities/{availabilityId}", status_code=204)
async def availabilities_delete(
    caller: AvailabilityWrite, session: SessionDep, availability_id: AvailabilityId, version: IfMatch
) -> None:
    """Take back what was told; plans that rest on it are made anew."""
    await AvailabilityService(session, caller.units_for(*ENROLLERS)).remove(availability_id, version)


@router.post("/absence-caps", status_code=201)
async def absence_caps_create(
    caller: AbsenceCapWrite, session: SessionDep, body: AbsenceCapCreate, reply: ReplyDep
) -> AbsenceCapPublic:
    """Limit how many of a unit's staff are away at once, or of every unit's."""
    cap = await AvailabilityService(session).create_cap(body)
    reply.created(f"/training/v1/absence-caps/{cap.id}", cap.version)
    return _show_cap(cap, caller, reply)


@router.get("/absence-caps")
async def absence_caps_list(
    caller: AbsenceCapRead, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[AbsenceCapPublic]:
    """All caps, oldest first."""
    rows = await AvailabilityService(session).list_caps(page.limit + 1, page.keys(UUID))
    return reply.page(page, rows, lambda cap: _show_cap(cap, caller, reply))


@router.get("/absence-caps/{absenceCapId}")
async def absence_caps_get(
    caller: AbsenceCapRead, session: SessionDep, absence_cap_id: AbsenceCapId, reply: ReplyDep
) -> AbsenceCapPublic:
    """One cap."""
    cap = await AvailabilityService(session).get_cap(absence_cap_id)
    reply.version(cap.version)
    return _show_cap(cap, caller, reply)


@router.patch("/absence-caps/{absenceCapId}")
async def absence_caps_patch(
    caller: AbsenceCapWrite,
    session: SessionDep,
    absence_cap_id: AbsenceCapId,
    body: AbsenceCapUpdate,
    version: IfMatch,
    reply: ReplyDep,
) -> AbsenceCapPublic:
    """Change a cap."""
    cap = await AvailabilityService(session).change_cap(absence_cap_id, body, version)
    reply.version(cap.version)
    return _show_cap(cap, caller, reply)


@router.delete("/absence-caps/{absenceCapId}", status_code=204)
async def absence_caps_delete(
    caller: AbsenceCapWrite, session: SessionDep, absence_cap_id: AbsenceCapId, version: IfMatch
) -> None:
    """Remove a cap; the unit falls back to the one for all, if there is one."""
    await AvailabilityService(session).remove_cap(absence_cap_id, version)


def _show(row: Availability, caller: Principal, reply: Reply) -> AvailabilityPublic:
    shown = AvailabilityPublic.model_validate(row)
    refused = refusal(caller, Scope.sessions_write, ENROLLERS)
    path = f"/training/v1/availabilities/{row.id}"
    shown.allowed_actions = [reply.action("remove", "DELETE", path, refused=refused)]
    return shown


def _show_cap(cap: AbsenceCap, caller: Principal, reply: Reply) -> AbsenceCapPublic:
    shown = AbsenceCapPublic.model_validate(cap)
    refused = refusal(caller, Scope.sessions_write, LEADERS, everywhere=True)
    path = f"/training/v1/absence-caps/{cap.id}"
    shown.allowed_actions = [
        reply.action("change", "PATCH", path, refused=refused),
        reply.action("remove", "DELETE", path, refused=refused),
    ]
    return shown
