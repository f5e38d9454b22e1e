"""Every statement about signals."""

from collections.abc import Collection, Sequence
from uuid import UUID

import orjson
from sqlalchemy import exists, or_, text
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.signal.models import Signal
from shared.kit.db import tenant_of

# The newest event of the source's feed wins, whatever order or how often events are applied.
_UPSERT = text(
    "INSERT INTO signal (tenant_id, id, source, kind, scope, scope_id, key, value, observed_at, event_id, position)"
    " VALUES (:tenant_id, :id, :source, :kind, :scope, :scope_id, :key, CAST(:value AS jsonb), :observed_at,"
    " :event_id, :position)"
    " ON CONFLICT (tenant_id, source, kind, scope, scope_id, key) DO UPDATE SET value = excluded.value,"
    " observed_at = excluded.observed_at, event_id = excluded.event_id, position = excluded.position"
    " WHERE signal.position < excluded.position RETURNING id"
)


# What projects itself observes has no feed position: it is written in the transaction of the change, so the last
# writer knows best.
_UPSERT_OWN = text(_UPSERT.text.replace(" WHERE signal.position < excluded.position", ""))


# Whether the same is told of the whole too. Made once: it is asked for with every event.
_WHOLE = aliased(Signal)
_IS_COUNTED = exists().where(
    *(getattr(_WHOLE, name) == getattr(Signal, name) for name in ("tenant_id", "source", "kind", "key")),
    col(_WHOLE.scope) == "tenant",
)


class SignalRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, signal: Signal) -> bool:
        """Store a fact unless a newer one is known; True when it was stored."""
        values = signal.model_dump() | {"value": orjson.dumps(signal.value).decode()}
        return (await self._session.execute(_UPSERT, values)).one_or_none() is not None

    async def put_own(self, signal: Signal) -> None:
        """Store a fact of this service in the place of the former one."""
        values = signal.model_dump() | {"value": orjson.dumps(signal.value).decode()}
        await self._session.execute(_UPSERT_OWN, values)

    async def of_kinds(self, kinds: Sequence[str], units: Collection[UUID] = ()) -> Sequence[Signal]:
        """Of units only where nothing is told of the whole, or where they are named: there are thousands of them."""
        is_wanted = or_(col(Signal.scope) != "unit", col(Signal.scope_id).in_(units), ~_IS_COUNTED)
        query = select(Signal).where(Signal.tenant_id == tenant_of(self._session), col(Signal.kind).in_(kinds))
        return (await self._session.exec(query.where(is_wanted))).all()

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[Signal]:
        query = select(Signal).where(Signal.tenant_id == tenant_of(self._session))
        if after is not None:
            query = query.where(col(Signal.id) > after)
        return (await self._session.exec(query.order_by(col(Signal.id)).limit(limit))).all()
