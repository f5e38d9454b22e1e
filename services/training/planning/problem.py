"""What the solver is asked: one course, in numbers. No ids, no names, nothing of the solver.

A slot is a stretch of time in which sessions may be held; slots do not overlap and stand in order. Sets of slots are
integers, slot s being bit s.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Self

ChoicesPer = Literal["unit", "person"]


@dataclass(frozen=True)
class Bundle:
    """People who are alike to the first stage: the same track, the same units, key persons of the same of them.
    `trains`: they could hold a session in a slot in which they are in none."""

    track: int
    units: tuple[int, ...]
    keys: tuple[int, ...]
    people: tuple[int, ...]
    trains: bool = False


@dataclass(frozen=True)
class Problem:
    """`days` tells which day each slot is on. A session holds `low` to `high` people of one track. `free` are the
    slots of each person. `caps` says for unit and slot how many may be away, `parallel` for each slot how many sessions
    there may be, `trainers` how many people could hold one, those who take part in one included (empty: no limit).
    `cost` is what a person of a unit costs in a slot. Each unit, or person, wants a choice of `choices` days with a
    session that it could go to."""

    days: tuple[int, ...]
    low: int
    high: int
    tracks: int
    bundles: tuple[Bundle, ...]
    free: tuple[int, ...]
    caps: tuple[tuple[int, ...], ...]
    parallel: tuple[int, ...]
    cost: tuple[tuple[int, ...], ...]
    trainers: tuple[int, ...] = ()
    key_first: bool = True
    choices: int = 0
    choices_per: ChoicesPer = "unit"
    raised_caps: tuple[tuple[int, ...], ...] = ()
    """The caps with `raised_by` percentage points more, as a way out where there is no plan."""
    raised_by: int = 0
    open_to: tuple[int, ...] = ()
    """The slots among which people choose: those of `free`, and those that other courses of the plan take."""
    keeps: dict[int, int] = field(default_factory=dict)
    """Where people sit already, in a plan that is mended."""

    @property
    def slots(self) -> int:
        return len(self.days)

    def room_for(self, bundle: Bundle, slot: int) -> int:
        """How many of a bundle could come at most: those who are free, those who may be away."""
        allowed = min(self.caps[unit][slot] for unit in bundle.units)
        return min(allowed, sum(self.free[person] >> slot & 1 for person in bundle.people))

    def wanting(self) -> set[tuple[int, int]]:
        """(track, slots) of everybody who wants a choice of days; alike ones once."""
        if self.choices_per == "person":
            return {(bundle.track, self.open_to[person]) for bundle in self.bundles for person in bundle.people}
        open_to: dict[tuple[int, int], int] = {}
        for bundle in self.bundles:
            for unit in bundle.units:
                for person in bundle.people:
                    open_to[bundle.track, unit] = open_to.get((bundle.track, unit), 0) | self.open_to[person]
        return {(track, slots) for (track, _), slots in open_to.items()}

    def ordered_units(self) -> Iterator[tuple[int, list[int], list[int]]]:
        """(unit, bundles of its key persons, bundles of their colleagues) where one must come before the other."""
        for unit in range(len(self.caps) if self.key_first else 0):
            there = [number for number, bundle in enumerate(self.bundles) if unit in bundle.units]
            first = [number for number in there if unit in self.bundles[number].keys]
            then = [number for number in there if unit not in self.bundles[number].keys]
            if first and then:
                yield unit, first, then

    def to_json(self) -> dict[str, Any]:
        """As JSON values; large integers as text."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return plain | {
            "bundles": [[each.track, each.units, each.keys, each.people, each.trains] for each in self.bundles],
            "free": [f"{mask:x}" for mask in self.free],
            "open_to": [f"{mask:x}" for mask in self.open_to],
            "keeps": {str(person): slot for person, slot in self.keeps.items()},
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        bundles = tuple(
            Bundle(track, tuple(units), tuple(keys), tuple(people), trains)
            for track, units, keys, people, trains in raw["bundles"]
        )
        values = raw | {
            "bundles": bundles,
            "free": tuple(int(mask, 16) for mask in raw["free"]),
            "open_to": tuple(int(mask, 16) for mask in raw["open_to"]),
            "days": tuple(raw["days"]),
            "caps": tuple(map(tuple, raw["caps"])),
            "parallel": tuple(raw["parallel"]),
            "trainers": tuple(raw["trainers"]),
            "cost": tuple(map(tuple, raw["cost"])),
            "raised_caps": tuple(map(tuple, raw["raised_caps"])),
            "keeps": {int(person): slot for person, slot in raw["keeps"].items()},
        }
        return cls(**values)

    def change(self, **values: Any) -> Self:
        """The same with other values."""
        return replace(self, **values)


Kind = tuple[int, tuple[int, ...], tuple[int, ...], bool]
"""(track, units, units where one is a key person, whether one could hold a session)."""


def bundled(people: list[Kind]) -> tuple[Bundle, ...]:
    """Bundles of people of each kind, in a fixed order."""
    found: dict[Kind, list[int]] = {}
    for number, kind in enumerate(people):
        found.setdefault(kind, []).append(number)
    return tuple(
        Bundle(track, units, keys, tuple(who), trains) for (track, units, keys, trains), who in sorted(found.items())
    )
