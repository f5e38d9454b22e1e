"""Stage K: from which slot on a unit's colleagues may come, so that its key persons have been there before.

The whole model with an order in it is out of reach; the key persons alone are few. They go early, and the colleagues
of units that are ready fill their sessions up.
"""

from collections import defaultdict
from itertools import product
from typing import Any

from ortools.sat.python import cp_model

from services.training.planning.problem import Problem
from services.training.planning.sessions import solver

_PER_SESSION = 20
"""Slots by which a unit may wait, rather than that there be one more session early on."""


class KeyModel:
    """`ready[unit, slot]`: the unit's key persons were all there before the slot."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.ready: dict[tuple[int, int], Any] = {}
        self._held = {
            at: self.model.new_bool_var(f"held {at}") for at in product(range(problem.tracks), range(problem.slots))
        }
        self._come: dict[tuple[int, int], list[Any]] = defaultdict(list)
        self._past: dict[int, list[Any]] = {}
        units = list(problem.ordered_units())
        for bundle in {number for _, first, _ in units for number in first}:
            self._add_keys(bundle)
        for unit, first, then in units:
            self._add_unit(unit, first, then)
        self._add_sizes()
        waits = sum(1 - ready for ready in self.ready.values())
        self.model.minimize(waits + _PER_SESSION * sum(self._held.values()))

    def switches(self, seconds: float) -> tuple[str, dict[int, int]]:
        """(verdict, first slot of each unit's colleagues)."""
        found = solver(seconds)
        status = found.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return ("infeasible" if status == cp_model.INFEASIBLE else "unknown"), {}
        switch: dict[int, int] = {}
        for (unit, slot), ready in self.ready.items():
            if found.value(ready):
                switch[unit] = min(slot, switch.get(unit, slot))
        return "solved", switch

    def _add_keys(self, number: int) -> None:
        problem, bundle = self.problem, self.problem.bundles[number]
        total: Any = 0
        self._past[number] = past = []
        for slot in range(problem.slots):
            past.append(total)
            most = problem.room_for(bundle, slot)
            if most:
                amount = self.model.new_int_var(0, most, f"keys {number} {slot}")
                self.model.add(amount <= most * self._held[bundle.track, slot])
                self._come[bundle.track, slot].append(amount)
                total = total + amount
        past.append(total)
        self.model.add(total == len(bundle.people))

    def _add_unit(self, unit: int, first: list[int], then: list[int]) -> None:
        problem = self.problem
        for slot in range(problem.slots):
            ready = self.ready[unit, slot] = self.model.new_bool_var(f"ready {unit} {slot}")
            if slot:
                self.model.add_implication(self.ready[unit, slot - 1], ready)
            for number in first:
                self.model.add(len(problem.bundles[number].people) * ready <= self._past[number][slot])
            for number in then:
                bundle = problem.bundles[number]
                most = problem.room_for(bundle, slot)
                if most and not bundle.keys:
                    filling = self.model.new_int_var(0, most, f"filling {number} {slot}")
                    self.model.add(filling <= most * ready)
                    self._come[bundle.track, slot].append(filling)
        self.model.add(self.ready[unit, problem.slots - 1] == 1)

    def _add_sizes(self) -> None:
        for at, held in self._held.items():
            if self._come[at]:
                self.model.add(sum(self._come[at]) >= self.problem.low * held)
                self.model.add(sum(self._come[at]) <= self.problem.high * held)
            else:
                self.model.add(held == 0)
        for slot in range(self.problem.slots):
            sessions = sum(self._held[track, slot] for track in range(self.problem.tracks))
            self.model.add(sessions <= self.problem.parallel[slot])
