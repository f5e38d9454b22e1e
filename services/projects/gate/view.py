"""A gate as its caller sees it, and why it stands where it stands."""

from collections.abc import Iterator
from datetime import date

from services.projects.gate.errors import GateBlocked, GateClosed
from services.projects.gate.evaluation import Judged
from services.projects.gate.schemas import (
    Blocker,
    ChainLink,
    CriterionPublic,
    GateExplanation,
    GatePublic,
    MustActPublic,
    WaiverPublic,
)
from services.projects.gate.service import GateView
from services.projects.gate.vocabulary import CLOSED, GateState
from services.projects.plan.vocabulary import ActivityState, PartySide
from services.projects.plan.words import SIDES
from services.projects.project.rights import refusal_to_decide
from shared.auth.principal import Principal
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction

_SHORT_KEY = 3


def show(view: GateView, caller: Principal, lang: Lang, today: date) -> GatePublic:
    window = view.gate.window
    computed = {
        "window": window,
        "is_overdue": view.state not in CLOSED and window is not None and window.is_overdue(today),
        "state": view.state,
        "criteria": [_criterion(judged) for judged in view.judged],
        "allowed_actions": _actions(view, caller, lang),
    }
    return GatePublic.model_validate(view.gate.model_dump() | computed)


def _criterion(judged: Judged) -> CriterionPublic:
    seen = judged.observation
    computed = {
        "state": judged.state,
        "observed": seen.state,
        "explanation": seen.explanation,
        "evidence": seen.evidence,
        "observed_at": seen.observed_at,
        "must_act": MustActPublic.model_validate(seen.must_act),
        "waiver": WaiverPublic.model_validate(judged.waiver) if judged.waiver else None,
    }
    return CriterionPublic.model_validate(judged.criterion.model_dump() | computed)


def _actions(view: GateView, caller: Principal, lang: Lang) -> list[AllowedAction]:
    """Passing and waiving, each with the reason where it is not possible now."""
    refusal = refusal_to_decide(caller)
    closed = GateClosed.title if view.state in CLOSED else None
    blocked = None if view.state is GateState.ready else GateBlocked.title
    reasons = {"pass": refusal or closed or blocked, "waive": refusal or closed}
    paths = {"pass": "passes", "waive": "waivers"}
    return [
        AllowedAction(
            action=action,
            method="POST",
            href=f"/projects/v1/gates/{view.gate.id}/{paths[action]}",
            allowed=reason is None,
            reason=reason and reason.pick(lang),
        )
        for action, reason in reasons.items()
    ]


def explain(view: GateView) -> GateExplanation:
    return GateExplanation(
        gate_id=view.gate.id,
        state=view.state,
        summary=_summary(view),
        blocking=[
            Blocker(
                criterion_id=judged.criterion.id,
                key=judged.criterion.key,
                state=judged.state,
                explanation=judged.observation.explanation,
                sentence=_sentence(view, judged),
                must_act=MustActPublic.model_validate(judged.observation.must_act),
                chain=list(_chain(view, judged)),
            )
            for judged in view.blocking
        ],
    )


def gate_name(view: GateView) -> Text:
    """What people call the gate in a sentence: its title, behind a short key such as M1; a long one tells nothing."""
    key, title = view.gate.key.upper(), Text.model_validate(view.gate.title)
    key = f"{key} " if len(key) <= _SHORT_KEY else ""
    return Text(sv=f"Grind {key}”{title.sv}”", en=f"Gate {key}“{title.en}”", da=f"Port {key}”{title.da or title.en}”")


def _sentence(view: GateView, judged: Judged) -> Text:
    """ "Gate M1 “Establishment closed” waits for “The plan is approved”: why (who must act)"."""
    gate, criterion = gate_name(view), Text.model_validate(judged.criterion.title)
    why, side = judged.observation.explanation, SIDES[judged.observation.must_act.side]
    return Text(
        sv=f"{gate.sv} väntar på ”{criterion.sv}”: {why.sv} ({side.sv})",
        en=f"{gate.en} waits for “{criterion.en}”: {why.en} ({side.en})",
        da=f"{gate.da} venter på ”{criterion.da or criterion.en}”: {why.da or why.en} ({side.da})",
    )


def _summary(view: GateView) -> Text:
    if view.state in CLOSED:
        return Text(sv="Grinden är passerad", en="The gate has been passed", da="Porten er passeret")
    if view.state is GateState.ready:
        return Text(
            sv="Allt obligatoriskt är uppfyllt; kundens godkännare kan passera grinden",
            en="All that is mandatory is met; the customer's approver can pass the gate",
            da="Alt obligatorisk er opfyldt; kundens godkender kan passere porten",
        )
    count = len(view.blocking)
    if count == 1:
        return Text(
            sv="1 obligatoriskt kriterium återstår",
            en="1 mandatory criterion remains",
            da="1 obligatorisk betingelse mangler",
        )
    return Text(
        sv=f"{count} obligatoriska kriterier återstår",
        en=f"{count} mandatory criteria remain",
        da=f"{count} obligatoriske betingelser mangler",
    )


def _chain(view: GateView, judged: Judged) -> Iterator[ChainLink]:
    """From the gate to the fact that is missing."""
    gate, criterion = view.gate, judged.criterion
    yield ChainLink(kind="gate", id=gate.id, label=Text.model_validate(gate.title), state=view.state)
    label = Text.model_validate(criterion.title)
    yield ChainLink(kind="criterion", id=criterion.id, label=label, state=judged.state)
    activity = judged.activity
    if activity is None:
        yield ChainLink(kind="signal", id=None, label=judged.observation.explanation, state=judged.observation.state)
        return
    title = Text.model_validate(activity.title)
    yield ChainLink(kind="activity", id=activity.id, label=title, state=activity.state)
    needed = activity.needed_decision
    if needed and not needed.get("answered") and activity.state == ActivityState.planned:
        side = PartySide(needed["by"])
        question = Text.model_validate(needed["question"])
        yield ChainLink(kind="decision", id=None, label=question, state=f"awaits_{side}")
