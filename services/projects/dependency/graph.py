"""Which activity must come before which, as a graph. Pure; the order, the paths and the circles are networkx's.

A row with children (fan-out) is no work of its own: a link to it binds every child, and a link from it waits for
every child. In the graph it comes after its children, so that N children and M followers need N + M edges.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import networkx as nx

Node = TypeVar("Node", bound=Hashable)


class Circle(ValueError):
    """Rows that wait for each other; `path` names each once, in the order in which they wait."""

    def __init__(self, path: Sequence[Hashable]) -> None:
        super().__init__("the links form a circle")
        self.path = list(path)


def children_of(parents: Mapping[Node, Node]) -> dict[Node, list[Node]]:
    """The rows below each row that has some; `parents` maps a row to the one above it."""
    found: dict[Node, list[Node]] = {}
    for child, parent in parents.items():
        found.setdefault(parent, []).append(child)
    return found


def leaves(row: Node, children: Mapping[Node, list[Node]]) -> Iterator[Node]:
    """The rows of real work in and below `row`: itself, where nothing is below it. Raises Circle."""
    seen: set[Node] = set()
    waiting = [row]
    while waiting:
        each = waiting.pop()
        if each in seen:
            raise Circle(sorted(seen, key=str))
        below = children.get(each)
        if not below:
            yield each
            continue
        seen.add(each)
        waiting.extend(reversed(below))


def edges(
    links: Iterable[tuple[Node, Node]], parents: Mapping[Node, Node], children: Mapping[Node, list[Node]]
) -> Iterator[tuple[Node, Node]]:
    """Every "comes before" of these links, and that a row comes after its children. Raises Circle."""
    yield from parents.items()
    for first, second in links:
        if second not in children:
            yield first, second
        else:
            yield from ((first, leaf) for leaf in leaves(second, children))


def order(nodes: Iterable[Node], before: Iterable[tuple[Node, Node]]) -> list[Node]:
    """All nodes, each after what comes before it. Raises Circle."""
    graph: nx.DiGraph[Node] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(before)
    try:
        return list(nx.topological_sort(graph))
    except nx.NetworkXUnfeasible:
        raise Circle([first for first, *_ in nx.find_cycle(graph)]) from None


def circle_through(
    new: tuple[Node, Node], links: Iterable[tuple[Node, Node]], parents: Mapping[Node, Node]
) -> list[Node] | None:
    """The shortest circle that a new link would close, beginning with its first row; None if it closes none."""
    children = children_of(parents)
    graph: nx.DiGraph[Node] = nx.DiGraph()
    graph.add_edges_from(edges(links, parents, children))
    found: list[list[Node]] = []
    for first, second in edges([new], {}, children):
        if first == second:
            return [first]
        if second in graph and first in graph and nx.has_path(graph, second, first):
            found.append([first, *nx.shortest_path(graph, second, first)[:-1]])
    return min(found, key=len, default=None)
