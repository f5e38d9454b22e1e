"""Adding and changing many rows of a plan at once: what imports (XLSX, MS Project, CSV, other tools) are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.activity.service import ActivityService
from services.projects.gate.service import GateService
from services.projects.progress.editing import NAMES_PLAN, Editor
from services.projects.progress.errors import MatchAmbiguous, NothingMatches, RowIncomplete, RowTwice
from services.projects.progress.rollup import MOVING, follow
from services.projects.progress.schemas import UpsertItem
from services.projects.progress.service import ProgressService, blank
from services.projects.progress.telling import enter, facts_of, tell_batch, write
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.kit.problems import Problem
from shared.web.preconditions import check_version

Outcome = Literal["created", "updated", "unchanged", "refused"]


@dataclass(frozen=True)
class ItemResult:
    """What became of the item at `index`. `activity_id` and `version` are None for a row that was not written;
    `problem` says why an item was refused, and its pointers begin at the item (`#/phaseId`)."""

    index: int
    outcome: Outcome
    activity_id: UUID | None = None
    version: int | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class _Step:
    """What one item will do: the row, whether it is new, and the columns to set."""

    index: int
    row: Activity
    is_new: bool
    values: dict[str, Any]


def is_applied(results: Sequence[ItemResult], *, dry_run: bool, all_or_nothing: bool) -> bool:
    """Whether `apply` with these flags wrote what it answered."""
    return not dry_run and not (all_or_nothing and any(one.outcome == "refused" for one in results))


class UpsertService:
    """Upserts into plans of the session's tenant, by one caller.

    `is_agreed` is for a change that was decided as a change request: an approved plan takes no other.
    """

    def __init__(self, session: AsyncSession, caller: Principal, *, is_agreed: bool = False) -> None:
        self._session = session
        self._caller = caller
        self._activities = ActivityService(session)
        self._progress = ProgressService(session, caller, is_agreed=is_agreed)

    async def apply(
        self, project_id: UUID, items: Sequence[UpsertItem], *, dry_run: bool, all_or_nothing: bool
    ) -> list[ItemResult]:
        """Add or change rows of one project; the result of each item, in the order of the items.

        Each item is judged by itself against the plan as it stands, with the same rules, rights and problems as a
        single PATCH or POST. Matching: by `id`; else by `source_ref` and `unit_id` (no unit: the row itself, not its
        rows per unit); else by any pair of `external_ids`. An item that matches nothing becomes a new row, which needs
        `title` and `phase_id`; with an `id` or a `source_ref` it is refused, since those name a row that must be there.
        Two items for one row: the second is refused. `version` is compared where it is given.

        `dry_run` writes nothing. With `all_or_nothing` one refused item keeps all others from being written, although
        each still answers what it would do; without it the good ones are written and the refused ones left out. An
        item is never written in part. What is written is one transaction of the caller's session: a journal entry for
        each row, one `projects.activities.changed.v1` for all, parents rolled up, gates judged again once.

        Raises ProjectNotFound and ProjectClosed, and nothing about a single item.
        """
        project = await ProjectService(self._session).get_active(project_id)
        editor = Editor(self._caller, await self._progress.frame(project, NAMES_PLAN))
        plan = _Planning(
            editor,
            await self._candidates(project_id, items),
            lambda place: blank(self._session, project_id, place),
            await self._activities.last_position(project_id),
        )
        plan.with_children = await self._with_children(plan.rows)
        for index, item in enumerate(items):
            plan.judge(index, item)
        results = plan.results()
        if is_applied(results, dry_run=dry_run, all_or_nothing=all_or_nothing):
            await self._write(project_id, plan.steps)
            return plan.results(is_written=True)
        return results

    async def _candidates(self, project_id: UUID, items: Sequence[UpsertItem]) -> list[Activity]:
        """The rows that items may mean, held until the end of the transaction, with their parents."""
        ids = [item.id for item in items if item.id is not None]
        refs = [item.source_ref for item in items if item.source_ref is not None]
        external = [pair for item in items for pair in _pairs(item.external_ids)]
        found = await self._activities.matching(project_id, ids, refs, external)
        rows = await self._activities.by_ids(found)
        parents = {row.parent_id for row in rows if row.parent_id is not None}
        held = await self._activities.lock_all({*found, *parents})
        return [row for row in held if row.project_id == project_id]

    async def _with_children(self, rows: Iterable[Activity]) -> frozenset[UUID]:
        divided = [row.id for row in rows if row.fan_out is not None]
        children = await self._activities.children(divided) if divided else ()
        return frozenset(child.parent_id for child in children if child.parent_id is not None)

    async def _write(self, project_id: UUID, steps: Sequence[_Step]) -> None:
        added, changed, parents = [], [], set()
        for step in steps:
            if step.is_new:
                added.append(step.row)
                self._activities.add([step.row])
                await enter(self._session, "activity.create", step.row, {}, facts_of(step.row, step.values.keys()))
            elif step.values:
                changed.append(step.row)
                before, after = write(step.row, step.values)
                await enter(self._session, "activity.change", step.row, before, after)
                if step.row.parent_id is not None and not MOVING.isdisjoint(step.values):
                    parents.add(step.row.parent_id)
        await tell_batch(self._session, added, changed)
        moved = await follow(self._session, parents)
        if moved or any("state" in step.values for step in steps):
            await GateService(self._session).reevaluate([project_id])


class _Planning:
    """The working state while items are judged: nothing that it holds is written before all are."""

    def __init__(self, editor: Editor, rows: Sequence[Activity], new_row: Any, last_position: int) -> None:
        self.rows = rows
        self.with_children: frozenset[UUID] = frozenset()
        self.steps: list[_Step] = []
        self._refused: dict[int, Problem] = {}
        self._editor = editor
        self._new_row = new_row
        self._position = last_position
        self._taken: set[UUID] = set()
        self._claimed: set[str] = set()
        self._by_id = {row.id: row for row in rows}
        self._by_ref = {(row.source_ref, row.unit_id): row for row in rows if row.source_ref is not None}
        self._by_external: dict[str, set[UUID]] = {}
        for row in rows:
            for pair in _pairs(row.external_ids):
                self._by_external.setdefault(pair, set()).add(row.id)

    def judge(self, index: int, item: UpsertItem) -> None:
        try:
            row = self._match(item)
            self.steps.append(self._add(index, item) if row is None else self._change(index, item, row))
        except Problem as problem:
            self._refused[index] = problem

    def results(self, *, is_written: bool = False) -> list[ItemResult]:
        found = {index: ItemResult(index, "refused", problem=problem) for index, problem in self._refused.items()}
        for step in self.steps:
            outcome: Outcome = "created" if step.is_new else "updated" if step.values else "unchanged"
            is_there = is_written or not step.is_new
            found[step.index] = ItemResult(
                step.index, outcome, step.row.id if is_there else None, step.row.version if is_there else None
            )
        return [found[index] for index in sorted(found)]

    def _match(self, item: UpsertItem) -> Activity | None:
        if item.id is not None:
            return self._demanded(self._by_id.get(item.id))
        if item.source_ref is not None:
            return self._demanded(self._by_ref.get((item.source_ref, item.unit_id)))
        found = {row_id for pair in _pairs(item.external_ids) for row_id in self._by_external.get(pair, ())}
        if len(found) > 1:
            raise MatchAmbiguous(sorted(found))
        return self._by_id[found.pop()] if found else None

    @staticmethod
    def _demanded(row: Activity | None) -> Activity:
        if row is None:
            raise NothingMatches()
        return row

    def _change(self, index: int, item: UpsertItem, row: Activity) -> _Step:
        if row.id in self._taken:
            raise RowTwice()
        self._taken.add(row.id)
        if item.version is not None:
            check_version(item.version, row.version)
        values = self._editor.changed(row, item, has_children=row.id in self.with_children)
        return _Step(index, row, False, values)

    def _add(self, index: int, item: UpsertItem) -> _Step:
        pairs = set(_pairs(item.external_ids))
        if pairs & self._claimed:
            raise RowTwice()
        missing = [name for name in ("title", "phase_id") if getattr(item, name) is None]
        if missing:
            raise RowIncomplete(missing)
        row: Activity = self._new_row(self._position + 1)
        values = self._editor.new(row, item)
        self._claimed |= pairs
        self._position += 1
        for name, value in values.items():
            setattr(row, name, value)
        return _Step(index, row, True, values)


def _pairs(external_ids: dict[str, str] | None) -> list[str]:
    return [f"{system}={value}" for system, value in (external_ids or {}).items()]
