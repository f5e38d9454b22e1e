"""Decisions as rows, and the signals that follow from them: which questions are settled, and how many are late."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.decision.models import Decision, FunctionUsage
from services.projects.decision.repository import DecisionRepository
from services.projects.decision.vocabulary import DecisionState
from services.projects.plan.vocabulary import FactKind
from services.projects.signal.service import SignalService
from shared.kit import clock


class DecisionService:
    """The decisions of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._decisions = DecisionRepository(session)
        self._signals = SignalService(session)

    async def get(self, decision_id: UUID, *, lock: bool = False) -> Decision:
        """Raises DecisionNotFound."""
        return await self._decisions.get(decision_id, lock=lock)

    async def of_key(self, project_id: UUID, key: str) -> Sequence[Decision]:
        """Every decision about one question, withdrawn and superseded ones included."""
        return await self._decisions.of_key(project_id, key)

    async def in_force(self, project_id: UUID) -> Sequence[Decision]:
        """Open and decided ones, in the order in which they were put."""
        return await self._decisions.in_force(project_id)

    async def refs(self, project_id: UUID) -> set[str]:
        """The requirement rows that a project's decisions carry already."""
        return {ref for ref in await self._decisions.refs(project_id) if ref is not None}

    async def list_after(
        self, project_id: UUID, after: UUID | None, limit: int, *, state: str | None = None, is_overdue: bool = False
    ) -> Sequence[Decision]:
        overdue_on = clock.today() if is_overdue else None
        return await self._decisions.list_after(project_id, after, limit, state=state, overdue_on=overdue_on)

    async def add(self, rows: Sequence[Decision | FunctionUsage]) -> None:
        self._decisions.add(rows)
        await self._session.flush()

    async def tell_taken(self, decision: Decision) -> None:
        """Keep the signal of the question in step: gates read whether it is settled."""
        is_taken = decision.state == DecisionState.decided
        value = {"taken": is_taken, "decisionId": str(decision.id)}
        kind = FactKind.decision_taken
        await self._signals.tell_own(kind, value, project_id=decision.project_id, key=decision.key)

    async def tell_overdue(self, project_id: UUID) -> int:
        """Keep the signal of late decisions in step (risks read it); returns how many are late."""
        await self._session.flush()
        overdue = await self._decisions.overdue(project_id, clock.today())
        kind = FactKind.decision_overdue
        told = [one for one in await self._signals.of_kinds([kind]) if one.scope_id == project_id]
        known: Any = told[0].value.get("overdue") if told else None
        if known == overdue or (known is None and not await self._decisions.any_dated(project_id)):
            return overdue  # a project without dates has told nothing, which reads unknown
        await self._signals.tell_own(kind, {"overdue": overdue}, project_id=project_id)
        return overdue

    async def decided_by(self, account_id: UUID) -> int:
        """How many decisions stand under an account."""
        return await self._decisions.decided_by(account_id)

    async def usages(self, project_id: UUID) -> Sequence[FunctionUsage]:
        return await self._decisions.usages(project_id)

    async def usage(self, project_id: UUID, key: str, unit_id: UUID) -> FunctionUsage | None:
        """What a unit said, held until the end of the transaction."""
        return await self._decisions.usage(project_id, key, unit_id)

    async def usages_after(self, project_id: UUID, key: str, after: UUID | None, limit: int) -> Sequence[FunctionUsage]:
        return await self._decisions.usages_after(project_id, key, after, limit)

    async def forget(self, account_id: UUID) -> int:
        """Take an erased person's account off marks of use; decisions keep it, as records of the authority."""
        rows = await self._decisions.marked_by(account_id)
        for row in rows:
            row.marked_by = None
            row.touch()
        return len(rows)


def is_overdue(decision: Decision, today: date) -> bool:
    """Open after the last day of the window in which it is needed."""
    window = decision.window
    return decision.state == DecisionState.open and window is not None and window.is_overdue(today)
