"""What a case would keep of a person who is protected or erased: somebody's words on why it was decided so."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import tenant_of

_FORGET = """
UPDATE correlation_case SET reason = NULL
WHERE tenant_id = :tenant AND (person_id = ANY (:ids) OR other_id = ANY (:ids)) AND reason IS NOT NULL
"""


async def forget_cases(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Names are not in a case; a reason may hold one."""
    await session.execute(text(_FORGET), {"tenant": tenant_of(session), "ids": list(ids)})
