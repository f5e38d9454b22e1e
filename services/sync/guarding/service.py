"""What a customer bears of a source before somebody must look: shown with the defaults, tightened by many, loosened by
two persons of the customer, the first with a reason.

One alone could else switch off what takes two: a plan is approved by whoever its limits ask for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.guarding.errors import CustomerLoosens, LooseningReasonMissing
from services.sync.guarding.models import GuardPolicyRow
from services.sync.guarding.repository import GuardPolicyRepository
from services.sync.plan.policy import GuardPolicy
from services.sync.source.errors import NothingToConfirm
from services.sync.source.pointing import confirm, point, problem_with_confirming
from shared.auth import Principal, Side
from shared.auth.assurance import is_program
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import Problem, StaleVersion


@dataclass(frozen=True)
class Stated:
    """The policy in force for a source; version 0 where the customer has not said anything.

    `row` tells what waits for a second person.
    """

    source: str
    policy: GuardPolicy
    version: int = 0
    reason: str | None = None
    changed_by: UUID | None = None
    updated_at: datetime | None = None
    row: GuardPolicyRow | None = None

    @property
    def waiting(self) -> GuardPolicy | None:
        return GuardPolicy.of(self.row.waiting) if self.row and self.row.waiting is not None else None

    def problem_with_confirming(self, caller: Principal) -> Problem | None:
        """Why the caller cannot confirm what waits; None where they can."""
        if self.row is None or self.row.waiting is None:
            return NothingToConfirm()
        return problem_with_confirming(self.row, caller)


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
        """Let it hold, in place of all that held or waited; what lets more through waits for a second person.

        Raises StaleVersion, CustomerLoosens, LooseningReasonMissing.
        """
        row = await self._policies.find(source, lock=True)
        before = _stated(source, row)
        if before.version != version:
            raise StaleVersion()
        if is_looser := policy.is_looser_than(before.policy):
            if caller.side is not Side.customer or is_program(caller):
                raise CustomerLoosens()
            if not (reason or "").strip():
                raise LooseningReasonMissing()
        if row is None:
            row = GuardPolicyRow(tenant_id=tenant_of(self._session), source=source)
            self._policies.add(row)
        else:
            row.touch()
        row.waiting = row.waiting_reason = None
        if is_looser:
            row.waiting, row.waiting_reason = policy.document(), reason
            point(row, caller)
        else:
            row.document, row.reason, row.changed_by = policy.document(), reason, caller.subject
        await self._session.flush()
        after = policy.document() | {"waits": is_looser}
        await self._record("guard_policy.put", row, before.policy.document(), after, reason)
        return _stated(source, row)

    async def confirm(self, source: str, version: int, caller: Principal) -> Stated:
        """Let hold what waits. Raises StaleVersion, NothingToConfirm, CustomerConfirms, SecondPersonConfirms."""
        row = await self._policies.find(source, lock=True)
        if row is None or row.waiting is None:
            raise NothingToConfirm()
        if row.version != version:
            raise StaleVersion()
        confirm(row, caller)
        before, reason = row.document, row.waiting_reason
        row.document, row.reason, row.changed_by = row.waiting, reason, row.pointed_by
        row.waiting = row.waiting_reason = None
        row.touch()
        await self._record("guard_policy.confirm", row, before, row.document, reason)
        return _stated(source, row)

    async def _record(
        self, action: str, row: GuardPolicyRow, before: dict[str, Any], after: dict[str, Any], reason: str | None
    ) -> None:  # fmt: skip
        named = {"source": row.source}
        kinds = ("guard_policy", row.id)
        await record(self._session, action, *kinds, before=named | before, after=named | after, reason=reason)


def _stated(source: str, row: GuardPolicyRow | None) -> Stated:
    if row is None:
        return Stated(source, GuardPolicy())
    return Stated(source, GuardPolicy.of(row.document), row.version, row.reason, row.changed_by, row.updated_at, row)
