"""Hides small numbers in a table, and as many others as it takes that nobody reckons them back.

A cell below five tells of persons who can be recognised. Whoever knows a sum (the last row, or the table of a coarser
division) finds a hidden cell by subtraction, unless another one is hidden in the same sum, and both together are no
small number again. Sums of every coarser division are looked at; what is hidden is not told apart from what had to be
hidden with it.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

SMALLEST = 5
HIDDEN = ".."

Row = list[str | int]


def suppressed(rows: Sequence[Row]) -> list[Row]:
    """The rows with `HIDDEN` in place of numbers that must not be told; the last one may be their sum."""
    cells, total = (rows[:-1], rows[-1]) if _has_total(rows) else (rows, None)
    hidden = {place for place, row in enumerate(cells) if 0 < int(row[-1]) < SMALLEST}
    sums = [group for group in _sums(cells) if len(group) > 1]
    while more := {place for group in sums for place in _also(cells, group, hidden)}:
        hidden |= more
    shown = [[*row[:-1], HIDDEN] if place in hidden else list(row) for place, row in enumerate(cells)]
    if total is not None:
        shown.append([*total[:-1], HIDDEN] if 0 < int(total[-1]) < SMALLEST else list(total))
    return shown


def _has_total(rows: Sequence[Row]) -> bool:
    """The sum has no words; a row of the table without any comes first, not last."""
    return len(rows) > 1 and all(cell == "" for cell in rows[-1][:-1])


def _sums(cells: Sequence[Row]) -> list[list[int]]:
    """The places that make one sum, for every division that is coarser than the table's own, the whole among them."""
    width = len(cells[0]) - 1 if cells else 0
    found: list[list[int]] = []
    for size in range(width):
        for kept in combinations(range(width), size):
            groups: dict[tuple[str | int, ...], list[int]] = defaultdict(list)
            for place, row in enumerate(cells):
                groups[tuple(row[column] for column in kept)].append(place)
            found += groups.values()
    return found


def _also(cells: Sequence[Row], group: list[int], hidden: set[int]) -> list[int]:
    """The smallest number of the group that is still told, where what is hidden in it could be reckoned back."""
    inside = [place for place in group if place in hidden]
    told = [place for place in group if place not in hidden]
    if not inside or not told:
        return []
    if len(inside) > 1 and sum(int(cells[place][-1]) for place in inside) >= SMALLEST:
        return []
    return [min(told, key=lambda place: (int(cells[place][-1]), place))]
