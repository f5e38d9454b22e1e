"""Every statement about copied units."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.unit.models import Unit, UnitFeed
from shared.kit.db import tenant_of

_UPSERT = text(
    "INSERT INTO unit (tenant_id, id, name, kind, code, parent_id, school_forms, is_ended, roster_version)"
    " VALUES (:tenant_id, :id, :name, :kind, :code, :parent_id, CAST(:school_forms AS jsonb), :is_ended,"
    " :roster_version)"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, kind = excluded.kind, code = excluded.code,"
    " parent_id = excluded.parent_id, school_forms = excluded.school_forms, is_ended = excluded.is_ended,"
    " roster_version = excluded.roster_version WHERE unit.roster_version <= excluded.roster_version"
)
_ADVANCE = text(
    "INSERT INTO unit_feed (tenant_id, id, roster_version) VALUES (:tenant, :tenant, :version)"
    " ON CONFLICT (tenant_id, id) DO UPDATE"
    " SET roster_version = greatest(unit_feed.roster_version, excluded.roster_version)"
)


class UnitRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, units: Sequence[Unit]) -> None:
        """Store units unless a newer copy is there."""
        rows: list[dict[str, Any]] = [
            unit.model_dump() | {"school_forms": orjson.dumps(unit.school_forms).decode()} for unit in units
        ]
        if rows:
            await self._session.execute(_UPSERT, rows)

    async def position(self) -> int:
        feed = await self._session.get(UnitFeed, (tenant_of(self._session), tenant_of(self._session)))
        return feed.roster_version if feed else 0

    async def advance(self, version: int) -> None:
        await self._session.execute(_ADVANCE, {"tenant": tenant_of(self._session), "version": version})

    async def by_ids(self, ids: Collection[UUID]) -> Sequence[Unit]:
        query = select(Unit).where(Unit.tenant_id == tenant_of(self._session), col(Unit.id).in_(ids))
        return (await self._session.exec(query)).all()

    async def present_ids(self) -> Sequence[UUID]:
        query = select(Unit.id).where(Unit.tenant_id == tenant_of(self._session), col(Unit.is_ended).is_(False))
        return (await self._session.exec(query.order_by(col(Unit.id)))).all()

    async def current(self) -> Sequence[Unit]:
        """Those that are not ended, by id."""
        query = select(Unit).where(Unit.tenant_id == tenant_of(self._session), col(Unit.is_ended).is_(False))
        return (await self._session.exec(query.order_by(col(Unit.id)))).all()

    async def list_after(self, after: tuple[object, ...] | None, limit: int) -> Sequence[Unit]:
        query = select(Unit).where(Unit.tenant_id == tenant_of(self._session))
        if after is not None:
            query = query.where(tuple_(Unit.name, Unit.id) > after)
        return (await self._session.exec(query.order_by(col(Unit.name), col(Unit.id)).limit(limit))).all()
