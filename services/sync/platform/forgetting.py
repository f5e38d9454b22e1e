"""What comparisons keep of a person is the platform's own key of the account, and it goes with the name."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import tenant_of

_FORGET = """
UPDATE {table} SET row_ref = NULL
WHERE tenant_id = :tenant AND row_ref IS NOT NULL AND (person_id = ANY (:ids) OR row_ref IN (
    SELECT source_id FROM person WHERE tenant_id = :tenant AND id = ANY (:ids)))
"""


_SHOW = """
SELECT comparison_id, row_ref, is_active, last_login_on, unit_ids FROM platform_account
WHERE tenant_id = :tenant AND person_id = :person ORDER BY id
"""


async def show_platform_rows(session: AsyncSession, person_id: UUID) -> list[dict[str, str]]:
    """What is held about the person's accounts at platforms."""
    rows = await session.execute(text(_SHOW), {"tenant": tenant_of(session), "person": person_id})
    return [{name: str(value) for name, value in row._mapping.items() if value is not None} for row in rows]


async def forget_platform_rows(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Accounts and differences of these persons keep ids of ours alone."""
    for table in ("platform_account", "platform_difference"):
        await session.execute(text(_FORGET.format(table=table)), {"tenant": tenant_of(session), "ids": list(ids)})
