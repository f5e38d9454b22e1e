"""What the marks of one person come to: a pure function, so that the order of uploads cannot matter.

Marks are read in the order in which they were made (device time, then nonce). What a trainer says of somebody
(attended, partial, absent) stands until they say otherwise later; only an arrival after "absent" overrules it. Without
such a word, the share of the meeting time between arriving and leaving decides; who is not seen leaving stayed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

DOORS_OPEN = timedelta(hours=1)
"""So long before and after a meeting arrivals and departures belong to it."""

State = Literal["attended", "partial", "no_show"]
SAID: tuple[str, ...] = ("attended", "partial", "no_show")


class Mark(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def nonce(self) -> str: ...


class Meeting(Protocol):
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class Thresholds(Protocol):
    @property
    def late_after_minutes(self) -> int: ...
    @property
    def partial_below_percent(self) -> int: ...
    @property
    def absent_below_percent(self) -> int: ...


@dataclass(frozen=True)
class Presence:
    """`state` None: nothing is known of the person."""

    state: str | None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    is_late: bool = False


@dataclass
class _Stay:
    """One meeting: when the person came and went."""

    meeting: Meeting
    came: datetime | None = None
    went: datetime | None = None

    def take(self, mark: Mark) -> None:
        if mark.kind == "arrived":
            self.came = self.came or mark.at
            self.went = None
        else:
            self.came = self.came or self.meeting.starts_at
            self.went = mark.at

    @property
    def seconds(self) -> float:
        if self.came is None:
            return 0
        begins = max(self.came, self.meeting.starts_at)
        ends = min(self.went or self.meeting.ends_at, self.meeting.ends_at)
        return max(0.0, (ends - begins).total_seconds())


def meeting_at(at: datetime, meetings: Sequence[Meeting]) -> int | None:
    """Which meeting an instant belongs to; None when it is far from all."""
    for number, meeting in enumerate(meetings):
        if meeting.starts_at - DOORS_OPEN <= at <= meeting.ends_at + DOORS_OPEN:
            return number
    return None


def presence_of(marks: Sequence[Mark], meetings: Sequence[Meeting], rules: Thresholds, *, is_over: bool) -> Presence:
    """What the marks come to. Before the end of the last meeting nobody is absent for having been there briefly."""
    said: str | None = None
    stays = [_Stay(meeting) for meeting in meetings]
    for mark in sorted(marks, key=lambda each: (each.at, each.nonce)):
        if mark.kind in SAID:
            said = mark.kind
            if said == "no_show":
                stays = [_Stay(meeting) for meeting in meetings]
            continue
        number = meeting_at(mark.at, meetings)
        if number is not None:
            stays[number].take(mark)
            said = None if said == "no_show" and mark.kind == "arrived" else said
    return _told(said, [stay for stay in stays if stay.came], meetings, rules, is_over)


def _told(
    said: str | None, stays: Sequence[_Stay], meetings: Sequence[Meeting], rules: Thresholds, is_over: bool
) -> Presence:
    if not stays or said == "no_show":
        return Presence(said)
    late = timedelta(minutes=rules.late_after_minutes)
    is_late = any(stay.came and stay.came > stay.meeting.starts_at + late for stay in stays)
    whole = sum((meeting.ends_at - meeting.starts_at).total_seconds() for meeting in meetings)
    share = 100 * sum(stay.seconds for stay in stays) / whole
    state = said or _state(share, rules, is_over)
    return Presence(state, min(stay.came for stay in stays if stay.came), stays[-1].went, is_late)


def _state(share: float, rules: Thresholds, is_over: bool) -> State:
    if share >= rules.partial_below_percent:
        return "attended"
    if is_over and share < rules.absent_below_percent:
        return "no_show"
    return "partial"
