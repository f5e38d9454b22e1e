"""Deciding whether a delivered row is the person that the roster knows. A decision speaks from the next plan on."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.casework.errors import CaseBuiltUpon, CaseClosed, CaseUndecided
from services.sync.casework.models import CorrelationCase
from services.sync.casework.repository import CaseRepository
from services.sync.plan.applying import apply_planned, lock_head
from services.sync.plan.models import PlannedPerson, Run
from services.sync.roster.models import Person, PersonFields
from services.sync.run.service import RunService
from shared.auth import Principal
from shared.kit import clock
from shared.kit.journal import record

Decision = Literal["same", "different", "later"]
_FREED = "replaced:{}"


class CaseService:
    """Correlation cases of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._cases = CaseRepository(session)

    async def get(self, case_id: UUID) -> CorrelationCase:
        return await self._cases.get(case_id)

    async def list_after(
        self, state: str | None, source: str | None, after: UUID | None, limit: int
    ) -> Sequence[CorrelationCase]:
        return await self._cases.list_after(state, source, after, limit)

    async def persons_of(self, cases: Sequence[CorrelationCase]) -> dict[UUID, Person]:
        """The persons whom the cases are about, as the roster knows them today."""
        ids = {one for case in cases for one in (case.person_id, case.other_id) if one is not None}
        return await self._cases.persons(ids) if ids else {}

    async def decide(self, case_id: UUID, decision: Decision, reason: str | None, caller: Principal) -> CorrelationCase:
        """`later` leaves the case open. Raises NotFound, CaseClosed."""
        await lock_head(self._session)
        case = await self._cases.get(case_id, lock=True)
        if case.state != "open":
            raise CaseClosed(state=case.state)
        case.state = "open" if decision == "later" else "decided"
        case.decision, case.reason = decision, reason
        case.decided_by, case.decided_at = caller.subject, clock.now()
        case.touch()
        if decision == "different" and case.kind != "perhaps_same":
            await self._free_id(case, caller)
        after = {"decision": decision, "kind": case.kind, "personId": str(case.person_id)}
        await record(self._session, "correlation_case.decide", "correlation_case", case.id, after=after, reason=reason)
        return case

    async def take_back(self, case_id: UUID, reason: str, caller: Principal) -> CorrelationCase:
        """Open a decided case anew, as if nobody had decided it; plans that wait by the decision are made anew.

        Raises NotFound, CaseUndecided, CaseBuiltUpon.
        """
        await lock_head(self._session)
        case = await self._cases.get(case_id, lock=True)
        if case.state != "decided":
            raise CaseUndecided(state=case.state)
        if (run_id := await self._cases.built_upon(case)) is not None:
            raise CaseBuiltUpon(runId=str(run_id))
        before = {"decision": case.decision, "decidedBy": str(case.decided_by)}
        if case.decision == "different" and case.kind != "perhaps_same":
            await self._give_back_id(case, caller)
        case.state, case.decision, case.reason = "open", None, None
        case.decided_by, case.decided_at = None, None
        case.touch()
        await RunService(self._session).recall(case.source)
        await record(
            self._session, "correlation_case.retract", "correlation_case", case.id, before=before, reason=reason
        )
        return case

    async def _free_id(self, case: CorrelationCase, caller: Principal) -> None:
        """The id means somebody else from now on: the person of the roster lets go of it, in a version of its own."""
        person = (await self._cases.persons([case.person_id])).get(case.person_id)
        if person is not None and person.source_id == case.source_id:
            await self._call(person, _FREED.format(person.id), caller)

    async def _give_back_id(self, case: CorrelationCase, caller: Principal) -> None:
        """The id means again whom it meant, where nobody else has come by it."""
        person = (await self._cases.persons([case.person_id])).get(case.person_id)
        if person is None or person.source_id != _FREED.format(person.id):
            return
        if await self._cases.bearer(person.source, case.source_id) is None:
            await self._call(person, case.source_id, caller)

    async def _call(self, person: Person, source_id: str, caller: Principal) -> None:
        """Let the person have this id in the register, in a version of its own."""
        run = Run(
            tenant_id=person.tenant_id,
            kind="manual",
            source=person.source,
            state="applying",
            counts={"person": {"created": 0, "changed": 1, "ended": 0, "unchanged": 0}},
            started_by=caller.subject,
        )
        self._session.add(run)
        await self._session.flush()
        values = person.model_dump(include=set(PersonFields.model_fields))
        before = {"source_id": person.source_id}
        values["source_id"] = source_id
        self._session.add(
            PlannedPerson(tenant_id=person.tenant_id, run_id=run.id, id=person.id, op="change", before=before, **values)
        )
        await self._session.flush()
        await apply_planned(self._session, run, "manual")
