"""Criteria about what other services told: registers, training, sync in operation and real logins. Pure."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.projects.gate.facts import Facts, MustAct, Observation, aged, met_if
from services.projects.gate.models import GateCriterion
from services.projects.gate.vocabulary import CriterionState
from services.projects.plan.vocabulary import CriterionKind, FactKind, PartySide
from services.projects.signal.models import Signal
from shared.auth.principal import Acr
from shared.kit.text import Text


def roster_applied(criterion: GateCriterion, facts: Facts) -> Observation:
    must_act = MustAct(PartySide.customer, "register_admin")
    signals = facts.told.of_kind(CriterionKind.roster_applied)
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


def training_coverage(criterion: GateCriterion, facts: Facts) -> Observation:
    role, wanted = str(criterion.params["role"]), int(criterion.params["min_percent"])
    must_act = MustAct(PartySide.joint, "trainer")
    of_role = [signal for signal in facts.told.of_kind(CriterionKind.training_coverage) if signal.key == role]
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
    return Observation(met_if(trained * 100 >= wanted * needed), text, must_act, evidence, observed_at)


def sync_verified(criterion: GateCriterion, facts: Facts) -> Observation:
    must_act = MustAct(PartySide.joint, "register_admin")
    told = facts.told.by("sync", FactKind.sync_verified)
    # A wave need not wait for the schools of a later one: of named units, each must have been told of, and hold.
    if units := {str(unit) for unit in criterion.params.get("units") or ()}:
        told = [signal for signal in told if signal.scope == "unit" and str(signal.scope_id) in units]
        told = told if len({str(signal.scope_id) for signal in told}) == len(units) else []
    if not told:
        text = Text(
            sv="Okänt: tjänsten sync har inte berättat om någon verifierad överföring",
            en="Unknown: the service sync has told of no verified transfer",
            da="Ukendt: tjenesten sync har ikke fortalt om nogen verificeret overførsel",
        )
        return Observation(CriterionState.unknown, text, must_act)
    wanted, allowed = int(criterion.params["min_days"]), int(criterion.params["max_drift"])
    # What was told of the whole counts every unit; of single units all must hold, so the worst of them decides.
    worst = min(told, key=_by_worth)
    days, drift = int(worst.value["days"]), int(worst.value["drift"])
    held, differs, needed = _number(days, _DAY), _number(drift, _DEVIATION), _number(wanted, _DAY)
    text = Text(
        sv=f"Överföringen har hållit i {held.sv} med {differs.sv}; {needed.sv} och högst {allowed} krävs",
        en=f"The transfer has held for {held.en} with {differs.en}; {needed.en} and at most {allowed} needed",
        da=f"Overførslen har holdt i {held.da} med {differs.da}; {needed.da} og højst {allowed} kræves",
    )
    evidence = {"signalId": str(worst.id), "days": days, "drift": drift, "minDays": wanted, "maxDrift": allowed}
    holds = days >= wanted and drift <= allowed
    if not holds:
        text, more = _why_not_verified(worst, text, facts)
        evidence |= more
    seen = Observation(met_if(holds), text, must_act, evidence, worst.observed_at)
    return aged(seen, criterion.params.get("max_age_days"), facts.now)


_DAY = (Text(sv="dag", en="day", da="dag"), Text(sv="dagar", en="days", da="dage"))
_DEVIATION = (
    Text(sv="avvikelse", en="deviation", da="afvigelse"),
    Text(sv="avvikelser", en="deviations", da="afvigelser"),
)


def _number(count: int, words: tuple[Text, Text]) -> Text:
    """A number and what it counts, one or several of it."""
    word = words[0] if count == 1 else words[1]
    return Text(sv=f"{count} {word.sv}", en=f"{count} {word.en}", da=f"{count} {word.da or word.en}")


def _by_worth(signal: Signal) -> tuple[bool, int, int]:
    return signal.scope != "tenant", int(signal.value["days"]), -int(signal.value["drift"])


_LEGS = {
    "registerOk": Text(sv="registret stämmer inte", en="the register's leg fails", da="registret stemmer ikke"),
    "platformOk": Text(
        sv="plattformens egen export stämmer inte",
        en="the platform's own export does not agree",
        da="platformens egen eksport stemmer ikke",
    ),
}


def _why_not_verified(worst: Signal, text: Text, facts: Facts) -> tuple[Text, dict[str, Any]]:
    """Which leg fails, and at which unit it is worst; by name where the plan knows the unit."""
    value = worst.value
    legs = [words for leg, words in _LEGS.items() if value.get(leg) is False]
    unit = value.get("worstUnitId") or (str(worst.scope_id) if worst.scope == "unit" else None)
    evidence = {"reasons": value.get("reasons", []), "worstUnitId": unit}
    for words in legs:
        text = Text(sv=f"{text.sv}; {words.sv}", en=f"{text.en}; {words.en}", da=f"{text.da}; {words.da}")
    if unit:
        name = facts.unit_names.get(UUID(unit), unit)
        text = Text(sv=f"{text.sv}; värst: {name}", en=f"{text.en}; worst: {name}", da=f"{text.da}; værst: {name}")
    return text, evidence


def login_verified(criterion: GateCriterion, facts: Facts) -> Observation:
    must_act = MustAct(PartySide.customer, "tenant_admin")
    methods, acr = [str(name) for name in criterion.params["methods"]], criterion.params.get("acr")
    newest = {
        method: next(iter(facts.told.by("identity", FactKind.login_verified, method)), None) for method in methods
    }
    untold = [method for method, signal in newest.items() if signal is None]
    evidence = {"methods": methods, "acr": acr}
    if untold:
        named = ", ".join(untold)
        text = Text(
            sv=f"Okänt: tjänsten identity har inte berättat om någon inloggning med {named}",
            en=f"Unknown: the service identity has told of no login with {named}",
            da=f"Ukendt: tjenesten identity har ikke fortalt om noget login med {named}",
        )
        return Observation(CriterionState.unknown, text, must_act, evidence)
    told = {method: signal for method, signal in newest.items() if signal is not None}
    failing = [method for method, signal in told.items() if not _reaches(signal, acr)]
    observed_at = min(signal.observed_at for signal in told.values())
    if failing:
        named = ", ".join(failing)
        text = Text(
            sv=f"Inloggning med {named} är inte verifierad på den nivå som krävs",
            en=f"Login with {named} is not verified at the level that is required",
        )
        return Observation(CriterionState.unmet, text, must_act, evidence | {"failing": failing}, observed_at)
    text = Text(sv="Alla valda inloggningar är verifierade", en="All chosen logins are verified")
    return Observation(CriterionState.met, text, must_act, evidence, observed_at)


def _reaches(signal: Signal, acr: str | None) -> bool:
    if signal.value.get("verified") is not True:
        return False
    given = signal.value.get("acr")
    return acr is None or (given in list(Acr) and Acr(given).at_least(Acr(acr)))
