"""Whether a member is ready for its wave, judged from how its project stands. Pure; nobody sets it by hand.

Ready is: the readiness survey came to the programme's least score, and no gate is late. What is older than 90 days says
nothing any more, and what nobody told is unknown, never ready.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.projects.standing.facts import Standing

STALE_AFTER = timedelta(days=90)


class ReadinessState(StrEnum):
    unknown = "unknown"
    not_ready = "not_ready"
    ready = "ready"
    waived = "waived"


class Lack(StrEnum):
    """What keeps a member from being ready."""

    no_report = "no_report"
    no_score = "no_score"
    stale = "stale"
    score_below = "score_below"
    gates_late = "gates_late"


@dataclass(frozen=True)
class Readiness:
    """The state, and everything that it lacks; a waived member may still lack something, which stays visible."""

    state: ReadinessState
    lacks: tuple[Lack, ...] = ()


def judge(
    standing: Standing | None, told_at: datetime | None, min_score: int, now: datetime, *, is_waived: bool = False
) -> Readiness:
    """`told_at` is when the standing was true: the present instant for a project of the same tenant."""
    found = _judged(standing, told_at, min_score, now)
    if is_waived and found.state is not ReadinessState.ready:
        return Readiness(ReadinessState.waived, found.lacks)
    return found


def _judged(standing: Standing | None, told_at: datetime | None, min_score: int, now: datetime) -> Readiness:
    if standing is None or told_at is None:
        return Readiness(ReadinessState.unknown, (Lack.no_report,))
    score, scored_at = standing.readiness.score, standing.readiness.observed_at
    if score is None or scored_at is None:
        return Readiness(ReadinessState.unknown, (Lack.no_score,))
    if now - min(scored_at, told_at) > STALE_AFTER:
        return Readiness(ReadinessState.unknown, (Lack.stale,))
    lacks = [Lack.score_below] if score < min_score else []
    if standing.gates.late:
        lacks.append(Lack.gates_late)
    return Readiness(ReadinessState.not_ready if lacks else ReadinessState.ready, tuple(lacks))
