"""What an open row waits for, down to the row that somebody must act on. Pure."""

from dataclasses import dataclass

from services.projects.schedule.engine import Schedule
from services.projects.schedule.findings import is_done, last_day, overdue_days
from services.projects.schedule.network import PART


@dataclass(frozen=True)
class Chain:
    """Numbers of rows from the blocked one to the root. `by_children` are those entered from their parent."""

    rows: tuple[int, ...]
    by_children: frozenset[int] = frozenset()


def chain_from(s: Schedule, i: int) -> Chain:
    """Follow, from an open row, the open row that holds it longest, until one waits for nothing."""
    rows = [i]
    below: set[int] = set()
    while True:
        held = [p for p in _held_by(s, rows[-1]) if p not in rows]
        if not held:
            return Chain(tuple(rows), frozenset(below))
        chosen = max(held, key=lambda p: (last_day(s, p), overdue_days(s, p)))
        if chosen in s.network.children.get(rows[-1], ()):
            below.add(chosen)
        rows.append(chosen)


def _held_by(s: Schedule, i: int) -> list[int]:
    """The open rows that a row waits for: its open children, or what its links ask for and has not happened."""
    has_begun = s.bounds[i].is_fixed
    found = []
    for p, code, _ in s.network.arcs[i]:
        if is_done(s, p):
            continue
        if code == PART:
            found.append(p)
        elif code & 1 and s.bounds[p].is_fixed:
            continue  # it had only to begin
        elif code >= 2 or not has_begun:
            found.append(p)
    return found
