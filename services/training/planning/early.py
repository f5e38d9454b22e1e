"""A quick order of key persons and colleagues: slot by slot, where enough key persons can meet, they do.

The colleagues of units that are ready fill a session up to its least size. What it gives is an order, not a plan:
stage A decides who meets when, within it.
"""

from collections import defaultdict

from services.training.planning.problem import Problem

_WORTH = 0.3
"""Of the key persons left in a track, who must be able to come for it to meet in a slot."""


class EarlyOrder:
    """One walk over the slots; `switch` is the first slot of each ready unit's colleagues, `meetings` are the (track,
    slot) in which key persons meet."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.switch: dict[int, int] = {}
        self.meetings: set[tuple[int, int]] = set()
        self._units = {unit: (first, then) for unit, first, then in problem.ordered_units()}
        keys = {number for first, _ in self._units.values() for number in first}
        self._left = {number: set(problem.bundles[number].people) for number in keys}
        self._unplaced = {
            number: len(bundle.people) for number, bundle in enumerate(problem.bundles) if number not in keys
        }

    def switches(self) -> dict[int, int]:
        """The order; units whose key persons cannot all come have none, and are left to stage A."""
        for worth in (_WORTH, 0.0):
            free = list(self.problem.parallel)
            for slot in range(self.problem.slots):
                tracks = sorted(range(self.problem.tracks), key=lambda track: -self._remaining(track))
                for track in tracks:
                    if free[slot] and self._meet(track, slot, worth):
                        free[slot] -= 1
                        self.meetings.add((track, slot))
        return self.switch

    def _remaining(self, track: int) -> int:
        return sum(len(left) for number, left in self._left.items() if self.problem.bundles[number].track == track)

    def _meet(self, track: int, slot: int, worth: float) -> bool:
        come = self._who_can(track, slot)
        keys = sum(len(people) for people in come.values())
        fill = self._fill(track, slot)
        if not keys or keys < worth * self._remaining(track) or keys + sum(fill.values()) < self.problem.low:
            return False
        for number, people in come.items():
            self._left[number] -= people
        for number, amount in fill.items():
            taken = min(amount, max(0, self.problem.low - keys))
            self._unplaced[number] -= taken
            keys += taken
        for unit, (first, _) in self._units.items():
            if unit not in self.switch and not any(self._left[number] for number in first):
                self.switch[unit] = slot + 1
        return True

    def _who_can(self, track: int, slot: int) -> dict[int, set[int]]:
        """Key persons who are free, within their units' caps, those first whose unit is ready soonest."""
        away: dict[int, int] = defaultdict(int)
        seats, found = self.problem.high, {}
        for number in sorted(self._left, key=lambda number: (len(self._left[number]), number)):
            bundle = self.problem.bundles[number]
            if bundle.track != track:
                continue
            most = min(seats, *(self.problem.caps[unit][slot] - away[unit] for unit in bundle.units))
            free = [person for person in sorted(self._left[number]) if self.problem.free[person] >> slot & 1]
            if most > 0 and free:
                found[number] = set(free[:most])
                seats -= len(found[number])
                for unit in bundle.units:
                    away[unit] += len(found[number])
        return found

    def _fill(self, track: int, slot: int) -> dict[int, int]:
        found = {}
        for number, left in self._unplaced.items():
            bundle = self.problem.bundles[number]
            if bundle.track == track and all(self.switch.get(unit, slot + 1) <= slot for unit in bundle.units):
                found[number] = min(left, self.problem.room_for(bundle, slot))
        return found
