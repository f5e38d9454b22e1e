"""Judging criteria: what counts, what never does, and the edges of every number."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.gate.evaluation import Facts, judge, state_of
from services.projects.gate.models import GateCriterion, GateWaiver
from services.projects.gate.vocabulary import CriterionState, GateState
from services.projects.signal.models import Signal
from shared.kit.ids import new_id

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
TENANT = new_id()


def criterion(kind: str, *, mandatory: bool = True, **params: Any) -> GateCriterion:
    return GateCriterion(
        tenant_id=TENANT,
        gate_id=new_id(),
        key="key",
        position=1,
        kind=kind,
        params=params,
        title={},
        is_mandatory=mandatory,
        basis="source",
    )


def signal(kind: str, value: dict[str, Any], *, key: str = "", unit: UUID | None = None, age: float = 0) -> Signal:
    return Signal(
        tenant_id=TENANT,
        source="test",
        kind=kind,
        scope="unit" if unit else "tenant",
        scope_id=unit or TENANT,
        key=key,
        value=value,
        observed_at=NOW - timedelta(days=age),
        event_id=new_id(),
        position=1,
    )


def coverage(trained: int, needed: int, *, role: str = "key_person", unit: UUID | None = None) -> Signal:
    return signal("training_coverage", {"trained": trained, "needed": needed}, key=role, unit=unit)


def judged(asked: GateCriterion, *signals: Signal) -> CriterionState:
    return judge(asked, Facts(now=NOW, signals=signals)).state


def roster(age: float) -> Signal:
    return signal("roster_applied", {"version": 1}, age=age)


@pytest.mark.parametrize(
    ("age", "state"), [(0, "met"), (13.9, "met"), (14, "met"), (14.001, "stale"), (400, "stale"), (-1, "met")]
)
def test_a_register_is_fresh_up_to_its_limit_and_stale_after(age: float, state: str) -> None:
    assert judged(criterion("roster_applied", max_age_days=14), roster(age)) == state


def test_a_register_that_was_never_applied_is_unknown() -> None:
    assert judged(criterion("roster_applied", max_age_days=14)) is CriterionState.unknown


def test_a_fresh_register_says_when_it_will_be_stale() -> None:
    seen = judge(criterion("roster_applied", max_age_days=14), Facts(now=NOW, signals=[roster(4)]))
    assert seen.stale_at == NOW + timedelta(days=10)


@pytest.mark.parametrize(
    ("trained", "needed", "state"),
    [(0, 0, "unknown"), (0, 50, "unmet"), (39, 50, "unmet"), (40, 50, "met"), (50, 50, "met"), (4, 5, "met")],
)
def test_coverage_is_met_at_exactly_the_wanted_share(trained: int, needed: int, state: str) -> None:
    assert judged(criterion("training_coverage", role="key_person", min_percent=80), coverage(trained, needed)) == state


def test_coverage_of_another_role_proves_nothing() -> None:
    asked = criterion("training_coverage", role="key_person", min_percent=80)
    assert judged(asked, coverage(50, 50, role="teacher")) is CriterionState.unknown


def test_units_add_up_and_a_figure_for_the_whole_tenant_goes_before_them() -> None:
    asked = criterion("training_coverage", role="key_person", min_percent=80)
    units = [coverage(10, 10, unit=new_id()), coverage(5, 10, unit=new_id())]
    assert judged(asked, *units) is CriterionState.unmet
    assert judged(asked, *units, coverage(9, 10)) is CriterionState.met


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(1, 100))
def test_coverage_agrees_with_the_fraction(trained: int, needed: int, percent: int) -> None:
    asked = criterion("training_coverage", role="key_person", min_percent=percent)
    assert (judged(asked, coverage(trained, needed)) is CriterionState.met) == (trained / needed * 100 >= percent)


def test_a_criterion_without_its_activity_is_unknown() -> None:
    asked = criterion("activity_done")
    asked.activity_id = new_id()
    assert judged(asked) is CriterionState.unknown


def test_a_waiver_counts_and_what_lies_beneath_stays_visible() -> None:
    asked = criterion("roster_applied", max_age_days=14)
    waiver = GateWaiver(
        tenant_id=TENANT, criterion_id=asked.id, reason="r", state_then="unknown", waived_by=new_id(), waived_at=NOW
    )
    seen = judge(asked, Facts(now=NOW, waivers={asked.id: waiver}))
    assert (seen.state, seen.observation.state) == (CriterionState.waived, CriterionState.unknown)
    assert state_of([seen]) is GateState.ready


def test_a_gate_is_ready_only_when_everything_mandatory_is_met() -> None:
    fresh = Facts(now=NOW, signals=[roster(1)])
    met = judge(criterion("roster_applied", max_age_days=14), fresh)
    unknown = judge(criterion("training_coverage", role="key_person", min_percent=1), fresh)
    optional = judge(criterion("training_coverage", mandatory=False, role="key_person", min_percent=1), fresh)
    stale = judge(criterion("roster_applied", max_age_days=0), fresh)
    assert state_of([met, optional]) is GateState.ready
    assert state_of([met, unknown]) is GateState.open
    assert state_of([met, stale]) is GateState.open


def test_a_gate_that_asks_for_nothing_is_never_ready() -> None:
    optional = judge(criterion("roster_applied", mandatory=False, max_age_days=14), Facts(now=NOW, signals=[roster(1)]))
    assert state_of([]) is GateState.open
    assert state_of([optional]) is GateState.open
