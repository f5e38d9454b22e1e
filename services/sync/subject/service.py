"""Asking for and deciding on what a data subject wants; the worker does it (`tasks.py`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.person.behind import is_same_person
from services.sync.subject.errors import (
    CustomerDecides,
    ErasureUnderWay,
    NobodyNamed,
    NothingToDecide,
    PersonUnknown,
    RequestMissing,
    SecondPersonDecides,
)
from services.sync.subject.models import PersonErasure, PersonExport
from services.sync.subject.schemas import PersonErasureCreate, PersonExportCreate
from shared.auth import Principal, Side
from shared.auth.assurance import is_program
from shared.contracts.sync_privacy import PersonRequestChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import Problem
from shared.queue import publish, start_job

EXPORT_JOB = "person-export"
ERASURE_JOB = "person-erasure"
AnyRequest = PersonExport | PersonErasure
R = TypeVar("R", PersonExport, PersonErasure)


class SubjectService:
    """The requests of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def ask_export(self, body: PersonExportCreate, caller: Principal) -> PersonExport:
        """Raises CustomerDecides, NobodyNamed, PersonUnknown."""
        row = PersonExport(**await self._asked(body, caller))
        self._session.add(row)
        row.job_id = await start_job(self._session, EXPORT_JOB, {"id": row.id}, created_by=caller.subject)
        await tell(self._session, row, "ask")
        return row

    async def ask_erasure(self, body: PersonErasureCreate, caller: Principal) -> PersonErasure:
        """It waits for a second person. Raises CustomerDecides, NobodyNamed, PersonUnknown, ErasureUnderWay."""
        row = PersonErasure(**await self._asked(body, caller), ground=body.ground)
        if (other := await self.erasure_of(row, "waiting", "running")) is not None:
            raise ErasureUnderWay(personErasureId=str(other))
        self._session.add(row)
        await tell(self._session, row, "ask")
        return row

    async def erasure_of(self, row: AnyRequest, *states: str, since: datetime | None = None) -> UUID | None:
        """An erasure of the same person in one of these states, approved `since` then if given."""
        query = select(PersonErasure.id).where(
            PersonErasure.tenant_id == self._tenant,
            col(PersonErasure.state).in_(states),
            or_(col(PersonErasure.person_id).in_(row.ids), col(PersonErasure.account_id).in_(row.ids)),
        )
        query = query if since is None else query.where(col(PersonErasure.decided_at) >= since)
        return (await self._session.exec(query)).first()

    async def approve(self, erasure_id: UUID, caller: Principal) -> PersonErasure:
        """Start it. Raises RequestMissing, NothingToDecide, CustomerDecides, SecondPersonDecides."""
        row = await self.get(PersonErasure, erasure_id, lock=True)
        if problem := problem_with_approving(row, caller):
            raise problem
        _decide(row, caller, "running")
        row.job_id = await start_job(self._session, ERASURE_JOB, {"id": row.id}, created_by=caller.subject)
        await tell(self._session, row, "approve")
        return row

    async def refuse(self, erasure_id: UUID, caller: Principal) -> PersonErasure:
        """Let nobody be erased, as whoever asked may too. Raises RequestMissing, NothingToDecide, CustomerDecides."""
        row = await self.get(PersonErasure, erasure_id, lock=True)
        if problem := problem_with_refusing(row, caller):
            raise problem
        _decide(row, caller, "refused")
        row.ended_at = row.decided_at
        await tell(self._session, row, "refuse")
        return row

    async def get(self, kind: type[R], request_id: UUID, *, lock: bool = False) -> R:
        """Raises RequestMissing."""
        query = select(kind).where(kind.tenant_id == self._tenant, kind.id == request_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise RequestMissing()
        return found

    async def list_before(self, kind: type[R], before: UUID | None, limit: int) -> Sequence[R]:
        """The newest first."""
        query = select(kind).where(kind.tenant_id == self._tenant)
        query = query if before is None else query.where(kind.id < before)
        return (await self._session.exec(query.order_by(col(kind.id).desc()).limit(limit))).all()

    async def _asked(self, body: PersonExportCreate | PersonErasureCreate, caller: Principal) -> dict[str, Any]:
        if problem := _stranger(caller):
            raise problem
        if (body.person_id is None) == (body.account_id is None):
            raise NobodyNamed()
        if body.person_id is not None:
            known = text("SELECT 1 FROM person WHERE tenant_id = :tenant AND id = :person")
            if await self._session.scalar(known, {"tenant": self._tenant, "person": body.person_id}) is None:
                raise PersonUnknown()
        return {
            "tenant_id": self._tenant,
            "person_id": body.person_id,
            "account_id": body.account_id,
            "case_ref": body.case_ref,
            "asked_by": caller.subject,
            "asked_person": caller.person,
        }


def problem_with_approving(row: PersonErasure, caller: Principal) -> Problem | None:
    """Why the caller cannot approve it; None where they can."""
    if problem := problem_with_refusing(row, caller):
        return problem
    return SecondPersonDecides() if is_same_person(caller, row.asked_by, row.asked_person) else None


def problem_with_refusing(row: PersonErasure, caller: Principal) -> Problem | None:
    """Why the caller cannot refuse it; None where they can."""
    return NothingToDecide() if row.state != "waiting" else _stranger(caller)


async def tell(session: AsyncSession, row: AnyRequest, verb: str) -> None:
    """Keep in the journal what happened to a request, and let others know. Ids and states alone."""
    kind = row.__tablename__
    after = {"state": row.state, "personId": row.person_id, "accountId": row.account_id, "caseRef": row.case_ref}
    await record(session, f"{kind}.{verb}", str(kind), row.id, after=after)
    await publish(session, PersonRequestChanged(person_request_id=row.id, kind=str(kind), state=row.state))


def _decide(row: PersonErasure, caller: Principal, state: str) -> None:
    row.state, row.decided_by, row.decided_at = state, caller.subject, clock.now()
    row.touch()


def _stranger(caller: Principal) -> CustomerDecides | None:
    return CustomerDecides() if caller.side is not Side.customer or is_program(caller) else None
