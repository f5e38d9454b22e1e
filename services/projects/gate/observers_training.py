"""Criteria about what training computed: key persons, attendance, access, trainers, waiting people. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.projects.gate.facts import Facts, MustAct, Observation, met_if
from services.projects.gate.models import GateCriterion
from services.projects.gate.vocabulary import CriterionState
from services.projects.plan.vocabulary import FactKind, PartySide
from services.projects.signal.models import Signal
from shared.kit.text import Text


@dataclass(frozen=True)
class _Reading:
    """How a signal is read: `opens` counts what stands in the way, `unseen` what nobody knows."""

    opens: Callable[[dict[str, Any]], int]
    words: Text
    unseen: Callable[[dict[str, Any]], int] | None = None


_READINGS: dict[str, _Reading] = {
    FactKind.key_persons: _Reading(
        lambda value: int(value["missing"]),
        Text(
            sv="enheter utan utbildad nyckelperson",
            en="units without a trained key person",
            da="enheder uden uddannet nøgleperson",
        ),
    ),
    FactKind.attendance: _Reading(
        lambda value: int(value["noShow"]),
        Text(sv="uteblev från utbildningen", en="stayed away from their training", da="udeblev fra uddannelsen"),
        lambda value: int(value["unmarked"]),
    ),
    FactKind.missed: _Reading(
        lambda value: int(value["missed"]),
        Text(
            sv="uteblev och har ingen ny plats",
            en="stayed away and have no later seat",
            da="udeblev og har ingen ny plads",
        ),
    ),
    FactKind.accounts_missing: _Reading(
        lambda value: int(value["missing"]),
        Text(
            sv="utbildade når inte plattformen",
            en="trained people cannot reach the platform",
            da="uddannede har ikke adgang til platformen",
        ),
        lambda value: int(value["unknown"]) + int(value["pending"]),
    ),
    FactKind.trainer_capacity: _Reading(
        lambda value: int(value["withoutTrainer"]),
        Text(sv="tillfällen utan utbildare", en="sessions without a trainer", da="sessioner uden underviser"),
    ),
    FactKind.course_demand: _Reading(
        lambda value: int(value["waiting"]) if int(value["free"]) == 0 else 0,
        Text(
            sv="väntar på en plats som inte finns",
            en="wait for a seat that there is not",
            da="venter på en plads, der ikke findes",
        ),
    ),
}
SIGNALS = tuple(str(kind) for kind in _READINGS)
_BY_ROLE = (FactKind.attendance, FactKind.missed, FactKind.accounts_missing)
_MUST_ACT = MustAct(PartySide.customer, "trainer")


def training_ready(criterion: GateCriterion, facts: Facts) -> Observation:
    """No more than `max_open` stand in the way, by the signal named. What was never told, or cannot be seen, is
    unknown."""
    kind, wanted = str(criterion.params["signal"]), int(criterion.params["max_open"])
    reading = _READINGS[kind]
    told = [signal for signal in _of_kind(facts, criterion, kind) if signal.scope == "tenant"]
    evidence: dict[str, Any] = {"signal": kind, "maxOpen": wanted}
    if not told:
        text = Text(
            sv="Okänt: tjänsten training har inte berättat om det",
            en="Unknown: the service training has not told of it",
            da="Ukendt: tjenesten training har ikke fortalt om det",
        )
        return Observation(CriterionState.unknown, text, _MUST_ACT, evidence)
    found = sum(reading.opens(signal.value) for signal in told)
    unseen = sum(reading.unseen(signal.value) for signal in told) if reading.unseen else 0
    evidence |= {"open": found, "unseen": unseen}
    text = Text(
        sv=f"{found} {reading.words.sv}; högst {wanted} godtas",
        en=f"{found} {reading.words.en}; at most {wanted} are accepted",
        da=f"{found} {reading.words.pick('da')}; højst {wanted} accepteres",
    )
    if found <= wanted < found + unseen:
        text = Text(
            sv=f"{text.sv}; om {unseen} är det okänt",
            en=f"{text.en}; of {unseen} it is unknown",
            da=f"{text.da}; om {unseen} er det ukendt",
        )
        state = CriterionState.unknown
    else:
        state = met_if(found <= wanted)
    return Observation(state, text, _MUST_ACT, evidence, max(signal.observed_at for signal in told))


def _of_kind(facts: Facts, criterion: GateCriterion, kind: str) -> list[Signal]:
    if kind in _BY_ROLE:
        return facts.told.by("training", kind, str(criterion.params["role"]))
    return [signal for signal in facts.told.of_kind(kind) if signal.source == "training"]
