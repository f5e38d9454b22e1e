"""The word lists of lessons and requirements."""

from enum import StrEnum


class LessonKind(StrEnum):
    """`status` is a fact about how far things are; `quality_step` one of the steps that repeat (HAN-Q, MIT-L)."""

    lesson = "lesson"
    status = "status"
    quality_step = "quality_step"


class RequirementState(StrEnum):
    open = "open"
    accepted = "accepted"
    rejected = "rejected"
