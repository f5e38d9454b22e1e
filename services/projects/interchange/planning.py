"""What a file would change in a plan: each of its rows set against the row as it stands. Pure.

Only values that differ are wanted, so that nobody is asked for rights that they do not use, and a file that nobody
edited wants nothing. A row that was changed in the plan after the file was made is not overwritten.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.projects.interchange.cells import FIELDS, WINDOW, Cells, finest_whole, fingerprint
from services.projects.interchange.context import Context
from services.projects.interchange.parsed import Parsed, Row
from services.projects.plan.window import Precision, Window

_KEPT_WHEN_EMPTY = frozenset({"title", "kind", "state", "phase"})
_PLAIN = tuple(name for name in FIELDS if name not in (*WINDOW, "predecessors"))
OWN_SYSTEM, FILE_SYSTEM = "startklar", "file"


@dataclass(frozen=True)
class Standing:
    """The rows of the plan by id, and by what else files know them: source row with unit, and ids of other systems."""

    rows: Mapping[str, Cells]
    by_source: Mapping[tuple[str, str | None], str]
    by_external: Mapping[str, str]


@dataclass
class Wish:
    """What the file wants of one row. `row_id` is None for a new one; `rows` are where the file says it."""

    rows: list[Row]
    row_id: str | None
    version: int | None
    values: Cells = field(default_factory=dict)
    external: dict[str, str] = field(default_factory=dict)
    before: Cells = field(default_factory=dict)

    @property
    def node(self) -> str:
        """Its name among the ends of links: its id, or where the file has it."""
        return self.row_id or f"new:{self.rows[0].sheet}:{self.rows[0].number}"


@dataclass
class Wishes:
    """All that a file wants. `nodes` gives each row of the file by the key that its links use."""

    items: list[Wish] = field(default_factory=list)
    nodes: dict[str, str] = field(default_factory=dict)
    untouched: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


def wishes_of(parsed: Parsed, standing: Standing, context: Context) -> Wishes:
    """Compare the whole file with the plan; what cannot be is added to the findings of `parsed`."""
    return _Comparer(parsed, standing, context).compare()


class _Comparer:
    """Compares row by row."""

    def __init__(self, parsed: Parsed, standing: Standing, context: Context) -> None:
        self._parsed = parsed
        self._standing = standing
        self._context = context
        self._is_foreign = parsed.project is not None and parsed.project != context.project
        self._found = Wishes()
        self._by_row: dict[str, Wish] = {}
        self._seen: Counter[str] = Counter()

    def compare(self) -> Wishes:
        if self._is_foreign:
            self._parsed.findings.add(
                "other_project", self._parsed.rows[0].place() if self._parsed.rows else Row(None, None, {}).place()
            )
        for row in self._parsed.rows:
            self._take(row)
        return self._found

    def _take(self, row: Row) -> None:
        is_own = row.cells.get("base") is not None and not self._is_foreign
        external = self._known_by(row)
        try:
            row_id = self._match(row, external)
        except KeyError:
            self._parsed.findings.add("row_unknown", row.place("id"))
            return
        key = row.key or row.cells.get("id")
        node = row_id or Wish([row], None, None).node
        if key is not None:
            self._found.nodes.setdefault(str(key), node)
        before = self._standing.rows.get(row_id, {}) if row_id else {}
        if row_id is not None and is_own and fingerprint(row.cells) == row.cells["base"]:
            self._found.untouched.add(row_id)
            return
        if row_id is None and row.cells.get("unit"):
            self._parsed.findings.add("unit_row_new", row.place("unit"))
            return
        values = self._changed(row, before)
        if row_id is None and not row.cells.get("title"):
            self._parsed.findings.add("title_missing", row.place("title"))
            return
        self._wish(Wish([row], row_id, before.get("version"), values, external, before), is_own=is_own)  # type: ignore[arg-type]

    def _wish(self, wish: Wish, *, is_own: bool) -> None:
        row = wish.rows[0]
        stated = row.cells.get("version") if not self._is_foreign else None
        if wish.row_id is not None and wish.values and stated is not None and stated != wish.version:
            self._parsed.findings.add("changed_since", row.place("version"), stated)
            self._found.refused.add(wish.row_id)
            return
        earlier = self._by_row.get(wish.node)
        if earlier is None:
            self._by_row[wish.node] = wish
            self._found.items.append(wish)
        elif any(earlier.values.get(name, value) != value for name, value in wish.values.items()):
            self._parsed.findings.add("said_twice", row.place("id"))
        elif not is_own:
            self._parsed.findings.add("row_twice", row.place("id"))
        else:  # two sheets of one workbook, each with its own part of the row
            earlier.values |= wish.values
            earlier.rows.append(row)

    def _known_by(self, row: Row) -> dict[str, str]:
        """Its id elsewhere. A new row of a table gets one from what it says, so that sending twice adds it once."""
        system = self._context.system or self._parsed.system
        if row.external is not None and system is not None:
            return {system: row.external}
        if self._is_foreign and row.cells.get("id"):
            return {OWN_SYSTEM: str(row.cells["id"])}
        if row.cells.get("id") or row.cells.get("source_ref"):
            return {}
        said = "|".join(str(row.cells.get(name)) for name in ("phase", "section", "title"))
        self._seen[said] += 1
        return {FILE_SYSTEM: hashlib.sha256(f"{said}|{self._seen[said]}".encode()).hexdigest()[:24]}

    def _match(self, row: Row, external: Mapping[str, str]) -> str | None:
        """The row of the plan that is meant, or None for a new one. KeyError where a row is named that is not there."""
        row_id, source = row.cells.get("id"), row.cells.get("source_ref")
        if row_id is not None and not self._is_foreign:
            if row_id not in self._standing.rows:
                raise KeyError(row_id)
            return str(row_id)
        if source is not None:
            found = self._standing.by_source.get((str(source), row.cells.get("unit")))
            if found is not None:
                return found
        pairs = (f"{system}={value}" for system, value in external.items())
        return next((self._standing.by_external[pair] for pair in pairs if pair in self._standing.by_external), None)

    def _changed(self, row: Row, before: Cells) -> Cells:
        found: Cells = {}
        for name in _PLAIN:
            if name not in row.cells:
                continue
            value = row.cells[name]
            if value is None and name in _KEPT_WHEN_EMPTY:
                if name == "title" and before:
                    self._parsed.findings.add("title_missing", row.place("title"))
                continue
            if value != before.get(name) and not (not before and value in (None, False)):
                found[name] = value
        return found | self._window(row, before)

    def _window(self, row: Row, before: Cells) -> Cells:
        """The four values of the window, if any of them would be another."""
        stated = [name for name in WINDOW if name in row.cells]
        if not stated and row.implied is None:
            return {}
        wanted = {name: row.cells.get(name, before.get(name)) for name in WINDOW}
        if wanted["start"] is None:
            wanted |= {"end": None, "precision": None, "tentative": False}
        else:
            window = self._settled(row, wanted, before)
            if window is None:
                return {}
            wanted = window.model_dump(mode="json")
        standing = {name: before.get(name) for name in WINDOW}
        standing["tentative"] = bool(standing["tentative"])
        return {} if wanted == standing else wanted

    def _settled(self, row: Row, wanted: Mapping[str, Any], before: Cells) -> Window | None:
        start = date.fromisoformat(wanted["start"])
        end = date.fromisoformat(wanted["end"] or wanted["start"])
        if end < start:
            self._parsed.findings.add("dates_backwards", row.place("end"), end)
            return None
        stated = Precision(wanted["precision"]) if wanted["precision"] else None
        has_moved = (wanted["start"], wanted["end"]) != (before.get("start"), before.get("end"))
        if row.implied is not None:
            precision = Precision(row.implied)
        elif has_moved and wanted["precision"] == before.get("precision"):
            precision = finest_whole(start, end, stated)
            if stated not in (None, precision):
                self._parsed.findings.add("made_exact", row.place("start"), wanted["start"])
        else:
            precision = stated or Precision.day
        return Window.covering(start, end, precision, tentative=bool(wanted["tentative"]))
