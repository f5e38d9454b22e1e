"""Seats and who sits in them. People come and go: a seat has one holder at a time, and its history stays."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.body.change import apply, tell
from services.projects.body.errors import SeatKeyTaken, SeatTaken, Unresolved
from services.projects.body.models import Seat, SeatMembership
from services.projects.body.schemas import MembershipChange, MembershipCreate, SeatChange, SeatCreate
from services.projects.body.service import BodyService
from services.projects.project.rights import demand, refusal_to_change_row
from services.projects.project.service import ProjectService
from services.projects.role.errors import demand_order
from services.projects.role.service import RoleService
from services.projects.unit.service import UnitService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.web.preconditions import check_version


class SeatService:
    """Changes of seats by one caller: each side fills its own, the customer all."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._bodies = BodyService(session)
        self._projects = ProjectService(session)

    async def create(self, body_id: UUID, new: SeatCreate) -> Seat:
        """Raises BodyNotFound, NotYours, ProjectClosed, SeatKeyTaken, Unresolved."""
        body = await self._bodies.get(body_id, lock=True)
        demand(refusal_to_change_row(self._caller, new.side or body.side, Scope.bodies_write))
        await self._projects.get_active(body.project_id)
        others = await self._bodies.seats(body.project_id, body_id)
        if any(seat.key == new.key for seat in others):
            raise SeatKeyTaken()
        await self._demand_known(body.project_id, new.role_key, new.unit_id)
        seat = Seat(
            tenant_id=body.tenant_id,
            project_id=body.project_id,
            body_id=body_id,
            position=1 + max((seat.position for seat in others), default=0),
            **(new.model_dump(mode="json", exclude={"unit_id"})),
            unit_id=new.unit_id,
        )
        await self._bodies.add([seat])
        await tell(self._session, body.project_id, "seat", "create", seat, after={"body_id": body_id, "key": seat.key})
        return seat

    async def change(self, seat_id: UUID, version: int, change: SeatChange) -> Seat:
        """Raises SeatNotFound, NotYours, StaleVersion, ProjectClosed, Unresolved."""
        seat = await self._bodies.seat(seat_id, lock=True)
        await self._may_change(seat)
        check_version(version, seat.version)
        await self._demand_known(seat.project_id, change.role_key, change.unit_id)
        units = change.model_dump(exclude_unset=True, include={"unit_id"})
        values: dict[str, Any] = change.model_dump(mode="json", exclude_unset=True, exclude={"unit_id"})
        if "side" in values:
            demand(refusal_to_change_row(self._caller, values["side"], Scope.bodies_write))
        before, after = apply(seat, values | units)
        if after:
            await tell(self._session, seat.project_id, "seat", "change", seat, before=before, after=after)
        return seat

    async def sit(self, seat_id: UUID, new: MembershipCreate) -> SeatMembership:
        """Raises SeatNotFound, NotYours, ProjectClosed, DaysReversed, SeatTaken."""
        seat = await self._bodies.seat(seat_id, lock=True)
        await self._may_change(seat)
        row = SeatMembership(
            tenant_id=seat.tenant_id,
            seat_id=seat_id,
            account_id=new.account_id,
            valid_from=new.valid_from or clock.today(),
            valid_to=new.valid_to,
        )
        await self._demand_free(row)
        await self._bodies.add([row])
        after = {"seat_id": seat_id, "account_id": row.account_id, "valid_from": row.valid_from}
        await tell(self._session, seat.project_id, "seat_membership", "create", row, after=after)
        return row

    async def move(self, membership_id: UUID, version: int, change: MembershipChange) -> SeatMembership:
        """Change the days of a membership. Raises MembershipNotFound and what `sit` raises."""
        row = await self._bodies.membership(membership_id)
        seat = await self._bodies.seat(row.seat_id, lock=True)
        await self._may_change(seat)
        row = await self._bodies.membership(membership_id, lock=True)
        check_version(version, row.version)
        before, after = apply(row, change.model_dump(exclude_unset=True))
        if after:
            with self._session.no_autoflush:  # the database would refuse an overlap before we can explain it
                await self._demand_free(row)
            await tell(self._session, seat.project_id, "seat_membership", "change", row, before=before, after=after)
        return row

    async def _may_change(self, seat: Seat) -> None:
        demand(refusal_to_change_row(self._caller, seat.side, Scope.bodies_write))
        await self._projects.get_active(seat.project_id)

    async def _demand_free(self, row: SeatMembership) -> None:
        """The seat's row is locked, so that of two at once the second sees the first."""
        demand_order(row.valid_from, row.valid_to)
        for other in await self._bodies.memberships([row.seat_id]):
            if other.id != row.id and _overlap(other, row):
                raise SeatTaken(membershipId=str(other.id))

    async def _demand_known(self, project_id: UUID, role_key: str | None, unit_id: UUID | None) -> None:
        roles = await RoleService(self._session).roles(project_id) if role_key is not None else ()
        if role_key is not None and role_key not in {role.key for role in roles}:
            raise Unresolved("#/roleKey", role_key)
        if unit_id is not None and not await UnitService(self._session).by_ids([unit_id]):
            raise Unresolved("#/unitId", unit_id)


_FOR_EVER = date.max - timedelta(days=1)


def _overlap(one: SeatMembership, other: SeatMembership) -> bool:
    return one.valid_from <= (other.valid_to or _FOR_EVER) and other.valid_from <= (one.valid_to or _FOR_EVER)
