"""The change of stage: who leaves, which seats are empty, which bodies have no cadence. Pure: rows in, a report out."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.projects.body.models import Body, Seat, SeatMembership
from services.projects.plan.vocabulary import LifecycleStage
from services.projects.project.models import Project
from services.projects.role.models import RoleAssignment
from services.projects.staffing.schemas import ContinuityReport, Leaving, StageBody
from services.projects.staffing.vacancies import vacant_seats

_NEXT = LifecycleStage.management


def report(
    project: Project,
    on: date,
    *,
    bodies: Sequence[Body],
    seats: Sequence[Seat],
    memberships: Sequence[SeatMembership],
    assignments: Sequence[RoleAssignment],
) -> ContinuityReport:
    """What the first day of the next stage finds, against the day before it."""
    before = on - timedelta(days=1)
    staying = {row.seat_id for row in memberships if row.runs_on(before) and row.runs_on(on)}
    vacant = {seat.id for seat in vacant_seats(seats, memberships, on)}
    body_of = {seat.id: seat.body_id for seat in seats}
    shown = []
    for body in bodies:
        own = [seat.id for seat in seats if seat.body_id == body.id]
        counted = {
            "body_id": body.id,
            "gap": _gap(body, on),
            "seats": len(own),
            "vacant_seats": [seat for seat in own if seat in vacant],
            "stays": sum(seat in staying for seat in own),
        }
        shown.append(StageBody.model_validate({"key": body.key, "title": body.title} | counted))
    return ContinuityReport(
        stage=LifecycleStage(project.stage),
        next_stage=_NEXT,
        on=on,
        bodies=shown,
        leaving=[
            _leaving(row, body_of[row.seat_id], before)
            for row in memberships
            if row.runs_on(before) and not row.runs_on(on)
        ],
        ending_assignments=[row.id for row in assignments if row.runs_on(before) and not row.runs_on(on)],
    )


def _gap(body: Body, on: date) -> str | None:
    if body.ended_on is not None and body.ended_on < on:
        return "ended"
    return None if _NEXT in body.cadence else "cadence_not_stated"


def _leaving(row: SeatMembership, body_id: object, before: date) -> Leaving:
    return Leaving.model_validate(
        {
            "body_id": body_id,
            "seat_id": row.seat_id,
            "membership_id": row.id,
            "account_id": row.account_id,
            "last_day": row.valid_to or before,
        }
    )
