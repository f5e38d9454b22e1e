"""Every statement about templates and deliveries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.outbound.basing import Told
from services.sync.outbound.errors import DeliveryMissing, TemplateMissing
from services.sync.outbound.models import UNDER_WAY, OutboundDelivery, OutboundTemplate
from services.sync.roster.models import RosterHead
from shared.kit.db import tenant_of

_WORKED_ON = text(
    "SELECT EXISTS (SELECT FROM job WHERE tenant_id = :tenant AND id = :id AND state IN ('queued', 'running'))"
)
# Of findings about who is protected or erased, the place and the rule stay.
_FORGET_KEYS = text("""
UPDATE outbound_delivery d SET findings = (
    SELECT jsonb_agg(CASE WHEN jsonb_exists_any(x.f -> 'key', k.sids) THEN x.f || '{"key": []}' ELSE x.f END ORDER BY n)
    FROM jsonb_array_elements(d.findings) WITH ORDINALITY x (f, n))
FROM (SELECT array_agg(source_id) AS sids FROM person
      WHERE tenant_id = :tenant AND (id = ANY (:ids) OR protected AND :all)) k
WHERE d.tenant_id = :tenant
  AND EXISTS (SELECT FROM jsonb_array_elements(d.findings) f WHERE jsonb_exists_any(f -> 'key', k.sids))
""")
# The platform may have what was tried without an answer, and a part of what it rejected.
_TOLD = text("""
SELECT id, mode, base_id, manifest_id, counts, created_at AS made_at,
       coalesce(sent_at, CAST(attempts -> -1 ->> 'at' AS timestamptz)) AS told_at,
       state IN ('sent', 'accepted') AND coalesce(CAST(receipt ->> 'rejectedRows' AS bigint), 0) = 0 AS is_whole
FROM outbound_delivery
WHERE tenant_id = :tenant AND template_id = :template AND size IS NOT NULL
  AND (state IN ('sent', 'accepted') OR state IN ('failed', 'sending') AND attempts <> '[]'
       OR state = 'rejected' AND CAST(receipt ->> 'acceptedRows' AS bigint) > 0)
""")


class OutboundRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    def add(self, row: OutboundTemplate | OutboundDelivery) -> None:
        self._session.add(row)

    async def template(self, template_id: UUID, *, lock: bool = False) -> OutboundTemplate:
        query = select(OutboundTemplate).where(
            OutboundTemplate.tenant_id == self._tenant, OutboundTemplate.id == template_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise TemplateMissing()
        return found

    async def has_key(self, key: str) -> bool:
        query = select(OutboundTemplate.id).where(
            OutboundTemplate.tenant_id == self._tenant, OutboundTemplate.key == key
        )
        return (await self._session.exec(query)).first() is not None

    async def templates_after(self, after: UUID | None, limit: int) -> Sequence[OutboundTemplate]:
        """By id, which is in the order in which they were made."""
        query = select(OutboundTemplate).where(OutboundTemplate.tenant_id == self._tenant)
        if after is not None:
            query = query.where(OutboundTemplate.id > after)
        return (await self._session.exec(query.order_by(col(OutboundTemplate.id)).limit(limit))).all()

    async def delivery(self, delivery_id: UUID, *, lock: bool = False) -> OutboundDelivery:
        query = select(OutboundDelivery).where(
            OutboundDelivery.tenant_id == self._tenant, OutboundDelivery.id == delivery_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise DeliveryMissing()
        return found

    async def deliveries_before(
        self, template_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[OutboundDelivery]:
        """The newest first."""
        query = select(OutboundDelivery).where(OutboundDelivery.tenant_id == self._tenant)
        if template_id is not None:
            query = query.where(OutboundDelivery.template_id == template_id)
        if before is not None:
            query = query.where(OutboundDelivery.id < before)
        return (await self._session.exec(query.order_by(col(OutboundDelivery.id).desc()).limit(limit))).all()

    async def under_way(self, template_id: UUID) -> Sequence[OutboundDelivery]:
        """Deliveries that are being made or sent, locked."""
        query = select(OutboundDelivery).where(
            OutboundDelivery.tenant_id == self._tenant,
            OutboundDelivery.template_id == template_id,
            col(OutboundDelivery.state).in_(UNDER_WAY),
        )
        return (await self._session.exec(query.with_for_update())).all()

    async def is_worked_on(self, job_id: UUID | None) -> bool:
        """Whether somebody works on the job, or will."""
        return bool(await self._session.scalar(_WORKED_ON, {"tenant": self._tenant, "id": job_id}))

    async def told(self, template_id: UUID) -> list[Told]:
        """Every package of the template that the platform has, or may have."""
        found = await self._session.execute(_TOLD, {"tenant": self._tenant, "template": template_id})
        return [_told(row) for row in found]

    async def newest(self, template_id: UUID) -> OutboundDelivery | None:
        query = select(OutboundDelivery).where(
            OutboundDelivery.tenant_id == self._tenant, OutboundDelivery.template_id == template_id
        )
        return (await self._session.exec(query.order_by(col(OutboundDelivery.id).desc()).limit(1))).first()

    async def with_content(self) -> Sequence[OutboundDelivery]:
        """Every delivery whose content is still here."""
        query = select(OutboundDelivery).where(
            OutboundDelivery.tenant_id == self._tenant, col(OutboundDelivery.file_id).is_not(None)
        )
        return (await self._session.exec(query.with_for_update())).all()

    async def forget_keys(self, ids: Sequence[UUID] = ()) -> None:
        """Take the ids of these persons out of the findings; without `ids`, of all who are protected."""
        await self._session.flush()
        await self._session.execute(_FORGET_KEYS, {"tenant": self._tenant, "ids": list(ids), "all": not ids})

    async def roster_version(self) -> int:
        query = select(RosterHead.version).where(RosterHead.tenant_id == self._tenant)
        return (await self._session.exec(query)).one_or_none() or 0

    async def due(self, template_id: UUID, at: datetime) -> bool:
        """Whether the template still waits for this very time."""
        query = select(OutboundTemplate.id).where(
            OutboundTemplate.tenant_id == self._tenant,
            OutboundTemplate.id == template_id,
            OutboundTemplate.next_at == at,
            col(OutboundTemplate.is_active).is_(True),
        )
        return (await self._session.exec(query)).first() is not None


def _told(row: Row[Any]) -> Told:
    # Packages made before keys were noted have none.
    keys = {count["file"]: tuple(count["key"]) for count in row.counts if "key" in count}
    return Told(row.id, row.mode, row.base_id, row.made_at, row.told_at, row.is_whole, row.manifest_id, keys)
