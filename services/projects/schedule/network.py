"""A plan made ready to be computed: rows by number, links between rows of real work, and an order to visit them in.

Moving rows changes none of it, so one network serves every recomputation of the same rows and links. Pure.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.projects.dependency.graph import Circle, children_of, edges, leaves, order
from services.projects.schedule.rows import PlanLink, PlanRow

FS, SS, FF, SF, PART = range(5)
"""Codes of link types; PART leads from a row to the row that it is a part of."""
_CODES = {"FS": FS, "SS": SS, "FF": FF, "SF": SF}
# A milestone's start is its finish: the end of its day. Links from its start are links from its finish.
_OF_MILESTONE = {FS: FS, SS: FS, FF: FF, SF: FF, PART: PART}

Arc = tuple[int, int, int]
"""From the successor's side: number of the predecessor, code, lag."""


class Network:
    """`rows` are the enabled ones; arcs name them by their place there. Soft links and links to rows that are not
    enabled are left out of `arcs`: they never move anything. Raises Circle with the ids on its path."""

    __slots__ = ("arcs", "children", "index", "links", "order", "rows")

    def __init__(self, rows: Sequence[PlanRow], links: Iterable[PlanLink]) -> None:
        self.rows = [row for row in rows if row.is_enabled]
        self.index = index = {row.id: number for number, row in enumerate(self.rows)}
        self.links = [link for link in links if link.predecessor in index and link.successor in index]
        parents = {number: index[row.parent] for number, row in enumerate(self.rows) if row.parent in index}
        self.children = children_of(parents)
        hard = [
            (index[link.predecessor], index[link.successor], _CODES[link.type], link.lag)
            for link in self.links
            if not link.is_soft
        ]
        try:
            self.arcs = self._arcs(hard, parents)
            before = edges([(first, second) for first, second, _, _ in hard], parents, self.children)
            self.order = order(range(len(self.rows)), before)
        except Circle as circle:
            raise Circle([self.rows[number].id for number in circle.path if isinstance(number, int)]) from None

    def _arcs(self, hard: list[tuple[int, int, int, int]], parents: dict[int, int]) -> list[list[Arc]]:
        arcs: list[list[Arc]] = [[] for _ in self.rows]
        rows, children = self.rows, self.children
        for first, second, code, lag in hard:
            if rows[first].is_milestone:
                code = _OF_MILESTONE[code]  # noqa: PLW2901
            if second not in children:
                arcs[second].append((first, code, lag))
                continue
            for leaf in leaves(second, children):
                arcs[leaf].append((first, code, lag))
        for child, parent in parents.items():
            arcs[parent].append((child, PART, 0))
        return arcs

    def with_rows(self, changed: Iterable[PlanRow]) -> "Network":
        """The same network with other windows, durations, pins or dates of some of its rows."""
        twin = object.__new__(Network)
        twin.index, twin.links, twin.children = self.index, self.links, self.children
        twin.arcs, twin.order = self.arcs, self.order
        twin.rows = list(self.rows)
        for row in changed:
            twin.rows[self.index[row.id]] = row
        return twin

    def id(self, number: int) -> UUID:
        return self.rows[number].id
