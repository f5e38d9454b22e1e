"""What a customer bears of a source before somebody must look: limits by rule and kind, and the weeks of a year roll.

The defaults are data here; a customer's own policy of a source replaces single limits (see the feature guarding).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

EVERY_KIND = "*"


@dataclass(frozen=True)
class Limit:
    """Too much is more than `number` rows that are also more than `share` of those there were; or more than `most`."""

    share: float
    number: int
    most: int | None = None

    def is_passed(self, count: int, base: int) -> bool:
        if self.most is not None and count > self.most:
            return True
        return count > self.number and count > self.share * base

    def is_looser_than(self, other: "Limit") -> bool:
        """Whether something could pass here that could not pass there."""
        mine = float("inf") if self.most is None else self.most
        theirs = float("inf") if other.most is None else other.most
        return self.share > other.share or self.number > other.number or mine > theirs


@dataclass(frozen=True)
class Window:
    """Days in which the register turns the school year, the first and the last included."""

    starts_on: date
    ends_on: date

    def holds(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


# rule -> kind of row -> limit. A rule for a kind that is not named is the one for every kind.
DEFAULTS: dict[str, dict[str, Limit]] = {
    "ends_many": {
        EVERY_KIND: Limit(0.05, 10, 500),
        "membership": Limit(0.1, 30),
        "group": Limit(0.1, 10, 500),
        "teaching": Limit(0.25, 30),
        "activity_teacher": Limit(0.25, 30),
    },
    "ends_most": {EVERY_KIND: Limit(0.5, 10)},
    "ends_many_at_unit": {EVERY_KIND: Limit(0.2, 6), "membership": Limit(0.3, 20)},
    "ends_many_in_part": {EVERY_KIND: Limit(0.25, 6)},
    "lets_go_many": {EVERY_KIND: Limit(0.01, 3, 200)},
    "unit_ends": {EVERY_KIND: Limit(0.0, 0)},
    "drip_week": {EVERY_KIND: Limit(0.08, 10, 1000), "membership": Limit(0.25, 60), "group": Limit(0.2, 15)},
    "drip_month": {EVERY_KIND: Limit(0.2, 20, 2500), "membership": Limit(0.5, 150), "group": Limit(0.4, 30)},
    "changes_many": {EVERY_KIND: Limit(0.5, 20)},
    "creates_many": {EVERY_KIND: Limit(0.5, 40), "membership": Limit(1.0, 200), "group": Limit(1.0, 40)},
    # A school that grows by a year or changes its timetable does so to less than this; a doubled one does not.
    "changes_many_at_unit": {EVERY_KIND: Limit(0.6, 25)},
    "creates_many_at_unit": {EVERY_KIND: Limit(0.9, 40), "membership": Limit(2.0, 200), "group": Limit(2.0, 40)},
    "revives_many": {EVERY_KIND: Limit(0.05, 20)},
    "field_changed_most": {EVERY_KIND: Limit(0.5, 10)},
    "field_vanished": {EVERY_KIND: Limit(0.2, 5)},
    "moves_many": {EVERY_KIND: Limit(0.01, 5)},
    "moves_many_at_unit": {EVERY_KIND: Limit(0.1, 5)},
    "identities_doubtful": {EVERY_KIND: Limit(0.01, 5)},
    "lifts_protection": {EVERY_KIND: Limit(0.0, 0)},
    "takes_over": {EVERY_KIND: Limit(0.0, 0)},
    "duplicates_many": {EVERY_KIND: Limit(0.005, 2)},
    "too_many_bad_rows": {EVERY_KIND: Limit(0.2, 5)},
    "class_unmatched": {EVERY_KIND: Limit(0.1, 1)},
}
# What always takes two persons, whatever anybody has said.
FIXED = frozenset({"lifts_protection", "takes_over"})


@dataclass(frozen=True)
class GuardPolicy:
    """The limits in force for one source of one customer.

    `replaces` names the registers that this source takes the place of: what it recognises of theirs becomes its own.
    """

    limits: dict[str, dict[str, Limit]] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    replaces: tuple[str, ...] = ()

    def limit(self, rule: str, kind: str = EVERY_KIND) -> Limit:
        """The customer's limit for this kind, or for every kind, or else the default."""
        own = {} if rule in FIXED else self.limits.get(rule, {})
        for declared in (own, DEFAULTS[rule]):
            found = declared.get(kind) or declared.get(EVERY_KIND)
            if found is not None:
                return found
        raise KeyError(rule)

    def rolls_on(self, day: date) -> bool:
        return any(window.holds(day) for window in self.windows)

    def is_looser_than(self, other: "GuardPolicy") -> bool:
        """Whether anything could pass under this policy that could not pass under the other."""
        kinds = {kind for declared in (self.limits, other.limits, DEFAULTS) for by in declared.values() for kind in by}
        looser = any(
            self.limit(rule, kind).is_looser_than(other.limit(rule, kind)) for rule in DEFAULTS for kind in kinds
        )
        return looser or bool(set(self.windows) - set(other.windows)) or bool(set(self.replaces) - set(other.replaces))

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "limits": {
                rule: {kind: {"share": one.share, "number": one.number, "most": one.most} for kind, one in by.items()}
                for rule, by in self.limits.items()
            },
            "windows": [
                {"startsOn": one.starts_on.isoformat(), "endsOn": one.ends_on.isoformat()} for one in self.windows
            ],
            "replaces": list(self.replaces),
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> "GuardPolicy":
        """From what is stored."""
        return cls(
            {rule: {kind: Limit(**one) for kind, one in by.items()} for rule, by in document.get("limits", {}).items()},
            tuple(
                Window(date.fromisoformat(one["startsOn"]), date.fromisoformat(one["endsOn"]))
                for one in document.get("windows", [])
            ),
            tuple(document.get("replaces", [])),
        )
