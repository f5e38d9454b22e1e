"""Criteria about facts of this service: activities, attestations, and what its features computed from their rows. Pure.

A fact that no feature has told yet is unknown, with a sentence that says who must tell it; never met.
"""

from typing import Any

from services.projects.gate.facts import Facts, MustAct, Observation, aged, met_if
from services.projects.gate.models import GateCriterion
from services.projects.gate.vocabulary import CriterionState
from services.projects.plan.vocabulary import ActivityState, FactKind, PartySide, RiskLevel
from services.projects.signal.models import Signal
from shared.kit.text import Text

_LEADER = MustAct(PartySide.customer, "project_leader")
_APPROVER = MustAct(PartySide.customer, "approver")


def activity_done(criterion: GateCriterion, facts: Facts) -> Observation:
    activity = facts.activities.get(criterion.activity_id) if criterion.activity_id else None
    if activity is None:
        text = Text(sv="Aktiviteten finns inte längre", en="The activity no longer exists")
        return Observation(CriterionState.unknown, text, _LEADER)
    must_act = MustAct(PartySide(activity.side or PartySide.joint), None)
    evidence = {"activityId": str(activity.id), "state": activity.state}
    ref = activity.source_ref
    if activity.state == ActivityState.done:
        text = Text(sv=f"Aktiviteten {ref} är klar", en=f"Activity {ref} is done", da=f"Aktiviteten {ref} er færdig")
        return Observation(CriterionState.met, text, must_act, evidence, activity.done_at)
    text = Text(
        sv=f"Aktiviteten {ref} är inte klar", en=f"Activity {ref} is not done", da=f"Aktiviteten {ref} er ikke færdig"
    )
    return Observation(CriterionState.unmet, text, must_act, evidence, activity.updated_at)


def attestation(criterion: GateCriterion, facts: Facts) -> Observation:
    side = PartySide(str(criterion.params["side"]))
    must_act = MustAct(side, "project_leader")
    given = facts.attestations.get(criterion.id)
    if given is None:
        text = Text(
            sv="Ingen har intygat detta ännu", en="Nobody has attested this yet", da="Ingen har attesteret dette endnu"
        )
        return Observation(CriterionState.unmet, text, must_act)
    evidence = {"attestationId": str(given.id), "side": given.side}
    text = Text(sv="Intygat", en="Attested")
    return Observation(CriterionState.met, text, must_act, evidence, given.attested_at)


def decision_taken(criterion: GateCriterion, facts: Facts) -> Observation:
    key = str(criterion.params["decision"])
    told = facts.told.own(FactKind.decision_taken, key)
    if told is None:
        text = Text(
            sv=f"Okänt: beslutet {key} är inte registrerat; kunden lägger upp det bland besluten",
            en=f"Unknown: the decision {key} is not registered; the customer enters it among the decisions",
        )
        return _unknown(text, _APPROVER, decision=key)
    if told.value.get("taken") is True:
        text = Text(sv=f"Beslutet {key} är fattat", en=f"The decision {key} is taken")
    else:
        text = Text(sv=f"Beslutet {key} är inte fattat", en=f"The decision {key} is not taken")
    return _seen(told, told.value.get("taken") is True, text, _APPROVER, decision=key)


def survey_score(criterion: GateCriterion, facts: Facts) -> Observation:
    key, wanted = str(criterion.params["survey"]), int(criterion.params["min_score"])
    told = facts.told.own(FactKind.survey_score, key)
    score = told.value.get("score") if told is not None else None
    if told is None or score is None:
        text = Text(
            sv=f"Okänt: enkäten {key} har inga svar; kunden skickar ut den",
            en=f"Unknown: the survey {key} has no answers; the customer sends it out",
        )
        return _unknown(text, _LEADER, survey=key, minScore=wanted)
    text = Text(
        sv=f"Enkäten {key} ger {score}; minst {wanted} krävs",
        en=f"The survey {key} gives {score}; at least {wanted} is required",
    )
    seen = _seen(told, float(score) >= wanted, text, _LEADER, survey=key, minScore=wanted)
    return aged(seen, criterion.params.get("max_age_days"), facts.now)


def copylog_empty(criterion: GateCriterion, facts: Facts) -> Observation:
    told = facts.told.own(FactKind.copylog_empty)
    if told is None:
        text = Text(
            sv="Okänt: ingen kopia och ingen miljö är loggad; den som gör kopior loggar dem",
            en="Unknown: no copy and no environment is logged; whoever makes copies logs them",
        )
        return _unknown(text, MustAct(PartySide.joint, "project_leader"))
    count = int(told.value["open"])
    if count:
        text = Text(
            sv=f"{count} kopior eller miljöer med skarpa uppgifter är inte gallrade",
            en=f"{count} copies or environments with live data are not purged",
        )
    else:
        text = Text(sv="Alla kopior är gallrade", en="All copies are purged", da="Alle kopier er slettet")
    return _seen(told, count == 0, text, MustAct(PartySide.joint, "project_leader"))


def risk_below(criterion: GateCriterion, facts: Facts) -> Observation:
    level, area = RiskLevel(str(criterion.params["level"])), str(criterion.params.get("area") or "")
    told = facts.told.own(FactKind.risk_level, area)
    unassessed = int(told.value["unassessed"]) if told is not None else 0
    highest = told.value.get("highest") if told is not None else None
    reached = highest is not None and RiskLevel(str(highest)).rank >= level.rank
    if told is not None and reached:
        text = Text(
            sv=f"En risk har nivån {highest} utan att vara accepterad; den ska ligga under {level}",
            en=f"A risk has the level {highest} without being accepted; it must lie below {level}",
        )
        return _seen(told, False, text, _LEADER, level=level.value, area=area)
    if told is None or unassessed:
        text = Text(
            sv=f"Okänt: {unassessed} risker är inte bedömda; parterna bedömer dem",
            en=f"Unknown: {unassessed} risks are not assessed; the parties assess them",
        )
        if told is None:
            text = Text(
                sv="Okänt: riskregistret är tomt; parterna för in sina risker",
                en="Unknown: the risk register is empty; the parties enter their risks",
            )
        return _unknown(text, _LEADER, level=level.value, area=area, unassessed=unassessed)
    text = Text(sv=f"Alla risker ligger under {level}", en=f"All risks lie below {level}")
    return _seen(told, True, text, _LEADER, level=level.value, area=area)


def goal_ready(criterion: GateCriterion, facts: Facts) -> Observation:
    goal = str(criterion.params.get("goal") or "")
    told = facts.told.own(FactKind.goal_ready, goal)
    if told is None or int(told.value["goals"]) == 0:
        text = Text(
            sv="Okänt: inga mål är registrerade; kunden för in mål och mätetal",
            en="Unknown: no goals are registered; the customer enters goals and indicators",
        )
        return _unknown(text, _LEADER, goal=goal)
    goals, ready = int(told.value["goals"]), int(told.value["ready"])
    text = Text(sv=f"{ready} av {goals} mål kan mätas", en=f"{ready} of {goals} goals can be measured")
    return _seen(told, ready >= goals, text, _LEADER, goal=goal)


def meeting_held(criterion: GateCriterion, facts: Facts) -> Observation:
    body, wanted = str(criterion.params["body"]), int(criterion.params["min_count"])
    told = facts.told.own(FactKind.meeting_held, body)
    if told is None:
        text = Text(
            sv=f"Okänt: organet {body} har inga möten; projektledarna planerar dem",
            en=f"Unknown: the body {body} has no meetings; the project leaders plan them",
        )
        return _unknown(text, _LEADER, body=body, minCount=wanted)
    held = int(told.value["held"])
    text = Text(
        sv=f"Organet {body} har hållit {held} möten; minst {wanted} krävs",
        en=f"The body {body} has held {held} meetings; at least {wanted} are required",
    )
    return _seen(told, held >= wanted, text, _LEADER, body=body, minCount=wanted)


def _unknown(text: Text, must_act: MustAct, **evidence: Any) -> Observation:
    return Observation(CriterionState.unknown, text, must_act, evidence)


def _seen(signal: Signal, holds: bool, text: Text, must_act: MustAct, **evidence: Any) -> Observation:
    said = {"signalId": str(signal.id), **signal.value, **evidence}
    return Observation(met_if(holds), text, must_act, said, signal.observed_at)
