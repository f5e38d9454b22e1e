"""Criteria about facts that features and other services tell: unknown, unmet, met, stale, waived for each kind."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.projects.gate.evaluation import Facts, judge
from services.projects.gate.models import GateCriterion, GateWaiver
from services.projects.gate.vocabulary import CriterionState
from services.projects.signal.models import Signal
from shared.kit.ids import new_id

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
TENANT, PROJECT = new_id(), new_id()

KINDS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    # criterion kind: its parameters, and the signal that it reads with its key and source
    "decision_taken": ({"decision": "migration"}, "decision_taken", "migration", "projects"),
    "survey_score": ({"survey": "readiness", "min_score": 70}, "survey_score", "readiness", "projects"),
    "copylog_empty": ({}, "copylog_empty", "", "projects"),
    "risk_below": ({"level": "large"}, "risk_level", "", "projects"),
    "goal_ready": ({}, "goal_ready", "", "projects"),
    "meeting_held": ({"body": "steering", "min_count": 2}, "meeting_held", "steering", "projects"),
    "sync_verified": ({"min_days": 14, "max_drift": 5, "max_age_days": 7}, "sync_verified", "", "sync"),
    "login_verified": ({"methods": ["sso"]}, "login_verified", "sso", "identity"),
}
TABLE: list[tuple[str, dict[str, Any], str]] = [
    ("decision_taken", {"taken": True}, "met"),
    ("decision_taken", {"taken": False}, "unmet"),
    ("decision_taken", {}, "unmet"),
    ("survey_score", {"score": 70, "responses": 3}, "met"),
    ("survey_score", {"score": 69.9, "responses": 3}, "unmet"),
    ("survey_score", {"score": None, "responses": 0}, "unknown"),
    ("copylog_empty", {"open": 0, "overdue": 0}, "met"),
    ("copylog_empty", {"open": 1, "overdue": 0}, "unmet"),
    ("risk_below", {"highest": "medium", "unassessed": 0}, "met"),
    ("risk_below", {"highest": None, "unassessed": 0}, "met"),
    ("risk_below", {"highest": "large", "unassessed": 0}, "unmet"),
    ("risk_below", {"highest": "severe", "unassessed": 2}, "unmet"),
    ("risk_below", {"highest": "small", "unassessed": 1}, "unknown"),
    ("goal_ready", {"goals": 3, "ready": 3}, "met"),
    ("goal_ready", {"goals": 3, "ready": 2}, "unmet"),
    ("goal_ready", {"goals": 0, "ready": 0}, "unknown"),
    ("meeting_held", {"held": 2, "missed": 0}, "met"),
    ("meeting_held", {"held": 1, "missed": 4}, "unmet"),
    ("sync_verified", {"days": 14, "drift": 5}, "met"),
    ("sync_verified", {"days": 13, "drift": 0}, "unmet"),
    ("sync_verified", {"days": 90, "drift": 6}, "unmet"),
    ("login_verified", {"verified": True, "acr": "urn:startklar:loa:basic"}, "met"),
    ("login_verified", {"verified": False, "acr": "urn:startklar:loa:eid3"}, "unmet"),
    ("login_verified", {"verified": "yes"}, "unmet"),
]


def asked(kind: str, **params: Any) -> GateCriterion:
    return GateCriterion(
        tenant_id=TENANT,
        gate_id=new_id(),
        key="key",
        position=1,
        kind=kind,
        params=KINDS[kind][0] | params,
        title={},
        basis="source",
    )


def told(
    kind: str, value: dict[str, Any], *, source: str | None = None, age: float = 0, project: UUID = PROJECT
) -> Signal:
    _, name, key, owner = KINDS[kind]
    is_own = owner == "projects"
    return Signal(
        tenant_id=TENANT,
        source=source or owner,
        kind=name,
        scope="project" if is_own else "tenant",
        scope_id=project if is_own else TENANT,
        key=key,
        value=value,
        observed_at=NOW - timedelta(days=age),
        event_id=new_id(),
        position=1,
    )


def state(criterion: GateCriterion, *signals: Signal) -> str:
    return judge(criterion, Facts(now=NOW, signals=signals).of_project(PROJECT)).state.value


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_told_is_unknown_and_says_so(kind: str) -> None:
    seen = judge(asked(kind), Facts(now=NOW))
    assert seen.state is CriterionState.unknown
    assert seen.observation.explanation.en.startswith("Unknown: ")
    assert seen.observation.explanation.sv.startswith("Okänt: ")


@pytest.mark.parametrize(("kind", "value", "wanted"), TABLE)
def test_each_kind_is_judged_by_its_numbers(kind: str, value: dict[str, Any], wanted: str) -> None:
    assert state(asked(kind), told(kind, value)) == wanted


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, value, wanted in TABLE if wanted == "met"])
def test_a_fact_from_any_other_source_or_project_proves_nothing(kind: str, value: dict[str, Any]) -> None:
    assert state(asked(kind), told(kind, value, source="training")) == "unknown"
    if KINDS[kind][3] == "projects":
        assert state(asked(kind), told(kind, value, project=new_id())) == "unknown"


@pytest.mark.parametrize(("kind", "value", "wanted"), TABLE)
def test_a_waiver_counts_above_whatever_is_known(kind: str, value: dict[str, Any], wanted: str) -> None:
    criterion = asked(kind)
    waiver = GateWaiver(
        tenant_id=TENANT,
        criterion_id=criterion.id,
        reason="r",
        state_then=wanted,
        waived_by=new_id(),
        waived_at=NOW,
    )
    seen = judge(criterion, Facts(now=NOW, waivers={criterion.id: waiver}, signals=[told(kind, value)]))
    assert (seen.state.value, seen.observation.state.value) == ("waived", wanted)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("survey_score", {"score": 90, "responses": 9}), ("sync_verified", {"days": 30, "drift": 0})],
)
def test_a_kind_with_a_limit_is_stale_after_it_and_says_when(kind: str, value: dict[str, Any]) -> None:
    criterion = asked(kind, max_age_days=7)
    assert state(criterion, told(kind, value, age=7)) == "met"
    assert state(criterion, told(kind, value, age=7.01)) == "stale"
    seen = judge(criterion, Facts(now=NOW, signals=[told(kind, value, age=4)]))
    assert seen.stale_at == NOW + timedelta(days=3)


def test_a_survey_without_a_limit_never_grows_stale() -> None:
    assert state(asked("survey_score"), told("survey_score", {"score": 90}, age=900)) == "met"


def test_every_method_must_be_verified_at_the_level_that_is_asked_for() -> None:
    criterion = asked("login_verified", methods=["sso", "eid"], acr="urn:startklar:loa:eid2")
    sso = told("login_verified", {"verified": True, "acr": "urn:startklar:loa:eid3"})
    assert state(criterion, sso) == "unknown"
    eid = told("login_verified", {"verified": True, "acr": "urn:startklar:loa:strong"})
    eid.key = "eid"
    assert state(criterion, sso, eid) == "unmet"
    eid.value = {"verified": True, "acr": "urn:startklar:loa:eid2"}
    assert state(criterion, sso, eid) == "met"
    eid.value = {"verified": True, "acr": "made up"}
    assert state(criterion, sso, eid) == "unmet"


def test_an_area_is_judged_by_its_own_risks() -> None:
    criterion = asked("risk_below", area="migration")
    whole = told("risk_below", {"highest": "severe", "unassessed": 0})
    area = told("risk_below", {"highest": "small", "unassessed": 0})
    area.key = "migration"
    assert state(criterion, whole) == "unknown"
    assert state(criterion, whole, area) == "met"
