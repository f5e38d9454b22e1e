"""Many measurements at once: each item by itself, or all or nothing, or as a trial."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.goal.models import Indicator
from services.projects.goal.schemas.measurement import (
    MeasurementCreate,
    MeasurementUpserts,
    UpsertResult,
    UpsertResults,
    exact,
)
from services.projects.goal.service.measurements import MeasurementService, Reading
from shared.kit.problems import Problem
from shared.kit.text import Lang
from shared.web.models import ProblemError


def reading_of(wanted: MeasurementCreate) -> Reading:
    """A value of a request, with the decimals that are stored."""
    given = wanted.model_dump(exclude={"value"})
    return Reading(value=exact(wanted.value), **given)


class _TakenBack(Exception):
    """Leaves the savepoint so that nothing of it stays."""


class UpsertService:
    """Bulk writes to one indicator."""

    def __init__(self, session: AsyncSession, lang: Lang) -> None:
        self._session = session
        self._lang = lang
        self._measurements = MeasurementService(session)

    async def write(self, indicator_id: UUID, wanted: MeasurementUpserts, by: UUID) -> UpsertResults:
        """Raises IndicatorNotFound, ProjectClosed; what is wrong with an item stands in its result."""
        indicator = await self._measurements.lock_for_writing(indicator_id)
        results: list[UpsertResult] = []
        is_written = True
        try:
            async with self._session.begin_nested():
                for index, item in enumerate(wanted.items):
                    results.append(await self._write_one(indicator, index, item, by))
                failed = any(result.status == "failed" for result in results)
                if wanted.is_dry_run or (wanted.is_all_or_nothing and failed):
                    raise _TakenBack
        except _TakenBack:
            is_written = False
        moved = sum(result.status in ("created", "updated") for result in results)
        if is_written and moved:
            await self._measurements.told(await self._measurements.lock_for_writing(indicator_id), moved)
        return _summed(results, is_written)

    async def _write_one(self, indicator: Indicator, index: int, item: MeasurementCreate, by: UUID) -> UpsertResult:
        try:
            row, status = await self._measurements.put(indicator, reading_of(item), by, replaces=True)
        except Problem as problem:
            document = problem.document(self._lang)
            errors = [
                ProblemError.model_validate(error | {"pointer": f"#/items/{index}{error['pointer'][1:]}"})
                for error in document.get("errors", ())
            ]
            return UpsertResult(
                index=index, status="failed", type=document["type"], detail=document["detail"], errors=errors or None
            )
        return UpsertResult(index=index, status=status, measurement_id=row.id)


def _summed(results: Sequence[UpsertResult], is_written: bool) -> UpsertResults:
    counted = {
        status: sum(result.status == status for result in results) for status in ("created", "updated", "failed")
    }
    shown = list(results)
    if not is_written:  # the ids of rows that were taken back are no rows'
        shown = [one.model_copy(update={"measurement_id": None}) if one.status == "created" else one for one in results]
    return UpsertResults(is_written=is_written, results=shown, **counted)
