"""Every statement about bodies, seats and memberships."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.body.errors import BodyNotFound, MembershipNotFound, SeatNotFound
from services.projects.body.models import Body, Seat, SeatMembership
from shared.kit.db import tenant_of

# By table: decisions are a sibling feature to the right, which asks this one who may decide.
_OWNS = text(
    "SELECT EXISTS (SELECT FROM decision WHERE tenant_id = :tenant AND body_id = :body AND state <> 'withdrawn')"
)


class BodyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, rows: Sequence[Body | Seat | SeatMembership]) -> None:
        self._session.add_all(rows)

    async def get(self, body_id: UUID, *, lock: bool = False) -> Body:
        """Raises BodyNotFound."""
        query = select(Body).where(Body.tenant_id == tenant_of(self._session), Body.id == body_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise BodyNotFound()
        return found

    async def owns_decisions(self, body_id: UUID) -> bool:
        """Whether a decision stands under the body, or is to be taken by it."""
        values = {"tenant": tenant_of(self._session), "body": body_id}
        return bool((await self._session.execute(_OWNS, values)).scalar_one())

    async def seat(self, seat_id: UUID, *, lock: bool = False) -> Seat:
        """Raises SeatNotFound."""
        query = select(Seat).where(Seat.tenant_id == tenant_of(self._session), Seat.id == seat_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise SeatNotFound()
        return found

    async def membership(self, membership_id: UUID, *, lock: bool = False) -> SeatMembership:
        """Raises MembershipNotFound."""
        query = select(SeatMembership).where(
            SeatMembership.tenant_id == tenant_of(self._session), SeatMembership.id == membership_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise MembershipNotFound()
        return found

    async def of_project(self, project_id: UUID) -> Sequence[Body]:
        query = select(Body).where(Body.tenant_id == tenant_of(self._session), Body.project_id == project_id)
        return (await self._session.exec(query.order_by(col(Body.position), col(Body.id)))).all()

    async def list_after(self, project_id: UUID, after: tuple[int, UUID] | None, limit: int) -> Sequence[Body]:
        query = select(Body).where(Body.tenant_id == tenant_of(self._session), Body.project_id == project_id)
        if after is not None:
            position, last = after
            later = (col(Body.position) == position) & (col(Body.id) > last)
            query = query.where((col(Body.position) > position) | later)
        return (await self._session.exec(query.order_by(col(Body.position), col(Body.id)).limit(limit))).all()

    async def seats(self, project_id: UUID, body_id: UUID | None = None) -> Sequence[Seat]:
        query = select(Seat).where(Seat.tenant_id == tenant_of(self._session), Seat.project_id == project_id)
        if body_id is not None:
            query = query.where(Seat.body_id == body_id)
        return (await self._session.exec(query.order_by(col(Seat.position), col(Seat.id)))).all()

    async def memberships(self, seat_ids: Collection[UUID]) -> Sequence[SeatMembership]:
        """Oldest first, ended ones included."""
        query = select(SeatMembership).where(
            SeatMembership.tenant_id == tenant_of(self._session), col(SeatMembership.seat_id).in_(seat_ids)
        )
        return (await self._session.exec(query.order_by(col(SeatMembership.valid_from)))).all()

    async def of_account(self, account_id: UUID) -> Sequence[SeatMembership]:
        query = select(SeatMembership).where(
            SeatMembership.tenant_id == tenant_of(self._session), SeatMembership.account_id == account_id
        )
        return (await self._session.exec(query.order_by(col(SeatMembership.valid_from)))).all()
