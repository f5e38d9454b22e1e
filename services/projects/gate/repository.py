"""Every statement about gates, their criteria and what was decided."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.gate.errors import GateNotFound
from services.projects.gate.models import Attestation, Gate, GateCriterion, GateTransition, GateWaiver
from services.projects.gate.vocabulary import CLOSED
from shared.kit.db import tenant_of

Row = Gate | GateCriterion | GateWaiver | Attestation | GateTransition

_TENANT_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('projects:signals:' || CAST(:tenant AS text), 0))")


class GateRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, rows: Sequence[Row]) -> None:
        self._session.add_all(rows)

    async def lock_signals(self) -> None:
        """Let one transaction at a time bring a new signal or new gates into the tenant."""
        await self._session.execute(_TENANT_LOCK, {"tenant": str(tenant_of(self._session))})

    async def get(self, gate_id: UUID, *, lock: bool = False) -> Gate:
        """Raises GateNotFound."""
        query = select(Gate).where(Gate.tenant_id == tenant_of(self._session), Gate.id == gate_id)
        if lock:
            query = query.with_for_update()
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise GateNotFound()
        return found

    async def list_after(self, project_id: UUID, after: int | None, limit: int) -> Sequence[Gate]:
        query = select(Gate).where(Gate.tenant_id == tenant_of(self._session), Gate.project_id == project_id)
        if after is not None:
            query = query.where(Gate.position > after)
        return (await self._session.exec(query.order_by(col(Gate.position)).limit(limit))).all()

    async def lock_undecided(
        self, *, projects: Collection[UUID], kinds: Collection[str] = (), activity_id: UUID | None = None
    ) -> Sequence[Gate]:
        """Gates that may still move, held in the order of their ids so that two transactions never wait in a circle.

        `kinds` and `activity_id` narrow to gates with a criterion that reads such a thing.
        """
        query = (
            select(Gate)
            .where(Gate.tenant_id == tenant_of(self._session), col(Gate.project_id).in_(projects))
            .where(col(Gate.state).not_in(CLOSED))
        )
        if kinds or activity_id is not None:
            reads = select(GateCriterion.gate_id).where(GateCriterion.tenant_id == tenant_of(self._session))
            if kinds:
                reads = reads.where(col(GateCriterion.kind).in_(kinds))
            if activity_id is not None:
                reads = reads.where(GateCriterion.activity_id == activity_id)
            query = query.where(col(Gate.id).in_(reads))
        query = query.order_by(col(Gate.id)).with_for_update().execution_options(populate_existing=True)
        return (await self._session.exec(query)).all()

    async def waiting_for(self, activity_ids: Collection[UUID]) -> Sequence[Gate]:
        """Gates not yet passed with a criterion that reads one of these activities, in the order of the plan."""
        reads = select(GateCriterion.gate_id).where(
            GateCriterion.tenant_id == tenant_of(self._session), col(GateCriterion.activity_id).in_(activity_ids)
        )
        query = (
            select(Gate)
            .where(Gate.tenant_id == tenant_of(self._session), col(Gate.id).in_(reads))
            .where(col(Gate.state).not_in(CLOSED))
        )
        return (await self._session.exec(query.order_by(col(Gate.position)))).all()

    async def criteria(self, gate_ids: Collection[UUID]) -> Sequence[GateCriterion]:
        query = select(GateCriterion).where(
            GateCriterion.tenant_id == tenant_of(self._session), col(GateCriterion.gate_id).in_(gate_ids)
        )
        return (await self._session.exec(query.order_by(col(GateCriterion.position)))).all()

    async def waivers(self, criterion_ids: Collection[UUID]) -> Sequence[GateWaiver]:
        query = select(GateWaiver).where(
            GateWaiver.tenant_id == tenant_of(self._session), col(GateWaiver.criterion_id).in_(criterion_ids)
        )
        return (await self._session.exec(query)).all()

    async def attestations(self, criterion_ids: Collection[UUID]) -> Sequence[Attestation]:
        query = select(Attestation).where(
            Attestation.tenant_id == tenant_of(self._session), col(Attestation.criterion_id).in_(criterion_ids)
        )
        return (await self._session.exec(query)).all()

    async def decided_by(self, account_id: UUID) -> dict[str, int]:
        """How many decisions of each kind stand under an account."""
        tenant = tenant_of(self._session)
        passes = select(GateTransition.id).where(
            GateTransition.tenant_id == tenant, GateTransition.actor_id == account_id
        )
        waivers = select(GateWaiver.id).where(GateWaiver.tenant_id == tenant, GateWaiver.waived_by == account_id)
        given = select(Attestation.id).where(Attestation.tenant_id == tenant, Attestation.attested_by == account_id)
        queries = {"passes": passes, "waivers": waivers, "attestations": given}
        return {name: len((await self._session.exec(query)).all()) for name, query in queries.items()}
