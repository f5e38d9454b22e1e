"""The statements of the ledger."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.erasure.models import Erasure, Reason
from services.sync.erasure.parts import part_of
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id

_ABOUT = f"""
SELECT p.id, {part_of("p")} AS part, p.ended_at FROM person p WHERE p.tenant_id = :tenant AND p.id = ANY (:ids)
"""


class ErasureRepository:
    """The erasures of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def log(self, ids: Sequence[UUID], reason: Reason, run_id: UUID) -> None:
        """Write down that these persons are erased."""
        tenant = tenant_of(self._session)
        rows = await self._session.execute(text(_ABOUT), {"tenant": tenant, "ids": list(ids)})
        self._session.add_all(
            Erasure(
                tenant_id=tenant,
                id=new_id(),
                person_id=row.id,
                reason=reason,
                part=row.part,
                ended_at=row.ended_at,
                erased_at=clock.now(),
                run_id=run_id,
            )
            for row in rows
        )

    async def log_account(self, account_id: UUID, run_id: UUID) -> None:
        """Write down that an account is erased; a second time changes nothing."""
        same = select(Erasure.id).where(Erasure.tenant_id == tenant_of(self._session), Erasure.person_id == account_id)
        if (await self._session.exec(same)).first() is None:
            self._session.add(
                Erasure(
                    tenant_id=tenant_of(self._session),
                    id=new_id(),
                    person_id=account_id,
                    reason="request",
                    part="none",
                    run_id=run_id,
                )
            )

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[Erasure]:
        """The newest first."""
        query = select(Erasure).where(Erasure.tenant_id == tenant_of(self._session))
        if before is not None:
            query = query.where(Erasure.id < before)
        return (await self._session.exec(query.order_by(col(Erasure.id).desc()).limit(limit))).all()
