"""Judging criteria: from facts to a state, with the reason in words and who must act. Pure.

Nothing that was never observed and nothing that is too old counts as met; a waiver counts, and stays a waiver.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.projects.activity.models import Activity
from services.projects.gate import observers_own, observers_told, observers_training
from services.projects.gate.facts import Facts, MustAct, Observation
from services.projects.gate.models import GateCriterion, GateWaiver
from services.projects.gate.vocabulary import SATISFIED, CriterionState, GateState
from services.projects.plan.vocabulary import CriterionKind, FactKind

__all__ = ["Facts", "Judged", "MustAct", "Observation", "judge", "named_units", "signal_kinds", "state_of"]


@dataclass(frozen=True)
class Judged:
    """A criterion with its state. `observation` is what lies beneath a waiver."""

    criterion: GateCriterion
    state: CriterionState
    observation: Observation
    waiver: GateWaiver | None = None
    activity: Activity | None = None

    @property
    def is_blocking(self) -> bool:
        return self.criterion.is_mandatory and self.state not in SATISFIED

    @property
    def stale_at(self) -> datetime | None:
        """When a criterion that holds today stops holding although nothing happens; None if it never does."""
        return self.observation.stale_at if self.state is CriterionState.met else None

    def snapshot(self) -> dict[str, Any]:
        """What is kept of it with a decision: ids, states and numbers."""
        observed_at = self.observation.observed_at
        return {
            "criterion_id": str(self.criterion.id),
            "key": self.criterion.key,
            "state": self.state.value,
            "observed": self.observation.state.value,
            "observed_at": observed_at.isoformat() if observed_at else None,
            "evidence": self.observation.evidence,
        }


def judge(criterion: GateCriterion, facts: Facts) -> Judged:
    observation = _OBSERVERS[CriterionKind(criterion.kind)](criterion, facts)
    waiver = facts.waivers.get(criterion.id)
    state = CriterionState.waived if waiver is not None else observation.state
    activity = facts.activities.get(criterion.activity_id) if criterion.activity_id else None
    return Judged(criterion, state, observation, waiver, activity)


def state_of(judged: Sequence[Judged]) -> GateState:
    """Ready when every mandatory criterion is met or waived; a gate that asks for nothing is never ready."""
    mandatory = [each for each in judged if each.criterion.is_mandatory]
    if mandatory and not any(each.is_blocking for each in mandatory):
        return GateState.ready
    return GateState.open


def signal_kinds(criteria: Sequence[GateCriterion]) -> list[str]:
    """The kinds of signals that these criteria read."""
    known = {_SIGNALS[kind] for criterion in criteria if (kind := CriterionKind(criterion.kind)) in _SIGNALS}
    named = {str(each.params["signal"]) for each in criteria if each.kind == CriterionKind.training_ready}
    return sorted(known | named)


def named_units(criteria: Sequence[GateCriterion]) -> set[UUID]:
    """The units that criteria ask for by name."""
    return {UUID(unit) for criterion in criteria for unit in criterion.params.get("units") or ()}


_SIGNALS: dict[CriterionKind, str] = {
    CriterionKind.roster_applied: "roster_applied",
    CriterionKind.training_coverage: "training_coverage",
    CriterionKind.decision_taken: FactKind.decision_taken,
    CriterionKind.survey_score: FactKind.survey_score,
    CriterionKind.copylog_empty: FactKind.copylog_empty,
    CriterionKind.risk_below: FactKind.risk_level,
    CriterionKind.sync_verified: FactKind.sync_verified,
    CriterionKind.login_verified: FactKind.login_verified,
    CriterionKind.goal_ready: FactKind.goal_ready,
    CriterionKind.meeting_held: FactKind.meeting_held,
}
_OBSERVERS: dict[CriterionKind, Callable[[GateCriterion, Facts], Observation]] = {
    CriterionKind.activity_done: observers_own.activity_done,
    CriterionKind.attestation: observers_own.attestation,
    CriterionKind.decision_taken: observers_own.decision_taken,
    CriterionKind.survey_score: observers_own.survey_score,
    CriterionKind.copylog_empty: observers_own.copylog_empty,
    CriterionKind.risk_below: observers_own.risk_below,
    CriterionKind.goal_ready: observers_own.goal_ready,
    CriterionKind.meeting_held: observers_own.meeting_held,
    CriterionKind.roster_applied: observers_told.roster_applied,
    CriterionKind.training_coverage: observers_told.training_coverage,
    CriterionKind.sync_verified: observers_told.sync_verified,
    CriterionKind.login_verified: observers_told.login_verified,
    CriterionKind.training_ready: observers_training.training_ready,
}
