"""The matrix of direction decisions [SKA/BÖR/KAN], and what units use of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.body.change import tell
from services.projects.body.errors import Unresolved
from services.projects.decision.errors import NoMatrixCell
from services.projects.decision.models import Decision, FunctionUsage
from services.projects.decision.rights import refusal_to_mark_usage
from services.projects.decision.schemas import MatrixCell, UnusedFunction, UsageCreate
from services.projects.decision.service import DecisionService
from services.projects.decision.vocabulary import DecisionState
from services.projects.plan.vocabulary import Modality, SchoolForm
from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from services.projects.unit.models import Unit
from services.projects.unit.service import UnitService
from shared.auth.principal import Principal
from shared.web.models import ApiModel

_ORDER = list(Modality)
_SCHOOL = "school"


class MatrixService:
    """The matrix of a project and its use."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._decisions = DecisionService(session)
        self._units = UnitService(session)

    async def cells(
        self, project_id: UUID, *, modality: Modality | None = None, school_form: SchoolForm | None = None
    ) -> list[MatrixCell]:
        """The cells in force, the most binding first; a decided one hides what is being prepared to replace it."""
        found = [one for one in await self._cells(project_id) if modality is None or one.modality == modality]
        if school_form is not None:
            found = [one for one in found if not one.school_forms or school_form in one.school_forms]
        used = Counter(mark.decision_key for mark in await self._decisions.usages(project_id) if mark.is_in_use)
        return [_cell(one, used[one.key]) for one in found]

    async def unused(
        self, project_id: UUID, *, modality: Modality, unit_id: UUID | None = None
    ) -> Sequence[UnusedFunction]:
        """Decided functions that units are to use and have not said that they do, by unit and cell.

        Without `unit_id` of every school. Raises Unresolved for a unit that is not there.
        """
        cells = [one for one in await self._cells(project_id) if one.state == DecisionState.decided]
        wanted = [one for one in cells if one.modality == modality and one.function is not None]
        used = {
            (mark.decision_key, mark.unit_id) for mark in await self._decisions.usages(project_id) if mark.is_in_use
        }
        return list(_unused(wanted, await self._asked(unit_id), used))

    async def mark(self, decision_id: UUID, said: UsageCreate, caller: Principal) -> FunctionUsage:
        """Say whether a unit uses a function. Raises DecisionNotFound, NotYours, NoMatrixCell, Unresolved."""
        demand(refusal_to_mark_usage(caller, said.unit_id))
        decision = await self._decisions.get(decision_id, lock=True)
        await ProjectService(self._session).get_active(decision.project_id)
        if decision.modality is None:
            raise NoMatrixCell()
        if not await self._units.by_ids([said.unit_id]):
            raise Unresolved("#/unitId", said.unit_id)
        mark = await self._decisions.usage(decision.project_id, decision.key, said.unit_id)
        if mark is None:
            mark = FunctionUsage(
                tenant_id=decision.tenant_id,
                project_id=decision.project_id,
                decision_key=decision.key,
                unit_id=said.unit_id,
                is_in_use=said.is_in_use,
            )
            await self._decisions.add([mark])
        else:
            mark.touch()
        mark.is_in_use, mark.since, mark.marked_by = said.is_in_use, said.since, caller.subject
        after = {"decision_key": mark.decision_key, "unit_id": mark.unit_id, "is_in_use": mark.is_in_use}
        await tell(self._session, mark.project_id, "function_usage", "mark", mark, after=after)
        return mark

    async def _cells(self, project_id: UUID) -> list[Decision]:
        by_key: dict[str, Decision] = {}
        for one in await self._decisions.in_force(project_id):
            is_decided = one.state == DecisionState.decided
            if one.modality is not None and (is_decided or one.key not in by_key):
                by_key[one.key] = one
        return sorted(by_key.values(), key=lambda one: (_ORDER.index(Modality(str(one.modality))), one.key))

    async def _asked(self, unit_id: UUID | None) -> Sequence[Unit]:
        if unit_id is None:
            units = await self._units.by_ids(await self._units.present_ids())
            return sorted((unit for unit in units if unit.kind == _SCHOOL), key=lambda unit: (unit.name, unit.id))
        units = await self._units.by_ids([unit_id])
        if not units:
            raise Unresolved("query:unitId", unit_id)
        return units


def _unused(cells: Sequence[Decision], units: Sequence[Unit], used: set[tuple[str, UUID]]) -> Iterator[UnusedFunction]:
    for unit in units:
        for cell in cells:
            concerns = not cell.school_forms or not unit.school_forms or set(cell.school_forms) & set(unit.school_forms)
            if concerns and (cell.key, unit.id) not in used:
                computed = {"decision_id": cell.id, "unit_id": unit.id}
                yield UnusedFunction.model_validate(_shared(cell, UnusedFunction) | computed)


def _cell(decision: Decision, units_in_use: int) -> MatrixCell:
    computed = {"decision_id": decision.id, "units_in_use": units_in_use}
    return MatrixCell.model_validate(_shared(decision, MatrixCell) | computed)


def _shared(decision: Decision, shape: type[ApiModel]) -> dict[str, object]:
    return {name: value for name, value in decision.model_dump().items() if name in shape.model_fields}
