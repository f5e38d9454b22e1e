"""What marks come to, whatever the order in which they arrive."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from services.training.attendance.presence import presence_of

START = datetime(2026, 8, 17, 7, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Mark:
    kind: str
    minutes: float
    nonce: str = "n"

    @property
    def at(self) -> datetime:
        return START + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Meeting:
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Rules:
    late_after_minutes: int = 10
    partial_below_percent: int = 80
    absent_below_percent: int = 10


ONE = [Meeting(START, START + timedelta(minutes=100))]
TWO = [*ONE, Meeting(START + timedelta(days=1), START + timedelta(days=1, minutes=100))]
NEXT_DAY = 24 * 60

CASES = [
    ("nobody was seen", [], ONE, (None, False)),
    ("in time", [("arrived", -5)], ONE, ("attended", False)),
    ("late, though there for long enough", [("arrived", 11)], ONE, ("attended", True)),
    ("exactly at the limit", [("arrived", 10)], ONE, ("attended", False)),
    ("too late to count as whole", [("arrived", 21)], ONE, ("partial", True)),
    ("left early", [("arrived", 0), ("left", 79)], ONE, ("partial", False)),
    ("left just late enough", [("arrived", 0), ("left", 80)], ONE, ("attended", False)),
    ("came back", [("arrived", 0), ("left", 10), ("arrived", 15)], ONE, ("attended", False)),
    ("put the head round the door", [("arrived", 0), ("left", 5)], ONE, ("no_show", False)),
    ("seen leaving alone", [("left", 100)], ONE, ("attended", False)),
    ("absent, then there", [("no_show", 5), ("arrived", 15)], ONE, ("attended", True)),
    ("there, then called absent", [("arrived", 0), ("no_show", 5)], ONE, ("no_show", False)),
    ("the trainer's word stands", [("arrived", 60), ("attended", 99)], ONE, ("attended", True)),
    ("the trainer's later word", [("attended", 10), ("partial", 99)], ONE, ("partial", False)),
    ("one day of two", [("arrived", 0)], TWO, ("partial", False)),
    ("both days", [("arrived", 0), ("arrived", NEXT_DAY)], TWO, ("attended", False)),
    ("both days, late on the second", [("arrived", 0), ("arrived", NEXT_DAY + 11)], TWO, ("attended", True)),
]


@pytest.mark.parametrize(("marks", "meetings", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_marks_come_to_one_state_in_any_order(
    marks: list[tuple[str, float]], meetings: list[Meeting], expected: tuple[str | None, bool]
) -> None:
    made = [Mark(kind, minutes) for kind, minutes in marks]
    for order in permutations(made):
        presence = presence_of(order, meetings, Rules(), is_over=True)
        assert (presence.state, presence.is_late) == expected


def test_nobody_is_absent_for_a_short_stay_before_the_end() -> None:
    marks = [Mark("arrived", 0), Mark("left", 5)]
    assert presence_of(marks, ONE, Rules(), is_over=False).state == "partial"


def test_marks_of_one_instant_are_read_in_the_order_of_their_names() -> None:
    marks = [Mark("attended", 5, "b"), Mark("no_show", 5, "a")]
    assert {presence_of(order, ONE, Rules(), is_over=True).state for order in permutations(marks)} == {"attended"}
