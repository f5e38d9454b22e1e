"""What a file would change in the links of a plan: each row's own against those that stand. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.projects.dependency.ends import LinkRow
from services.projects.dependency.graph import Circle, children_of, circle_through, edges, order
from services.projects.interchange.cells import link_from
from services.projects.interchange.parsed import Parsed, Row
from services.projects.interchange.planning import Wishes

Ends = tuple[str, str]


@dataclass(frozen=True)
class Link:
    """A link between two rows, by their nodes: an id, or where the file has a new row."""

    predecessor: str
    successor: str
    kind: str
    lag_days: int
    is_soft: bool
    link_id: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.predecessor, self.successor, self.kind


@dataclass
class LinkChanges:
    """What the file wants of the links."""

    added: list[Link] = field(default_factory=list)
    changed: list[Link] = field(default_factory=list)
    removed: list[Link] = field(default_factory=list)


def link_changes(
    parsed: Parsed,
    wishes: Wishes,
    standing: Iterable[LinkRow],
    parents: Mapping[str, str],
    titles: Mapping[str, str],
    is_own_file: bool,
) -> LinkChanges:
    """Compare the links; what cannot be is added to the findings of `parsed`."""
    links = [_standing(row) for row in standing]
    found = LinkChanges()
    comparer = _Comparer(parsed, wishes, links, is_own_file)
    for row in parsed.rows:
        comparer.take(row, found)
    _refuse_circles(parsed, comparer, found, links, parents, titles)
    return found


def _standing(row: LinkRow) -> Link:
    ends = str(row.predecessor_id), str(row.successor_id)
    return Link(*ends, row.type, row.lag_days, row.is_soft, str(row.id))


class _Comparer:
    def __init__(self, parsed: Parsed, wishes: Wishes, standing: Iterable[Link], is_own_file: bool) -> None:
        self._parsed = parsed
        self._wishes = wishes
        self._is_own_file = is_own_file
        self._of: dict[str, dict[tuple[str, str, str], Link]] = {}
        for link in standing:
            self._of.setdefault(link.successor, {})[link.key] = link
        self._in_file = set(wishes.nodes.values())
        self._nodes = {id(row): wish.node for wish in wishes.items for row in wish.rows}
        self.row_of: dict[tuple[str, str, str], Row] = {}

    def take(self, row: Row, found: LinkChanges) -> None:
        node = self._nodes.get(id(row))
        told = row.waits_for if row.waits_for is not None else self._written(row)
        if node is None or told is None or node in self._wishes.untouched:
            return
        wanted = self._wanted(row, node, told)
        before = self._of.get(node, {})
        for key, link in wanted.items():
            self.row_of[key] = row
            known = before.get(key)
            if known is None:
                found.added.append(link)
            elif (known.lag_days, known.is_soft) != (link.lag_days, link.is_soft) and self._may_change(known):
                changed = Link(*key, link.lag_days, link.is_soft, known.link_id)
                found.changed.append(changed)
        if self._is_own_file:
            gone = (link for key, link in before.items() if key not in wanted and link.predecessor in self._in_file)
            found.removed += [link for link in gone if self._may_change(link)]

    def _may_change(self, link: Link) -> bool:
        """MS Project knows no soft links, and Asana neither lags nor types."""
        return not (link.is_soft and self._parsed.format == "mspdi") and not self._parsed.format.startswith("asana")

    @staticmethod
    def _written(row: Row) -> list[str] | None:
        if "predecessors" not in row.cells:
            return None
        return str(row.cells["predecessors"] or "").split()

    def _wanted(self, row: Row, node: str, told: list[str]) -> dict[tuple[str, str, str], Link]:
        wanted: dict[tuple[str, str, str], Link] = {}
        for written in told:
            try:
                key, kind, lag, is_soft = link_from(written)
            except ValueError:
                self._parsed.findings.add("link_unreadable", row.place("predecessors"), written)
                continue
            predecessor = self._wishes.nodes.get(key)
            if predecessor is None or predecessor == node:
                self._parsed.findings.add("link_unknown", row.place("predecessors"), key)
                continue
            link = Link(predecessor, node, kind, lag, is_soft)
            wanted[link.key] = link
        return wanted


def _refuse_circles(
    parsed: Parsed,
    comparer: _Comparer,
    found: LinkChanges,
    standing: Iterable[Link],
    parents: Mapping[str, str],
    titles: Mapping[str, str],
) -> None:
    """Leave out every added or hardened link that would let rows wait for each other."""
    replaced = {link.link_id for link in (*found.changed, *found.removed)}
    kept: list[Ends] = [
        (link.predecessor, link.successor) for link in standing if not link.is_soft and link.link_id not in replaced
    ]
    fresh = [link for link in (*found.added, *found.changed) if not link.is_soft]
    if _is_sound([*kept, *((link.predecessor, link.successor) for link in fresh)], parents):
        return
    for link in fresh:
        ends = (link.predecessor, link.successor)
        path = circle_through(ends, kept, parents)
        if path is None:
            kept.append(ends)
            continue
        for listed in (found.added, found.changed):
            if link in listed:
                listed.remove(link)
        way = " → ".join(titles.get(node, node) for node in [*path, *path[:1]])
        parsed.findings.add("link_circle", comparer.row_of[link.key].place("predecessors"), way)


def _is_sound(links: list[Ends], parents: Mapping[str, str]) -> bool:
    children = children_of(parents)
    try:
        order({node for ends in links for node in ends}, edges(links, parents, children))
    except Circle:
        return False
    return True
