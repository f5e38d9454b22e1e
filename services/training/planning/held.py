"""What stage A gives to stage B, and what stage B may ask for."""

from dataclasses import dataclass, field

Cut = tuple[int, frozenset[int], int]
"""(bundle, slots, people): so many of the bundle find a place in these slots alone."""


@dataclass
class Held:
    """`sessions` by (track, slot), `people` by (bundle, slot). `switch`: the first slot of a unit's colleagues.
    Of sessions that are published, by (track, slot): `seats` in all of them, and `guests` who sit on some."""

    sessions: dict[tuple[int, int], int] = field(default_factory=dict)
    people: dict[tuple[int, int], int] = field(default_factory=dict)
    switch: dict[int, int] = field(default_factory=dict)
    guests: dict[tuple[int, int], int] = field(default_factory=dict)
    seats: dict[tuple[int, int], int] = field(default_factory=dict)
    count: int = 0
    bound: int = 0
    cost: int = 0
    cost_bound: int = 0
