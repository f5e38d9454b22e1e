"""Bodies and seats as their caller sees them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.projects.body.models import Body, Seat, SeatMembership
from services.projects.body.schemas import BodyPublic, MembershipPublic, SeatPublic
from services.projects.project.rights import refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang
from shared.web.models import AllowedAction


def show_body(body: Body, active_from: date | None, caller: Principal, lang: Lang) -> BodyPublic:
    refusal = refusal_to_lead(caller, Scope.bodies_write)
    change = AllowedAction(
        action="change",
        method="PATCH",
        href=f"/projects/v1/bodies/{body.id}",
        allowed=refusal is None,
        reason=refusal and refusal.pick(lang),
    )
    computed = {"active_from": active_from, "window": body.window, "allowed_actions": [change]}
    return BodyPublic.model_validate(body.model_dump() | computed)


def show_seats(seats: Sequence[Seat], memberships: Sequence[SeatMembership], today: date) -> list[SeatPublic]:
    by_seat: dict[UUID, list[SeatMembership]] = {}
    for row in memberships:
        by_seat.setdefault(row.seat_id, []).append(row)
    return [show_seat(seat, by_seat.get(seat.id, []), today) for seat in seats]


def show_seat(seat: Seat, memberships: Sequence[SeatMembership], today: date) -> SeatPublic:
    holder = next((row.account_id for row in memberships if row.runs_on(today)), None)
    computed = {
        "holder_id": holder,
        "is_vacant": holder is None,
        "memberships": [MembershipPublic.model_validate(row) for row in memberships],
    }
    return SeatPublic.model_validate(seat.model_dump() | computed)
