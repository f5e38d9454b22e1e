"""The word lists of goals and measurements."""

from enum import StrEnum


class GoalKind(StrEnum):
    vision = "vision"
    programme = "programme"
    project = "project"
    effect = "effect"


class GoalState(StrEnum):
    """`unreachable` is said openly: whoever must know is informed (IM-G)."""

    active = "active"
    reached = "reached"
    unreachable = "unreachable"
    dropped = "dropped"


class IndicatorDirection(StrEnum):
    """Whether more or less of it is better."""

    up = "up"
    down = "down"


class IndicatorScope(StrEnum):
    """Measured for the project as a whole, or for each unit (and as a whole)."""

    project = "project"
    unit = "unit"


class MeasurementKind(StrEnum):
    baseline = "baseline"
    target = "target"
    actual = "actual"
