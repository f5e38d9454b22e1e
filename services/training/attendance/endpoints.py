"""Attendance lists, thresholds, and sessions of which nobody took attendance."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request

from services.training.attendance.auth import AttendanceRead, AttendanceRule, AttendanceWrite
from services.training.attendance.models import AttendanceClose
from services.training.attendance.schemas import (
    AttendanceGapPublic,
    AttendancePolicyInput,
    AttendancePolicyPublic,
    AttendancePublic,
)
from services.training.attendance.service import AttendanceService
from services.training.enrolment.schemas import AttendanceList, AttendanceResult
from shared.web import IfMatch, Page, PageDep, SessionDep, make_page, new_router
from shared.web.reply import ReplyDep

router = new_router("attendances")

SessionId = Annotated[UUID, Path(alias="sessionId")]


@router.get("/attendance-policy")
async def attendance_policy_get(caller: AttendanceRead, session: SessionDep, reply: ReplyDep) -> AttendancePolicyPublic:
    """From when on somebody is late, was there in part, or did not come."""
    policy = await AttendanceService(session).policy()
    reply.version(policy.version)
    return AttendancePolicyPublic.model_validate(policy)


@router.put("/attendance-policy")
async def attendance_policy_put(
    caller: AttendanceRule, session: SessionDep, version: IfMatch, body: AttendancePolicyInput, reply: ReplyDep
) -> AttendancePolicyPublic:
    """Set the thresholds; they hold for what is marked from now on."""
    policy = await AttendanceService(session).set_policy(body, version)
    reply.version(policy.version)
    return AttendancePolicyPublic.model_validate(policy)


@router.post("/sessions/{sessionId}/attendances")
async def session_attendances_create(
    caller: AttendanceWrite, session: SessionDep, session_id: SessionId, body: AttendanceList
) -> AttendanceResult:
    """Write down who came; repeating the same list changes nothing. Coverage moves in the same transaction."""
    moved = await AttendanceService(session).take_list(session_id, body.marks)
    return AttendanceResult(marked=len(body.marks), coverage_changed=moved)


@router.get("/sessions/{sessionId}/attendances")
async def session_attendances_list(
    caller: AttendanceRead, session: SessionDep, session_id: SessionId, request: Request, page: PageDep
) -> Page[AttendancePublic]:
    """Everybody with a seat: who came, when, and who was late."""
    rows = await AttendanceService(session).list(session_id, page.limit + 1, page.keys(UUID))

    def show(row: Any) -> AttendancePublic:
        enrolment, attendance, name = row
        return AttendancePublic(
            enrolment_id=enrolment.id,
            display_name=name,
            state=enrolment.state,
            arrived_at=attendance and attendance.arrived_at,
            left_at=attendance and attendance.left_at,
            is_late=bool(attendance and attendance.is_late),
        )

    return make_page(request, page, rows, key=lambda row: [row[0].id], show=show)


@router.get("/attendance-gaps")
async def attendance_gaps_list(
    caller: AttendanceRead, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[AttendanceGapPublic]:
    """Sessions that are over and of which nobody took attendance."""
    rows = await AttendanceService(session).missing(page.limit + 1, page.keys(UUID))

    def show(row: AttendanceClose) -> AttendanceGapPublic:
        return AttendanceGapPublic(session_id=row.id, missing_since=row.created_at)

    return reply.page(page, rows, show)
