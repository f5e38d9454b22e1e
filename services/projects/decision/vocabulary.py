"""The states of a decision, and how surely the source was read."""

from enum import StrEnum


class DecisionState(StrEnum):
    """`decided` is final; a successor that is decided makes it `superseded`. `withdrawn` was never decided."""

    open = "open"
    decided = "decided"
    superseded = "superseded"
    withdrawn = "withdrawn"


class Certainty(StrEnum):
    good = "good"
    medium = "medium"
    low = "low"
