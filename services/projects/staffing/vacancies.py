"""What is vacant: roles with too few holders at a unit or in all, and seats in which nobody sits. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.projects.body.models import Seat, SeatMembership
from services.projects.role.models import ProjectRole, RoleAssignment
from services.projects.unit.models import Unit

_SCHOOL = "school"


@dataclass(frozen=True)
class RoleVacancy:
    """`missing` of `required` holders are lacking, at the unit or (None) for the whole authority."""

    role: ProjectRole
    unit_id: UUID | None
    required: int
    missing: int


def role_vacancies(
    roles: Sequence[ProjectRole],
    assignments: Sequence[RoleAssignment],
    units: Sequence[Unit],
    school_forms: Sequence[str],
    today: date,
) -> Iterator[RoleVacancy]:
    """By role, and within a role that is held per unit by unit. Ended units need nobody."""
    schools = [unit for unit in units if _concerned(unit, school_forms)]
    for role in roles:
        counted = [one for one in assignments if one.role_id == role.id and one.counts_on(today, role)]
        required = role.min_count or 1
        places: list[UUID | None] = [unit.id for unit in schools] if role.is_per_unit else [None]
        for place in places:
            holders = sum(place is None or one.unit_id == place for one in counted)
            if holders < required:
                yield RoleVacancy(role, place, required, required - holders)


def _concerned(unit: Unit, school_forms: Sequence[str]) -> bool:
    fits = not unit.school_forms or not school_forms or bool(set(unit.school_forms) & set(school_forms))
    return unit.kind == _SCHOOL and not unit.is_ended and fits


def vacant_seats(seats: Sequence[Seat], memberships: Sequence[SeatMembership], day: date) -> list[Seat]:
    """Seats in which nobody sits on that day."""
    taken = {row.seat_id for row in memberships if row.runs_on(day)}
    return [seat for seat in seats if seat.id not in taken]
