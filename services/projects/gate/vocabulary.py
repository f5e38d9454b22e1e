"""The states of gates and criteria."""

from enum import StrEnum


class GateState(StrEnum):
    """`passed`: every mandatory criterion was met. `waived`: passed although some were waived, shown for ever."""

    open = "open"
    ready = "ready"
    passed = "passed"
    waived = "waived"


CLOSED = (GateState.passed, GateState.waived)


class CriterionState(StrEnum):
    """`unknown`: nothing was ever observed. `stale`: it was, but too long ago. Neither is ever ready."""

    met = "met"
    unmet = "unmet"
    unknown = "unknown"
    stale = "stale"
    waived = "waived"


SATISFIED = (CriterionState.met, CriterionState.waived)
