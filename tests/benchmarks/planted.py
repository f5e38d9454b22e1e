"""Planning problems whose best number of sessions is known, since they were made around a plan that has it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.training.planning.facts import (
    CourseFacts,
    Facts,
    PersonFacts,
    Rules,
    Span,
    TrainerFacts,
    UnitFacts,
    Windows,
)

PEOPLE, UNITS, FORMS, SLOTS = 2500, 60, 6, 100
LOW, HIGH, AT_ONCE = 15, 25, 2
SMALLEST, LARGEST = 12, 165
UNIT_FREE, PERSON_FREE = 0.75, 0.7
CAP = 5
"""One in five of a unit may be away."""

_HOUR, _DAY = 3600, 86_400
_FIRST = 1_800_000_000
_SOON, _LATE = 10, 40
"""Weeks after the first slot between which units go live."""


@dataclass
class _Draw:
    """What is drawn: the size of each unit, and how many of it sit in which slot."""

    rng: random.Random
    sizes: list[int] = field(default_factory=list)
    used: list[int] = field(default_factory=lambda: [0] * SLOTS)
    seats: dict[tuple[int, int], int] = field(default_factory=dict)

    def cap(self, unit: int) -> int:
        return max(1, self.sizes[unit] // CAP)


def planted(seed: int) -> tuple[Facts, int]:
    """Facts, and the least number of sessions that any plan of them has."""
    draw = _Draw(random.Random(seed))
    draw.sizes = _sizes(draw.rng)
    optimum = sum(_plant(draw, [unit for unit in range(UNITS) if unit % FORMS == form]) for form in range(FORMS))
    return _facts(draw), optimum


def _sizes(rng: random.Random) -> list[int]:
    """Many small units and some large ones, as schools are."""
    sizes = [rng.randint(SMALLEST, 80) for _ in range(UNITS)]
    for unit in rng.sample(range(UNITS), UNITS // 8):
        sizes[unit] = rng.randint(80, LARGEST)
    scale = PEOPLE / sum(sizes)
    sizes = [min(LARGEST, max(SMALLEST, int(size * scale))) for size in sizes]
    while sum(sizes) != PEOPLE:
        unit, step = rng.randrange(UNITS), 1 if sum(sizes) < PEOPLE else -1
        if SMALLEST <= sizes[unit] + step <= LARGEST:
            sizes[unit] += step
    return sizes


def _plant(draw: _Draw, units: Sequence[int]) -> int:
    """Fill the fewest sessions that a track can do with; how many. Draws anew until it comes out."""
    people = sum(draw.sizes[unit] for unit in units)
    slowest = max(-(-draw.sizes[unit] // draw.cap(unit)) for unit in units)
    number = max(-(-people // HIGH), slowest)
    while True:
        slots = draw.rng.sample([slot for slot in range(SLOTS) if draw.used[slot] < AT_ONCE], number)
        seats = _filled(draw, units, slots, people)
        if seats is not None:
            for slot in slots:
                draw.used[slot] += 1
            draw.seats |= seats
            return number


def _filled(draw: _Draw, units: Sequence[int], slots: Sequence[int], people: int) -> dict[tuple[int, int], int] | None:
    """How many of each unit sit in each slot, or None where the draw does not come out."""
    left = {unit: draw.sizes[unit] for unit in units}
    seats: dict[tuple[int, int], int] = {}
    for turn, slot in enumerate(slots):
        size, later = people // len(slots) + (turn < people % len(slots)), len(slots) - turn - 1
        taken = {unit: max(0, left[unit] - draw.cap(unit) * later) for unit in units}
        more = [unit for unit in units for _ in range(min(draw.cap(unit), left[unit]) - taken[unit])]
        draw.rng.shuffle(more)
        for unit in more[: max(0, size - sum(taken.values()))]:
            taken[unit] += 1
        if sum(taken.values()) != size or any(taken[unit] > min(draw.cap(unit), left[unit]) for unit in units):
            return None
        for unit, number in taken.items():
            left[unit] -= number
            if number:
                seats[unit, slot] = number
    return seats


def _facts(draw: _Draw) -> Facts:
    slots = [_span(slot) for slot in range(SLOTS)]
    people = {}
    for unit in range(UNITS):
        mine = [slot for (each, slot), number in sorted(draw.seats.items()) if each == unit for _ in range(number)]
        free = [slot in mine or draw.rng.random() < UNIT_FREE for slot in range(SLOTS)]
        for number, seat in enumerate(mine):
            busy = [
                slots[slot]
                for slot in range(SLOTS)
                if slot != seat and not (free[slot] and draw.rng.random() < PERSON_FREE)
            ]
            windows = Windows(free=None, busy=busy)
            people[f"{unit}-{number}"] = PersonFacts(units=[str(unit)], key_at=[], needs=["course"], windows=windows)
    return Facts(
        slots=slots,
        days=[slot // 2 for slot in range(SLOTS)],
        everybody=_always(),
        courses=[CourseFacts(id="course", low=LOW, high=HIGH, in_room=True, after=[])],
        units={str(unit): _unit(draw, unit) for unit in range(UNITS)},
        people=people,
        rooms={f"room {number}": {"seats": HIGH, "windows": _always()} for number in range(AT_ONCE)},
        trainers={f"trainer {number}": TrainerFacts(windows=_always()) for number in range(AT_ONCE + 1)},
        rules=Rules(
            by_form=True, key_first=False, choices=0, choices_per="unit", parallel=AT_ONCE, go_live="wish",
            raised_by=5, complete=True,
        ),
    )  # fmt: skip


def _unit(draw: _Draw, unit: int) -> UnitFacts:
    """A unit that goes live one day, which makes some slots dearer than others."""
    goes_live = _FIRST + draw.rng.randint(_SOON, _LATE) * 7 * _DAY
    away = draw.cap(unit)
    return UnitFacts(
        form=str(unit % FORMS), away=away, raised=away + 1, absent=[], goes_live=goes_live, windows=_always()
    )


def _span(slot: int) -> Span:
    """A morning or an afternoon, on five days a week."""
    day = slot // 2
    start = _FIRST + (day // 5 * 7 + day % 5) * _DAY + (slot % 2) * 5 * _HOUR
    return [start, start + 3 * _HOUR]


def _always() -> Windows:
    return Windows(free=None, busy=[])
