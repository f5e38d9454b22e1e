"""What must be told, from what is so and what was told. Pure.

Each date of an enrolment is an event of its own, with its own UID and mail. RFC 5546 section 3.2.2 lets a REQUEST hold
several VEVENTs only where they share one UID, that is as one recurring event; dates of a course follow no rule, a list
of them (RDATE) is not read by Outlook, and of several calendar parts in one mail most programs take the first. So each
date is invited, moved and cancelled alone, and people are mailed about the date that changed and about no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.training.invitation.models import Invitation

Plain = Literal["waiting", "offer", "left"]


@dataclass(frozen=True)
class Slot:
    """One date of a session, and where it is."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str

    def is_told(self, row: Invitation) -> bool:
        return (row.starts_at, row.ends_at, row.zone, row.place) == (
            self.starts_at, self.ends_at, self.zone, self.place,
        )  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A date to be invited to (`row` None), changed, or cancelled (`slot` None)."""

    row: Invitation | None
    slot: Slot | None


def dates(
    told: Sequence[Invitation], slots: Sequence[Slot], now: datetime, *, seated: bool, has_begun: bool = False
) -> list[Step]:
    """The dates to be told of. What is over is left as it is, and for whom it has begun each date that has.

    A date that stands as it was told keeps its invitation; the others are matched in their order.
    """

    def is_open(date: Invitation | Slot) -> bool:
        return (date.starts_at if has_begun else date.ends_at) > now

    alive = [row for row in told if not row.is_cancelled and is_open(row)]
    if not seated:
        return [Step(row, None) for row in alive]
    wanted = [slot for slot in slots if is_open(slot)]
    left = [row for row in alive if not any(slot.is_told(row) for slot in wanted)]
    fresh = [slot for slot in wanted if not any(slot.is_told(row) for row in alive)]
    pairs = min(len(left), len(fresh))
    changed = [Step(row, slot) for row, slot in zip(left, fresh, strict=False)]
    return [*changed, *(Step(row, None) for row in left[pairs:]), *(Step(None, slot) for slot in fresh[pairs:])]


def plain(state: str, was: str | None) -> Plain | None:
    """The mail without a calendar part that a change of state asks for."""
    if state == was:
        return None
    if state == "waiting":
        return "waiting"
    if state == "offered":
        return "offer"
    return "left" if state == "cancelled" and was in ("waiting", "offered") else None
