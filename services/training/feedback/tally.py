"""Adding up answers, question by question, so that what one person said to several cannot be put together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

STEP = 5
"""So many answers become visible together, and fewer never do (k-anonymity)."""


@dataclass
class Tally:
    """The answers to one question."""

    question: str
    kind: str
    counts: dict[str, int] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    mean: float | None = None


def add_up(answers: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]]) -> list[Tally]:
    """One tally for each question that anybody answered, those of the form first. Comments in alphabetical order.

    A question that fewer than `STEP` people answered is left out, whatever else they answered.
    """
    kinds = {each["key"]: each["kind"] for each in questions}
    asked = [*kinds, *sorted({key for answer in answers for key in answer} - kinds.keys())]
    found = []
    for key in asked:
        values = [answer[key] for answer in answers if key in answer]
        if len(values) >= STEP:
            found.append(_tally(key, kinds.get(key) or _kind_of(values), values))
    return found


def _tally(key: str, kind: str, values: Sequence[Any]) -> Tally:
    if kind == "comment":
        return Tally(key, kind, comments=sorted(values))
    counts = Counter(str(value) for value in values)
    mean = round(sum(values) / len(values), 2) if kind == "scale" else None
    return Tally(key, kind, counts=dict(sorted(counts.items())), mean=mean)


def _kind_of(values: Sequence[Any]) -> str:
    """What a question that was taken away once was."""
    return "scale" if all(isinstance(value, int) for value in values) else "comment"
