"""The one statement about accounts of staff."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.verification_policy.models import VerificationPolicy
from shared.kit.db import tenant_of

# In the order of ix_platform_account_comparison. Pupils and guardians are nobody's business in training.
_ACCOUNTS = text("""
SELECT a.id, a.person_id, a.is_active, a.last_login_on FROM platform_account a
WHERE a.tenant_id = :tenant AND a.comparison_id = :comparison AND a.id > :after AND a.person_id IS NOT NULL
  AND EXISTS (SELECT FROM duty d
              WHERE d.tenant_id = a.tenant_id AND d.person_id = a.person_id AND d.ended_at IS NULL)
ORDER BY a.id LIMIT :limit
""")


class AccessRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def named_platform(self) -> UUID | None:
        """The source that the customer has named as the platform."""
        query = select(VerificationPolicy.platform_source_id).where(
            VerificationPolicy.tenant_id == tenant_of(self._session)
        )
        return (await self._session.exec(query)).one_or_none()

    async def accounts(self, comparison_id: UUID, after: UUID, limit: int) -> Sequence[Any]:
        """id, person_id, is_active, last_login_on of the accounts of people who work here."""
        values = {"tenant": tenant_of(self._session), "comparison": comparison_id, "after": after, "limit": limit}
        return (await self._session.execute(_ACCOUNTS, values)).all()
