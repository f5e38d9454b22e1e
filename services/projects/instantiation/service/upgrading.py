"""Writing a reviewed upgrade into the rows of a plan."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.gate.service import GateService
from services.projects.instantiation.comparison import Row, link_key
from services.projects.instantiation.draft import Draft
from services.projects.instantiation.repository import InstantiationRepository
from services.projects.instantiation.rows import PlanRows
from services.projects.instantiation.threeway import RowChange, RowState
from services.projects.instantiation.verdicts import Verdicts
from services.projects.plan.window import Window

_CHANGED = frozenset({RowState.template, RowState.both, RowState.conflict})


class PlanUpgrader:
    """Applies the changes of one upgrade to one plan. `drawn` are the rows that the new version would write."""

    def __init__(self, session: AsyncSession, ours: PlanRows, drawn: PlanRows, draft: Draft) -> None:
        self._session = session
        self._rows = InstantiationRepository(session)
        self._gates = GateService(session)
        self._drawn = drawn
        self._draft = draft
        self._ours = _Index(ours)
        self._theirs = _Index(drawn)

    async def apply(self, changes: Sequence[RowChange], verdicts: Verdicts) -> None:
        """Every change that is taken, sections in the order in which rows refer to each other."""
        for change in changes:
            if not verdicts.takes_theirs(change):
                continue
            present, wanted = self._ours.get(change), self._theirs.get(change)
            if present is None and wanted is not None and change.state in {RowState.new, RowState.conflict}:
                await self._add(change, wanted)
            elif present is not None and wanted is None and change.state in {RowState.removed, RowState.conflict}:
                await self._remove(present)
            elif present is not None and wanted is not None and change.state in _CHANGED:
                await self._change(change, present, wanted)
        await self._session.flush()
        await self._follow_options()

    async def _add(self, change: RowChange, row: Any) -> None:
        if change.section in {"activities", "gates"}:
            row.phase_id = self._phase(row.phase_id)
        if change.section == "dependencies":
            ends = (self._activity(row.predecessor_id), self._activity(row.successor_id))
            if None in ends:
                return  # one of its rows was removed by the project
            row.predecessor_id, row.successor_id = ends
        self._ours.put(change, row)
        if change.section == "gates":
            await self._gates.add([row], self._criteria(row.id))
        else:
            await self._rows.keep([row])
        if isinstance(row, Activity):
            await self._share(row, row)
            await self._repeat(row)

    async def _remove(self, row: Row) -> None:
        if isinstance(row, Activity):
            await self._rows.take_away(row)
        else:
            await self._rows.remove([row])

    async def _change(self, change: RowChange, present: Any, wanted: Any) -> None:
        for field in change.fields:
            if not field.is_theirs:
                continue
            if field.name == "participants":
                await self._rows.unshare(present)
                await self._share(present, wanted)
            elif field.name == "phase":
                present.phase_id = self._phase(wanted.phase_id)
            elif field.name == "window":
                await self._set_window(present, wanted.window)
            else:
                await self._set(present, field.name, getattr(wanted, field.name))
        if hasattr(present, "touch"):
            present.touch()
        if isinstance(present, Activity):
            await self._session.flush()
            await self._repeat(present)

    async def _set(self, row: Any, column: str, value: Any) -> None:
        """A value on a row, and on those of its rows per unit that still have the former one."""
        former = getattr(row, column)
        setattr(row, column, value)
        if isinstance(row, Activity) and row.fan_out is not None and column != "fan_out":
            await self._rows.follow(row, {column: (former, value)})

    async def _set_window(self, row: Any, window: Window | None) -> None:
        former = {name: getattr(row, name) for name in _WINDOW}
        row.set_window(window)
        if isinstance(row, Activity) and row.fan_out is not None:
            await self._rows.follow(row, {name: (former[name], getattr(row, name)) for name in _WINDOW})

    async def _share(self, activity: Activity, drawn: Activity) -> None:
        shares = [share for share in self._drawn.participations if share.activity_id == drawn.id]
        taken = await self._rows.is_accounted(activity.id)
        for share in shares:
            share.activity_id = activity.id
        await self._rows.keep([share for share in shares if not (taken and share.raci == "A")])

    async def _repeat(self, activity: Activity) -> None:
        drawn = next((a for a in self._draft.activities if a.row.source_ref == activity.source_ref), None)
        if drawn is not None:
            await self._rows.add_children([(activity.id, unit.id) for unit in drawn.units])

    async def _follow_options(self) -> None:
        """Rows follow the options of the new version, where they depend on the option that it names."""
        for drawn in self._draft.activities:
            row = self._ours.activities.get(drawn.row.source_ref)
            wants = drawn.row.enabled_if == getattr(row, "option_key", None)
            if row is not None and row.deleted_at is None and wants and row.is_enabled != drawn.is_enabled:
                await self._rows.enable(row, drawn.is_enabled)

    def _criteria(self, gate_id: UUID) -> list[Any]:
        found = [criterion for criterion in self._drawn.criteria if criterion.gate_id == gate_id]
        for criterion in found:
            if criterion.activity_id is not None:
                criterion.activity_id = self._activity(criterion.activity_id)
        return [one for one in found if one.activity_id is not None or one.kind != "activity_done"]

    def _phase(self, drawn_id: UUID) -> UUID:
        key = next(phase.key for phase in self._drawn.phases if phase.id == drawn_id)
        return self._ours.phases[key].id

    def _activity(self, drawn_id: UUID) -> UUID | None:
        ref = next(str(row.source_ref) for row in self._drawn.activities if row.id == drawn_id)
        row = self._ours.activities.get(ref)
        return row.id if row is not None else None


_WINDOW = ("window_start", "window_end", "window_precision", "window_tentative")


class _Index:
    """The rows of a plan by section and key."""

    def __init__(self, rows: PlanRows) -> None:
        refs = {row.id: str(row.source_ref) for row in rows.activities}
        self.phases = {row.key: row for row in rows.phases}
        self.activities = {str(row.source_ref): row for row in rows.activities}
        self._sections: dict[str, dict[str, Any]] = {
            "phases": dict(self.phases),
            "tracks": {row.key: row for row in rows.tracks},
            "gates": {row.key: row for row in rows.gates},
            "dependencies": {
                link_key(row, refs): row
                for row in rows.dependencies
                if row.predecessor_id in refs and row.successor_id in refs
            },
        }

    def get(self, change: RowChange) -> Any:
        if change.section == "activities":
            return self.activities.get(change.key)
        return self._sections[change.section].get(change.key)

    def put(self, change: RowChange, row: Any) -> None:
        if change.section == "phases":
            self.phases[change.key] = row
        if change.section == "activities":
            self.activities[change.key] = row
        else:
            self._sections[change.section][change.key] = row
