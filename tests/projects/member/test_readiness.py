"""Readiness is judged from facts: their score, their gates and their age."""

from datetime import UTC, datetime, timedelta

import pytest

from services.projects.member.readiness import Lack, ReadinessState, judge
from services.projects.standing.facts import GatesStanding, ReadinessStanding, Standing, UnitsStanding

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def standing(score: float | None = 80, *, late: int = 0, age: timedelta = DAY) -> Standing:
    return Standing(
        activities=[],
        gates=GatesStanding(total=5, passed=0, waived=0, open=5, late=late),
        units=UnitsStanding(total=0, ready=0),
        readiness=ReadinessStanding(score=score, responses=None, observed_at=NOW - age),
        training=[],
    )


@pytest.mark.parametrize(
    ("found", "told_at", "state", "lacks"),
    [
        (None, None, "unknown", [Lack.no_report]),
        (standing(None), NOW, "unknown", [Lack.no_score]),
        (standing(70), NOW, "ready", []),
        (standing(69.9), NOW, "not_ready", [Lack.score_below]),
        (standing(69, late=1), NOW, "not_ready", [Lack.score_below, Lack.gates_late]),
        (standing(100, late=1), NOW, "not_ready", [Lack.gates_late]),
        (standing(100, age=90 * DAY), NOW, "ready", []),
        (standing(100, age=91 * DAY), NOW, "unknown", [Lack.stale]),
        (standing(100), NOW - 91 * DAY, "unknown", [Lack.stale]),
    ],
)
def test_readiness_follows_from_the_facts(
    found: Standing | None, told_at: datetime | None, state: str, lacks: list[Lack]
) -> None:
    judged = judge(found, told_at, 70, NOW)
    assert (judged.state, list(judged.lacks)) == (state, lacks)


def test_a_waiver_lets_in_and_hides_nothing() -> None:
    judged = judge(standing(10), NOW, 70, NOW, is_waived=True)
    assert (judged.state, judged.lacks) == (ReadinessState.waived, (Lack.score_below,))


def test_who_is_ready_needs_no_waiver() -> None:
    assert judge(standing(), NOW, 70, NOW, is_waived=True).state is ReadinessState.ready
