"""Every SELECT of the rules of assurance."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.policy.models import AssurancePolicy
from shared.kit.db import tenant_of


class PolicyRepository:
    """The rules of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, policy: AssurancePolicy) -> None:
        self._session.add(policy)

    async def all(self) -> Sequence[AssurancePolicy]:
        """Every rule that the tenant has set: at most one per holder and class, so no pages."""
        return (await self._session.exec(select(AssurancePolicy))).all()

    async def resting_on(self, decision_id: UUID) -> Sequence[AssurancePolicy]:
        """The rules that a decision stands behind, locked."""
        query = select(AssurancePolicy).where(AssurancePolicy.decision_id == decision_id)
        return (await self._session.exec(query.order_by(col(AssurancePolicy.id)).with_for_update())).all()

    async def lock(self) -> None:
        """One change of the tenant's rules at a time: the first change of a rule has no row to lock."""
        key = f"assurance_policy/{tenant_of(self._session)}"
        await self._session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
