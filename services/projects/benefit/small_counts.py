"""Small groups of people are never shown, neither outright nor as a difference (design 5, requirements 9.13). Pure.

A total and its parts are looked at together: whoever sees the total and all parts but one knows the last one. Units
and municipalities are not people; this is for what counts or asks people.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar

K = TypeVar("K")

SMALLEST = 5
"""Groups of fewer people are hidden; a group of nobody says nothing about anybody."""


def is_small(n: int) -> bool:
    return 0 < n < SMALLEST


def hidden(cells: Mapping[K, int], total: int | None, also: Collection[K] = ()) -> tuple[frozenset[K], bool]:
    """The cells that must not be shown, and whether the total must be hidden too.

    `cells` are how many people each part is of; `total` how many the whole is of, None where no whole is shown. `also`
    are hidden for another reason. What is left between the total and the shown parts is never a small group: the
    smallest shown part is hidden as well, until it is not; where no part is left to hide, the total is.
    """
    gone = {key for key, n in cells.items() if is_small(n)} | set(also)
    if total is None:
        return frozenset(gone), False
    if is_small(total):
        return frozenset(gone), True
    left = total - sum(n for key, n in cells.items() if key not in gone)
    for key, n in sorted(cells.items(), key=lambda cell: cell[1]):
        if not is_small(left):
            break
        if key not in gone and n > 0:
            gone.add(key)
            left += n
    return frozenset(gone), is_small(left)
