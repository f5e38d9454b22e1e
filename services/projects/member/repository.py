"""Every statement about members of programmes."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.projects.member.errors import MemberNotFound
from services.projects.member.models import WaveMember
from shared.kit.db import tenant_of

R = TypeVar("R")


def _locked(query: SelectOfScalar[R]) -> SelectOfScalar[R]:
    """Locked, and read anew where the session has seen the row before: another change may have come between."""
    return query.with_for_update().execution_options(populate_existing=True)


class MemberRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, member: WaveMember) -> None:
        self._session.add(member)

    async def remove(self, member: WaveMember) -> None:
        await self._session.delete(member)
        await self._session.flush()

    async def get(self, member_id: UUID, *, lock: bool = False) -> WaveMember:
        """Raises MemberNotFound."""
        query = select(WaveMember).where(WaveMember.tenant_id == tenant_of(self._session), WaveMember.id == member_id)
        found = (await self._session.exec(_locked(query) if lock else query)).one_or_none()
        if found is None:
            raise MemberNotFound()
        return found

    async def invited(self, digest: bytes, *, lock: bool) -> WaveMember | None:
        query = select(WaveMember).where(
            WaveMember.tenant_id == tenant_of(self._session), WaveMember.invite_hash == digest
        )
        return (await self._session.exec(_locked(query) if lock else query)).one_or_none()

    async def of_programme(self, programme_id: UUID) -> Sequence[WaveMember]:
        """All of them, by id; they are as many as a country has municipalities, or an authority units."""
        query = select(WaveMember).where(
            WaveMember.tenant_id == tenant_of(self._session), WaveMember.programme_id == programme_id
        )
        return (await self._session.exec(query.order_by(col(WaveMember.id)))).all()

    async def of_wave(self, wave_id: UUID) -> Sequence[WaveMember]:
        query = select(WaveMember).where(
            WaveMember.tenant_id == tenant_of(self._session), WaveMember.wave_id == wave_id
        )
        return (await self._session.exec(query.order_by(col(WaveMember.id)))).all()

    async def list_after(
        self, programme_id: UUID, wave_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[WaveMember]:
        query = select(WaveMember).where(
            WaveMember.tenant_id == tenant_of(self._session), WaveMember.programme_id == programme_id
        )
        if wave_id is not None:
            query = query.where(WaveMember.wave_id == wave_id)
        if after is not None:
            query = query.where(col(WaveMember.id) > after)
        return (await self._session.exec(query.order_by(col(WaveMember.id)).limit(limit))).all()

    async def waived_by(self, account_id: UUID) -> Sequence[WaveMember]:
        query = select(WaveMember).where(
            WaveMember.tenant_id == tenant_of(self._session), WaveMember.waived_by == account_id
        )
        return (await self._session.exec(query)).all()
