"""Every statement about programmes, waves and publications."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.projects.programme.errors import ProgrammeNotFound, WaveNotFound
from services.projects.programme.models import Programme, Publication, Wave
from shared.kit.db import tenant_of

R = TypeVar("R")


def _locked(query: SelectOfScalar[R]) -> SelectOfScalar[R]:
    """Locked, and read anew where the session has seen the row before: another change may have come between."""
    return query.with_for_update().execution_options(populate_existing=True)


class ProgrammeRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, *rows: SQLModel) -> None:
        self._session.add_all(rows)
        await self._session.flush()

    async def get(self, programme_id: UUID, *, lock: bool = False) -> Programme:
        """Raises ProgrammeNotFound."""
        query = select(Programme).where(Programme.tenant_id == tenant_of(self._session), Programme.id == programme_id)
        found = (await self._session.exec(_locked(query) if lock else query)).one_or_none()
        if found is None:
            raise ProgrammeNotFound()
        return found

    async def has_key(self, key: str) -> bool:
        query = select(Programme.id).where(Programme.tenant_id == tenant_of(self._session), Programme.key == key)
        return (await self._session.exec(query)).one_or_none() is not None

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[Programme]:
        query = select(Programme).where(Programme.tenant_id == tenant_of(self._session))
        if after is not None:
            query = query.where(col(Programme.id) > after)
        return (await self._session.exec(query.order_by(col(Programme.id)).limit(limit))).all()

    async def wave(self, wave_id: UUID, *, lock: bool = False) -> Wave:
        """Raises WaveNotFound."""
        query = select(Wave).where(Wave.tenant_id == tenant_of(self._session), Wave.id == wave_id)
        found = (await self._session.exec(_locked(query) if lock else query)).one_or_none()
        if found is None:
            raise WaveNotFound()
        return found

    async def waves(self, programme_id: UUID, after: int | None, limit: int) -> Sequence[Wave]:
        """In their order."""
        query = select(Wave).where(Wave.tenant_id == tenant_of(self._session), Wave.programme_id == programme_id)
        if after is not None:
            query = query.where(col(Wave.position) > after)
        return (await self._session.exec(query.order_by(col(Wave.position)).limit(limit))).all()

    async def publications(self, programme_id: UUID, before: int | None, limit: int) -> Sequence[Publication]:
        """The newest first."""
        query = select(Publication).where(
            Publication.tenant_id == tenant_of(self._session), Publication.programme_id == programme_id
        )
        if before is not None:
            query = query.where(col(Publication.number) < before)
        return (await self._session.exec(query.order_by(col(Publication.number).desc()).limit(limit))).all()

    async def last_number(self, programme_id: UUID) -> int:
        query = select(func.max(Publication.number)).where(
            Publication.tenant_id == tenant_of(self._session), Publication.programme_id == programme_id
        )
        return (await self._session.exec(query)).one() or 0
