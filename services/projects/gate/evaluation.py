"""Judging criteria: from facts to a state, with the reason in words and who must act. Pure.

Nothing that was never observed and nothing that is too old counts as met; a waiver counts, and stays a waiver.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.projects.activity.models import Activity
from services.projects.gate.models import Attestation, GateCriterion, GateWaiver
from services.projects.gate.vocabulary import SATISFIED, CriterionState, GateState
from services.projects.plan.vocabulary import ActivityState, CriterionKind, PartySide
from services.projects.signal.models import Signal
from shared.kit.text import Text


@dataclass(frozen=True)
class MustAct:
    """Whose turn it is: a side, and the role there where one role does such things."""

    side: PartySide
    role: str | None = None


@dataclass(frozen=True)
class Facts:
    """All that the criteria of some gates can read; waivers and attestations are by the id of their criterion."""

    now: datetime
    activities: dict[UUID, Activity] = field(default_factory=dict)
    waivers: dict[UUID, GateWaiver] = field(default_factory=dict)
    attestations: dict[UUID, Attestation] = field(default_factory=dict)
    signals: Sequence[Signal] = ()

    def of_kind(self, kind: str) -> list[Signal]:
        return [signal for signal in self.signals if signal.kind == kind]


@dataclass(frozen=True)
class Observation:
    """What the facts say about one criterion, before any waiver."""

    state: CriterionState
    explanation: Text
    must_act: MustAct
    evidence: dict[str, Any] = field(default_factory=dict)
    observed_at: datetime | None = None
    stale_at: datetime | None = None


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


def _activity_done(criterion: GateCriterion, facts: Facts) -> Observation:
    activity = facts.activities.get(criterion.activity_id) if criterion.activity_id else None
    if activity is None:
        text = Text(sv="Aktiviteten finns inte längre", en="The activity no longer exists")
        return Observation(CriterionState.unknown, text, MustAct(PartySide.customer, "project_leader"))
    must_act = MustAct(PartySide(activity.side or PartySide.joint), None)
    evidence = {"activityId": str(activity.id), "state": activity.state}
    ref = activity.source_ref
    if activity.state == ActivityState.done:
        text = Text(sv=f"Aktiviteten {ref} är klar", en=f"Activity {ref} is done")
        return Observation(CriterionState.met, text, must_act, evidence, activity.done_at)
    text = Text(sv=f"Aktiviteten {ref} är inte klar", en=f"Activity {ref} is not done")
    return Observation(CriterionState.unmet, text, must_act, evidence, activity.updated_at)


def _roster_applied(criterion: GateCriterion, facts: Facts) -> Observation:
    must_act = MustAct(PartySide.customer, "register_admin")
    signals = facts.of_kind(CriterionKind.roster_applied)
    if not signals:
        text = Text(sv="Inget register har införts ännu", en="No register has been applied yet")
        return Observation(CriterionState.unknown, text, must_act)
    newest = max(signals, key=lambda signal: signal.observed_at)
    limit = int(criterion.params["max_age_days"])
    age = facts.now - newest.observed_at
    evidence = {"signalId": str(newest.id), "maxAgeDays": limit, **newest.value}
    if age > timedelta(days=limit):
        text = Text(
            sv=f"Registret infördes senast för {age.days} dagar sedan; högst {limit} godtas",
            en=f"The register was last applied {age.days} days ago; at most {limit} are accepted",
        )
        return Observation(CriterionState.stale, text, must_act, evidence, newest.observed_at)
    text = Text(sv="Registret är infört och aktuellt", en="The register is applied and fresh")
    stale_at = newest.observed_at + timedelta(days=limit)
    return Observation(CriterionState.met, text, must_act, evidence, newest.observed_at, stale_at)


def _training_coverage(criterion: GateCriterion, facts: Facts) -> Observation:
    role, wanted = str(criterion.params["role"]), int(criterion.params["min_percent"])
    must_act = MustAct(PartySide.joint, "trainer")
    of_role = [signal for signal in facts.of_kind(CriterionKind.training_coverage) if signal.key == role]
    # A figure for the whole tenant counts everybody once; figures per unit are added up where it is missing.
    whole = [signal for signal in of_role if signal.scope == "tenant"]
    counted = whole or of_role
    trained = sum(int(signal.value["trained"]) for signal in counted)
    needed = sum(int(signal.value["needed"]) for signal in counted)
    if needed <= 0:
        text = Text(
            sv=f"Det är okänt hur många i rollen {role} som behöver utbildning",
            en=f"It is unknown how many in the role {role} need training",
        )
        return Observation(CriterionState.unknown, text, must_act, {"role": role, "minPercent": wanted})
    evidence = {"role": role, "trained": trained, "needed": needed, "minPercent": wanted}
    observed_at = max(signal.observed_at for signal in counted)
    text = Text(
        sv=f"{trained} av {needed} i rollen {role} är utbildade; minst {wanted} % krävs",
        en=f"{trained} of {needed} in the role {role} are trained; at least {wanted} % is required",
    )
    state = CriterionState.met if trained * 100 >= wanted * needed else CriterionState.unmet
    return Observation(state, text, must_act, evidence, observed_at)


def _attestation(criterion: GateCriterion, facts: Facts) -> Observation:
    side = PartySide(str(criterion.params["side"]))
    must_act = MustAct(side, "project_leader")
    given = facts.attestations.get(criterion.id)
    if given is None:
        text = Text(sv="Ingen har intygat detta ännu", en="Nobody has attested this yet")
        return Observation(CriterionState.unmet, text, must_act)
    evidence = {"attestationId": str(given.id), "side": given.side}
    text = Text(sv="Intygat", en="Attested")
    return Observation(CriterionState.met, text, must_act, evidence, given.attested_at)


_OBSERVERS: dict[CriterionKind, Callable[[GateCriterion, Facts], Observation]] = {
    CriterionKind.activity_done: _activity_done,
    CriterionKind.roster_applied: _roster_applied,
    CriterionKind.training_coverage: _training_coverage,
    CriterionKind.attestation: _attestation,
}
