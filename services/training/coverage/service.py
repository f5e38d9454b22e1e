"""Coverage: what share of those who need training in a role have it, per unit and for the whole authority."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.coverage.models import Coverage
from services.training.coverage.repository import CoverageRepository
from shared.contracts.training import CoverageChanged
from shared.kit.db import tenant_of
from shared.queue import publish

Grouping = Literal["school_form", "wave"]


class CoverageService:
    """Called by whatever may change coverage: attendance, courses, appointments, the roster, the turn of the day."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = CoverageRepository(session)

    async def refresh(self) -> int:
        """Compare with the facts, store and publish what changed; returns how many rows did.

        Everything in the caller's transaction: the signal that gates read commits with the fact that moved it.
        """
        await self._session.flush()
        await self._repository.lock()
        changed = await self._repository.changed()
        stored = await self._repository.by_id([row.id for row in changed if row.id])
        for row in changed:
            coverage = stored.get(row.id)
            if coverage is None:
                coverage = self._new(row.unit_id, row.role, row.trained, row.needed)
            else:
                coverage.trained, coverage.needed = row.trained, row.needed
                coverage.touch()
            await publish(
                self._session,
                CoverageChanged(
                    coverage_id=coverage.id,
                    unit_id=row.unit_id,
                    role=row.role,
                    trained=row.trained,
                    needed=row.needed,
                ),
            )
        return len(changed)

    async def list(
        self, units: frozenset[UUID] | None, role: str | None, limit: int, after: tuple[UUID] | None
    ) -> Sequence[Coverage]:
        """Stored coverage by id; `units` None means all, the authority's own row included."""
        return await self._repository.list(units=units, role=role, limit=limit, after=after)

    async def needs(
        self,
        units: frozenset[UUID] | None,
        role: str | None,
        is_trained: bool | None,
        limit: int,
        after: tuple[UUID, str, UUID] | None,
    ) -> Sequence[Row[Any]]:
        """People who need training: unit_id, role, person_id, display_name, trained, missing_course_ids."""
        return await self._repository.needs(units=units, role=role, is_trained=is_trained, limit=limit, after=after)

    async def needing(self, course_id: UUID, people: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `people` who need the course today, whether or not they have it."""
        return await self._repository.needing(course_id, people)

    async def summaries(
        self, by: Grouping, units: frozenset[UUID] | None, limit: int, after: tuple[str, str] | None
    ) -> Sequence[Row[Any]]:
        """(key, role, trained, needed) per school form or wave, counted now; each person once."""
        return await self._repository.summaries(by, units, limit, after)

    async def tenants(self) -> Sequence[UUID]:
        """Every tenant with a roster; for the platform's own periodic work."""
        return await self._repository.tenants()

    def _new(self, unit_id: UUID | None, role: str, trained: int, needed: int) -> Coverage:
        coverage = Coverage(
            tenant_id=tenant_of(self._session), unit_id=unit_id, role=role, trained=trained, needed=needed
        )
        self._session.add(coverage)
        return coverage
