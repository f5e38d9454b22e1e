"""What a customer bears of a source before somebody must look: shown with the defaults, tightened by many, loosened by
the customer with a reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.guarding.errors import CustomerLoosens, LooseningReasonMissing
from services.sync.guarding.models import GuardPolicyRow
from services.sync.guarding.repository import GuardPolicyRepository
from services.sync.plan.policy import GuardPolicy
from shared.auth import Principal, Side
from shared.auth.assurance import is_program
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import StaleVersion


@dataclass(frozen=True)
class Stated:
    """The policy in force for a source; version 0 where the customer has not said anything."""

    source: str
    policy: GuardPolicy
    version: int = 0
    reason: str | None = None
    changed_by: UUID | None = None
    updated_at: datetime | None = None


class GuardPolicyService:
    """Guard policies of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._policies = GuardPolicyRepository(session)

    async def get(self, source: str) -> Stated:
        return _stated(source, await self._policies.find(source))

    async def list_after(self, after: str, limit: int) -> list[Stated]:
        return [await self.get(source) for source in await self._policies.sources_after(after, limit)]

    async def put(
        self, source: str, version: int, policy: GuardPolicy, reason: str | None, caller: Principal
    ) -> Stated:
        """Raises StaleVersion, CustomerLoosens, LooseningReasonMissing."""
        row = await self._policies.find(source, lock=True)
        before = _stated(source, row)
        if before.version != version:
            raise StaleVersion()
        if policy.is_looser_than(before.policy):
            if caller.side is not Side.customer or is_program(caller):
                raise CustomerLoosens()
            if not (reason or "").strip():
                raise LooseningReasonMissing()
        if row is None:
            row = GuardPolicyRow(tenant_id=tenant_of(self._session), source=source)
            self._policies.add(row)
        else:
            row.touch()
        row.document, row.reason, row.changed_by = policy.document(), reason, caller.subject
        await self._session.flush()
        await record(
            self._session,
            "guard_policy.put",
            "guard_policy",
            row.id,
            before={"source": source, **before.policy.document()},
            after={"source": source, **policy.document()},
            reason=reason,
        )
        return _stated(source, row)


def _stated(source: str, row: GuardPolicyRow | None) -> Stated:
    if row is None:
        return Stated(source, GuardPolicy())
    return Stated(source, GuardPolicy.of(row.document), row.version, row.reason, row.changed_by, row.updated_at)
