"""What a criterion can read, and what reading it says: the parts that every observer shares. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.projects.activity.models import Activity
from services.projects.gate.models import Attestation, GateWaiver
from services.projects.gate.vocabulary import CriterionState
from services.projects.plan.vocabulary import PartySide
from services.projects.signal.facts import Told
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
    unit_names: dict[UUID, str] = field(default_factory=dict)

    @property
    def told(self) -> Told:
        return Told(tuple(self.signals))

    def of_project(self, project_id: UUID) -> "Facts":
        """Without what was told about other projects of the tenant."""
        return replace(self, signals=Told.about(project_id, self.signals).signals)


@dataclass(frozen=True)
class Observation:
    """What the facts say about one criterion, before any waiver."""

    state: CriterionState
    explanation: Text
    must_act: MustAct
    evidence: dict[str, Any] = field(default_factory=dict)
    observed_at: datetime | None = None
    stale_at: datetime | None = None


def met_if(holds: bool) -> CriterionState:
    return CriterionState.met if holds else CriterionState.unmet


def aged(seen: Observation, max_age_days: int | None, now: datetime) -> Observation:
    """The observation, unless it is older than its kind allows: then nothing is known any more."""
    if max_age_days is None or seen.observed_at is None:
        return seen
    limit = timedelta(days=max_age_days)
    if now - seen.observed_at > limit:
        days = (now - seen.observed_at).days
        text = Text(
            sv=f"Uppgiften är {days} dagar gammal; högst {max_age_days} godtas",
            en=f"The fact is {days} days old; at most {max_age_days} are accepted",
            da=f"Oplysningen er {days} dage gammel; højst {max_age_days} accepteres",
        )
        return replace(seen, state=CriterionState.stale, explanation=text)
    return replace(seen, stale_at=seen.observed_at + limit)
