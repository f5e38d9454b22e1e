"""Reading rows of the quality work by id and by project: one statement each, the tenant always in it."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

R = TypeVar("R", bound=SQLModel)


async def get(session: AsyncSession, model: type[R], row_id: UUID, missing: type[NotFound], *, lock: bool = False) -> R:
    """The tenant's row with this id. Raises `missing`."""
    keyed: Any = model
    query = select(model).where(keyed.tenant_id == tenant_of(session), keyed.id == row_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = (await session.exec(query)).one_or_none()
    if found is None:
        raise missing()
    return found


async def find(session: AsyncSession, model: type[R], *wanted: ColumnElement[bool] | bool) -> Sequence[R]:
    """The tenant's rows that match, by id."""
    keyed: Any = model
    query = select(model).where(keyed.tenant_id == tenant_of(session), *wanted)
    return (await session.exec(query.order_by(col(keyed.id)))).all()


async def page(
    session: AsyncSession, model: type[R], after: UUID | None, limit: int, *wanted: ColumnElement[bool] | bool
) -> Sequence[R]:
    """Up to `limit` of the tenant's rows that match, oldest first: ids are ordered by time."""
    keyed: Any = model
    query = select(model).where(keyed.tenant_id == tenant_of(session), *wanted)
    if after is not None:
        query = query.where(col(keyed.id) > after)
    return (await session.exec(query.order_by(col(keyed.id)).limit(limit))).all()
