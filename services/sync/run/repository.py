"""Every statement about runs, approvals, findings and planned rows."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import ENTITIES, Entity
from services.sync.plan.models import Approval, FindingRow, PlannedRow, Run
from services.sync.roster.models import RosterHead
from services.sync.rules.catalogue import mended_by
from services.sync.run.query import FindingQuery, ItemQuery
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound


class RunRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: Run | Approval) -> None:
        self._session.add(row)

    async def get(self, run_id: UUID, *, lock: bool = False) -> Run:
        """Raises NotFound."""
        query = select(Run).where(Run.tenant_id == tenant_of(self._session), Run.id == run_id)
        query = query.execution_options(populate_existing=True).with_for_update() if lock else query
        run = (await self._session.exec(query)).one_or_none()
        if run is None:
            raise NotFound()
        return run

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[Run]:
        """The newest first."""
        query = select(Run).where(Run.tenant_id == tenant_of(self._session), col(Run.kind).in_(("delivery", "undo")))
        if before is not None:
            query = query.where(Run.id < before)
        return (await self._session.exec(query.order_by(col(Run.id).desc()).limit(limit))).all()

    async def waiting(self, source: str, *, besides: UUID | None, state: str) -> Sequence[Run]:
        """Other deliveries of a source in this state, locked; those that somebody works on just now are left out."""
        query = select(Run).where(
            Run.tenant_id == tenant_of(self._session),
            Run.source == source,
            Run.kind == "delivery",
            Run.state == state,
        )
        query = query if besides is None else query.where(Run.id != besides)
        return (await self._session.exec(query.with_for_update(skip_locked=True))).all()

    async def is_superseded(self, run: Run) -> bool:
        """Whether a newer plan of the source has taken its place."""
        statement = text(
            "SELECT EXISTS (SELECT FROM run WHERE tenant_id = :tenant AND source = :source AND kind = 'delivery'"
            " AND facts -> 'supersedes' ? :id)"
        )
        values = {"tenant": run.tenant_id, "source": run.source, "id": str(run.id)}
        return bool(await self._session.scalar(statement, values))

    async def unapplied(self, run: Run) -> list[UUID]:
        """Other plans of the source that wait or are being applied, whoever works on them just now."""
        query = select(Run.id).where(
            Run.tenant_id == run.tenant_id,
            Run.source == run.source,
            Run.kind == "delivery",
            col(Run.state).in_(("planned", "applying")),
            Run.id != run.id,
        )
        return list(await self._session.exec(query))

    async def lock_source(self, source: str) -> None:
        values = {"key": f"{tenant_of(self._session)}/{source}"}
        await self._session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 5))"), values)

    async def job_goes_on(self, job_id: UUID | None) -> bool:
        """Whether somebody works on the job, or will."""
        statement = text(
            "SELECT EXISTS (SELECT FROM job WHERE tenant_id = :tenant AND id = :id AND state IN ('queued', 'running'))"
        )
        return bool(await self._session.scalar(statement, {"tenant": tenant_of(self._session), "id": job_id}))

    async def unit_names(self, ids: Collection[UUID]) -> dict[str, str]:
        """Names by id; of units that a plan would only create there are none yet."""
        statement = text("SELECT id, name FROM unit WHERE tenant_id = :tenant AND id = ANY (:ids)")
        values = {"tenant": tenant_of(self._session), "ids": list(ids)}
        return {str(row.id): row.name for row in await self._session.execute(statement, values)}

    async def head(self) -> int:
        tenant = tenant_of(self._session)
        version = await self._session.scalar(select(RosterHead.version).where(RosterHead.tenant_id == tenant))
        return version or 0

    async def approvals(self, run_id: UUID) -> Sequence[Approval]:
        query = select(Approval).where(Approval.tenant_id == tenant_of(self._session), Approval.run_id == run_id)
        return (await self._session.exec(query.order_by(col(Approval.id)))).all()

    async def findings(self, run_id: UUID, asked: FindingQuery, after: UUID | None, limit: int) -> Sequence[FindingRow]:
        query = select(FindingRow).where(FindingRow.tenant_id == tenant_of(self._session), FindingRow.run_id == run_id)
        wanted = {"rule": asked.rule, "severity": asked.severity, "unit_id": asked.unit_id}
        for column, value in wanted.items():
            query = query if value is None else query.where(col(getattr(FindingRow, column)) == value)
        if asked.mender is not None:
            query = query.where(col(FindingRow.rule).in_(mended_by(asked.mender)))
        if after is not None:
            query = query.where(FindingRow.id > after)
        return (await self._session.exec(query.order_by(col(FindingRow.id)).limit(limit))).all()

    async def items(self, run_id: UUID, query: ItemQuery) -> list[tuple[str, PlannedRow]]:
        """Planned rows, kinds in the order of the plan, by id within a kind."""
        kinds = [entity for entity in ENTITIES if query.kind in (None, entity.kind)]
        if query.after is not None:
            order = [entity.kind for entity in ENTITIES]
            kinds = [entity for entity in kinds if order.index(entity.kind) >= order.index(query.after[0])]
        found: list[tuple[str, PlannedRow]] = []
        for entity in kinds:
            left = query.limit - len(found)
            if left > 0:
                found += [(entity.kind, row) for row in await self._items_of(entity, run_id, query, left)]
        return found

    async def _items_of(self, entity: Entity, run_id: UUID, query: ItemQuery, limit: int) -> Sequence[PlannedRow]:
        model = entity.planned
        statement = select(model).where(model.tenant_id == tenant_of(self._session), model.run_id == run_id)
        if query.op is not None:
            statement = statement.where(model.op == query.op)
        if query.unit_id is not None:
            statement = statement.where(model.at_unit == query.unit_id)
        if query.after is not None and query.after[0] == entity.kind:
            statement = statement.where(model.id > query.after[1])
        return (await self._session.exec(statement.order_by(col(model.id)).limit(limit))).all()

    async def protected_in(self, run_id: UUID, ids: Collection[UUID]) -> set[UUID]:
        """Which of these persons the roster protects today, or the plan of the run would."""
        statement = text("""
            SELECT id FROM person WHERE tenant_id = :tenant AND id = ANY (:ids) AND protected
            UNION SELECT id FROM planned_person
            WHERE tenant_id = :tenant AND run_id = :run AND id = ANY (:ids) AND protected""")
        values: dict[str, Any] = {"tenant": tenant_of(self._session), "run": run_id, "ids": list(ids)}
        return set(await self._session.scalars(statement, values))
