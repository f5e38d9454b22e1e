"""The closed word lists of risks."""

from enum import StrEnum


class MatrixKind(StrEnum):
    """`axis` is the source's one scale; `grid` crosses likelihood with consequence, and is our addition."""

    axis = "axis"
    grid = "grid"


class RiskState(StrEnum):
    open = "open"
    closed = "closed"


class AssessmentKind(StrEnum):
    """Before any measure, as things are now, and as they are expected to be when the measures are done."""

    inherent = "inherent"
    current = "current"
    residual = "residual"


class TriggerState(StrEnum):
    """`unknown`: nobody told the facts that the trigger reads. It is not quiet."""

    triggered = "triggered"
    quiet = "quiet"
    unknown = "unknown"


class ProposalState(StrEnum):
    new = "new"
    promoted = "promoted"
    dismissed = "dismissed"
