"""Letting the criteria of undecided gates follow a plan that was drawn anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.gate.models import GateCriterion
from services.projects.gate.service import GateService, GateView
from services.projects.gate.vocabulary import CLOSED
from services.projects.instantiation.draft import Draft, DraftCriterion
from services.projects.instantiation.repository import InstantiationRepository
from services.projects.instantiation.rows import criterion_row
from shared.kit.text import Text

MOST_GATES = 1000


@dataclass(frozen=True)
class CriterionEffect:
    """What becomes of one criterion. `kept`: it would go, but somebody waived or attested it, which stays on record."""

    gate_id: UUID
    gate_key: str
    key: str
    title: Text
    effect: Literal["added", "removed", "changed", "kept"]


class CriteriaFollower:
    """Compares what undecided gates ask for with what two drawings say, and makes it so."""

    def __init__(self, session: AsyncSession) -> None:
        self._gates = GateService(session)
        self._rows = InstantiationRepository(session)

    async def follow(self, project_id: UUID, before: Draft, after: Draft, *, write: bool) -> list[CriterionEffect]:
        """The effects of going from one drawing to the other, written where `write` says so.

        What only the project has (no drawing knows it) is left alone. Gates that were passed keep what they asked.
        """
        known, wanted = _by_key(before), _by_key(after)
        effects: list[CriterionEffect] = []
        for view in await self._gates.list_after(project_id, None, MOST_GATES):
            if view.gate.state in CLOSED or view.gate.key not in wanted:
                continue
            follower = _GateFollower(view, known.get(view.gate.key, {}), wanted[view.gate.key])
            effects += follower.effects()
            if write:
                activities = await self._rows.parents(project_id)
                await self._rows.remove([criterion for criterion, kept in follower.gone() if not kept])
                for criterion, drawn in follower.changed():
                    criterion.params, criterion.title = drawn.params, drawn.title.model_dump()
                    criterion.is_mandatory = drawn.is_mandatory
                await self._gates.add([], follower.rows(activities))
        return effects


class _GateFollower:
    """One undecided gate between two drawings."""

    def __init__(self, view: GateView, known: dict[str, DraftCriterion], wanted: dict[str, DraftCriterion]) -> None:
        self._gate = view.gate
        self._present = {judged.criterion.key: judged for judged in view.judged}
        self._known = known
        self._wanted = wanted

    def effects(self) -> list[CriterionEffect]:
        return [
            *(self._effect(key, drawn.title, "added") for key, drawn in self._new().items()),
            *(self._effect(row.key, Text(**row.title), "kept" if kept else "removed") for row, kept in self.gone()),
            *(self._effect(row.key, drawn.title, "changed") for row, drawn in self.changed()),
        ]

    def gone(self) -> list[tuple[GateCriterion, bool]]:
        """Criteria that the first drawing had and the second lacks; True where a decision holds it."""
        return [
            (judged.criterion, judged.waiver is not None or "attestationId" in judged.observation.evidence)
            for key, judged in self._present.items()
            if key in self._known and key not in self._wanted
        ]

    def changed(self) -> list[tuple[GateCriterion, DraftCriterion]]:
        """Criteria whose parameters or words differ between the drawings, and not by what the project did itself."""
        return [
            (judged.criterion, self._wanted[key])
            for key, judged in self._present.items()
            if key in self._known and key in self._wanted and _asks(self._known[key]) != _asks(self._wanted[key])
        ]

    def rows(self, activities: dict[str, UUID]) -> list[GateCriterion]:
        last = max((judged.criterion.position for judged in self._present.values()), default=0)
        return [
            criterion_row(drawn, self._gate, activities, last + place)
            for place, drawn in enumerate(self._new().values(), start=1)
            if drawn.activity is None or drawn.activity in activities
        ]

    def _new(self) -> dict[str, DraftCriterion]:
        return {
            key: drawn for key, drawn in self._wanted.items() if key not in self._present and key not in self._known
        }

    def _effect(self, key: str, title: Text, effect: Literal["added", "removed", "changed", "kept"]) -> CriterionEffect:
        return CriterionEffect(self._gate.id, self._gate.key, key, title, effect)


def _by_key(draft: Draft) -> dict[str, dict[str, DraftCriterion]]:
    return {gate.row.key: {criterion.key: criterion for criterion in gate.criteria} for gate in draft.gates}


def _asks(criterion: DraftCriterion) -> Sequence[Any]:
    return criterion.params, criterion.title, criterion.is_mandatory
