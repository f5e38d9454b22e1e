"""What may wait for a person, and how urgent it is."""

from enum import StrEnum


class ItemKind(StrEnum):
    activity = "activity"
    change_request = "change_request"
    data_request = "data_request"
    decision = "decision"
    escalation = "escalation"
    gate = "gate"
    meeting = "meeting"
    survey = "survey"


class Urgency(StrEnum):
    """`late`: its last day is over. `due`: it ends within 14 days. `open`: later, or on no day at all."""

    late = "late"
    due = "due"
    open = "open"


DUE_DAYS = 14
