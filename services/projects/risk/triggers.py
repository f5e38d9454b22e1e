"""Whether the facts raise a risk by themselves: each trigger reads one thing and says why. Pure.

What nobody has told is unknown, never quiet.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.projects.plan.vocabulary import FactKind, RiskTrigger
from services.projects.risk.vocabulary import TriggerState
from services.projects.signal.facts import Told
from services.projects.signal.models import Signal
from shared.kit.text import Text

MIN_PERCENT = 80
HORIZON_DAYS = 28


@dataclass(frozen=True)
class Delivery:
    """A third party's deliverable that is not done: who owes it, and the last day of its window."""

    activity_id: UUID
    party: str
    due: date | None


@dataclass(frozen=True)
class Hours:
    """Hours of work that begins soon: what is planned, and what of it somebody named has taken on."""

    planned: Decimal | None
    assigned: Decimal


@dataclass(frozen=True)
class TriggerFacts:
    """All that triggers read. `deliveries` and `hours` are counted from the plan's own rows."""

    today: date
    told: Told = field(default_factory=Told)
    deliveries: tuple[Delivery, ...] = ()
    has_deliveries: bool = False
    hours: Hours = Hours(None, Decimal(0))


@dataclass(frozen=True)
class TriggerSeen:
    """What the facts say: the state, the sentence, and what it was read from."""

    state: TriggerState
    explanation: Text
    evidence: dict[str, Any] = field(default_factory=dict)


def judge_trigger(kind: RiskTrigger, params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    return _TRIGGERS[kind](params, facts)


def _third_party_overdue(params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    if not facts.has_deliveries:
        return _unknown(
            "planen har ingen leverans från tredje part; lägg in dem som leveranser med den externa parten",
            "the plan has no third party's deliverable; enter them as deliverables with their external party",
        )
    late = [each for each in facts.deliveries if each.due is not None and each.due < facts.today]
    evidence = {"activityIds": [str(each.activity_id) for each in late]}
    return _state(
        bool(late),
        Text(
            sv=f"{len(late)} leveranser från tredje part är sena", en=f"{len(late)} third-party deliverables are late"
        ),
        evidence,
    )


def _hours_short(params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    planned, assigned = facts.hours.planned, facts.hours.assigned
    if planned is None:
        return _unknown(
            "inga timmar är planerade för arbete som snart börjar; ange dem på aktiviteternas deltagare",
            "no hours are planned for work that begins soon; give them on the activities' participants",
        )
    text = Text(
        sv=f"{assigned} av {planned} planerade timmar är bemannade",
        en=f"{assigned} of {planned} planned hours are taken on by somebody",
    )
    return _state(assigned < planned, text, {"planned": str(planned), "assigned": str(assigned)})


def _decision_overdue(params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    told = facts.told.own(FactKind.decision_overdue)
    if told is None:
        return _unknown("inga beslut med datum är registrerade", "no decisions with a due date are registered")
    count = int(told.value["overdue"])
    return _told(told, count > 0, Text(sv=f"{count} beslut är försenade", en=f"{count} decisions are overdue"))


def _unpurged_copies(params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    told = facts.told.own(FactKind.copylog_empty)
    if told is None:
        return _unknown("inga kopior är loggade", "no copies are logged")
    count = int(told.value.get("overdue", 0))
    text = Text(sv=f"{count} kopior skulle ha varit gallrade", en=f"{count} copies should have been purged")
    return _told(told, count > 0, text)


def _training_coverage_below(params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    role = str(params.get("role") or "key_person")
    told = _whole(facts.told.by("training", "training_coverage", role))
    return _share(told, "trained", "needed", params, ("är utbildade", "are trained"), "training")


def _attendance_below(params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    told = _whole(facts.told.by("training", FactKind.attendance, str(params.get("role") or "key_person")))
    return _share(told, "attended", "invited", params, ("kom till utbildningen", "came to their training"), "training")


def _trained_without_account(params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    """Quiet only where the platform itself showed that people get in: what nobody saw is unknown."""
    told = _whole(facts.told.by("training", FactKind.accounts_missing, str(params.get("role") or "key_person")))
    if not told:
        return _silent("training")
    trained, granted, missing, unknown = (
        sum(int(each.value[name]) for each in told) for name in ("trained", "granted", "missing", "unknown")
    )
    if missing == 0 and (unknown > 0 or granted == 0):
        return _unknown(
            f"av {trained} utbildade har {granted} setts nå plattformen",
            f"of {trained} trained people {granted} were seen to reach the platform",
        )
    text = Text(
        sv=f"{missing} av {trained} utbildade når inte plattformen; om {unknown} är det okänt",
        en=f"{missing} of {trained} trained people cannot reach the platform; of {unknown} it is unknown",
        da=f"{missing} af {trained} uddannede har ikke adgang til platformen; om {unknown} er det ukendt",
    )
    return _told(told[0], missing > 0, text)


def _key_persons_without_time(params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    told = _whole(facts.told.by("training", FactKind.key_persons))
    if not told or not any(int(each.value["appointed"]) for each in told):
        return _silent("training")
    count = sum(int(each.value["withoutTime"]) for each in told)
    text = Text(
        sv=f"{count} nyckelpersoner saknar plats på utbildning som de behöver snart eller har avbokat",
        en=f"{count} key persons have no seat in training that they need soon or lost",
        da=f"{count} nøglepersoner mangler plads på uddannelse, som de snart behøver eller har mistet",
    )
    return _told(told[0], count > 0, text)


def _guardians_before_content(params: dict[str, Any], facts: TriggerFacts) -> TriggerSeen:
    told = facts.told.by("sync", FactKind.guardian_stage)
    if not told:
        return _silent("sync")
    wanted = int(params.get("minPercent") or MIN_PERCENT)
    content, is_open = float(told[0].value["contentPercent"]), bool(told[0].value["open"])
    text = Text(
        sv=f"Vårdnadshavare {'är anslutna' if is_open else 'är inte anslutna'}; {content:g} % av innehållet finns",
        en=f"Guardians {'are' if is_open else 'are not'} connected; {content:g} % of the content is there",
    )
    return _told(told[0], is_open and content < wanted, text, minPercent=wanted)


def _whole(told: list[Signal]) -> list[Signal]:
    """What is told of the whole authority counts everybody once; figures of units stand in where it is missing."""
    return [each for each in told if each.scope == "tenant"] or told


def _share(
    told: list[Signal], part: str, whole: str, params: dict[str, Any], words: tuple[str, str], source: str
) -> TriggerSeen:
    needed = sum(int(each.value[whole]) for each in told)
    if needed <= 0:
        return _silent(source)
    count, wanted = sum(int(each.value[part]) for each in told), int(params.get("minPercent") or MIN_PERCENT)
    text = Text(
        sv=f"{count} av {needed} {words[0]}; minst {wanted} % väntas",
        en=f"{count} of {needed} {words[1]}; at least {wanted} % is expected",
    )
    evidence = {part: count, whole: needed, "minPercent": wanted}
    return _state(count * 100 < wanted * needed, text, evidence)


def _silent(source: str) -> TriggerSeen:
    return _unknown(f"tjänsten {source} har inte berättat om det", f"the service {source} has not told of it")


def _unknown(sv: str, en: str) -> TriggerSeen:
    return TriggerSeen(TriggerState.unknown, Text(sv=f"Okänt: {sv}", en=f"Unknown: {en}"))


def _told(signal: Signal, is_raised: bool, text: Text, **evidence: Any) -> TriggerSeen:
    return _state(is_raised, text, {"signalId": str(signal.id), **signal.value, **evidence})


def _state(is_raised: bool, text: Text, evidence: dict[str, Any]) -> TriggerSeen:
    return TriggerSeen(TriggerState.triggered if is_raised else TriggerState.quiet, text, evidence)


_TRIGGERS: dict[RiskTrigger, Callable[[dict[str, Any], TriggerFacts], TriggerSeen]] = {
    RiskTrigger.attendance_below: _attendance_below,
    RiskTrigger.trained_without_account: _trained_without_account,
    RiskTrigger.unpurged_copies: _unpurged_copies,
    RiskTrigger.guardians_before_content: _guardians_before_content,
    RiskTrigger.decision_overdue: _decision_overdue,
    RiskTrigger.assigned_hours_below_planned: _hours_short,
    RiskTrigger.third_party_overdue: _third_party_overdue,
    RiskTrigger.training_coverage_below: _training_coverage_below,
    RiskTrigger.key_persons_without_time: _key_persons_without_time,
}
