"""Every statement about guard policies."""

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.guarding.models import GuardPolicyRow
from shared.kit.db import tenant_of

_SOURCES = """
SELECT key FROM (SELECT key FROM source WHERE tenant_id = :tenant AND role = 'register'
                 UNION SELECT source FROM guard_policy WHERE tenant_id = :tenant
                 UNION SELECT source FROM run WHERE tenant_id = :tenant AND kind = 'delivery') s
WHERE key > :after ORDER BY key LIMIT :limit
"""


class GuardPolicyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: GuardPolicyRow) -> None:
        self._session.add(row)

    async def find(self, source: str, *, lock: bool = False) -> GuardPolicyRow | None:
        query = select(GuardPolicyRow).where(
            GuardPolicyRow.tenant_id == tenant_of(self._session), GuardPolicyRow.source == source
        )
        query = query.execution_options(populate_existing=True).with_for_update() if lock else query
        return (await self._session.exec(query)).one_or_none()

    async def sources_after(self, after: str, limit: int) -> list[str]:
        """Keys of the registers that were declared, have delivered, or have a policy."""
        values = {"tenant": tenant_of(self._session), "after": after, "limit": limit}
        return list(await self._session.scalars(text(_SOURCES), values))
