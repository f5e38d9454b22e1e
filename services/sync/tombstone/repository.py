"""The statements of tombstones: the policy, and whose time is over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.erasure.parts import has_part
from services.sync.plan.entities import ENTITIES
from services.sync.tombstone.models import GracePolicy
from shared.kit.db import tenant_of

# Who had several parts is kept for the longest; who had none of them, for as long as a pupil.
_DAYS = f"""
coalesce(greatest(CASE WHEN {has_part("pupil", "p")} THEN CAST(:pupil AS integer) END,
                  CASE WHEN {has_part("staff", "p")} THEN CAST(:staff AS integer) END,
                  CASE WHEN {has_part("guardian", "p")} THEN CAST(:guardian AS integer) END), :pupil)
"""
_IS_TIED = " OR ".join(
    f"EXISTS (SELECT FROM {entity.table} x WHERE x.tenant_id = p.tenant_id AND x.{column} = p.id"
    " AND x.ended_at IS NULL)"
    for entity in ENTITIES
    for column, kind in entity.references.items()
    if kind == "person"
)
_OVER = f"""
SELECT p.id FROM person p
WHERE p.tenant_id = :tenant AND p.ended_at IS NOT NULL AND p.source_id NOT LIKE 'erased:%'
  AND p.ended_at < CAST(:now AS timestamptz) - make_interval(days => :least)
  AND p.ended_at < CAST(:now AS timestamptz) - make_interval(days => {_DAYS}) AND NOT ({_IS_TIED})
ORDER BY p.ended_at, p.id LIMIT :limit
"""


class TombstoneRepository:
    """Tombstones of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def policy(self, *, lock: bool = False) -> GracePolicy:
        """The tenant's policy; one of the defaults, not stored, where there is none."""
        tenant = tenant_of(self._session)
        query = select(GracePolicy).where(GracePolicy.tenant_id == tenant)
        query = query.with_for_update() if lock else query
        found = (await self._session.exec(query)).one_or_none()
        return found or GracePolicy(tenant_id=tenant, id=tenant)

    def keep(self, policy: GracePolicy) -> None:
        self._session.add(policy)

    async def over(self, policy: GracePolicy, at: datetime, limit: int) -> list[UUID]:
        """Persons whose time is over, the longest gone first. Who still has a tie of another register is not gone."""
        values = {
            "tenant": tenant_of(self._session),
            "now": at,
            "pupil": policy.pupil_days,
            "staff": policy.staff_days,
            "guardian": policy.guardian_days,
            "least": min(policy.pupil_days, policy.staff_days, policy.guardian_days),
            "limit": limit,
        }
        return list(await self._session.scalars(text(_OVER), values))
