"""What a governance body is (requirements 0, HAN-GOV, VA-GOV)."""

from enum import StrEnum


class BodyLevel(StrEnum):
    strategic = "strategic"
    effect = "effect"
    operative = "operative"
    advisory = "advisory"
    union = "union"
    programme = "programme"
    pilot = "pilot"


class Mandate(StrEnum):
    """`advisory` is heard, and never owns a decision."""

    decides = "decides"
    advisory = "advisory"
