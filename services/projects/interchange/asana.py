"""Reading what Asana exports, as CSV or JSON. Pure.

Sections become phases where a phase has the name or the caller says so, else sections of the default phase. A subtask
is a row of its own under its parent's heading. Who is assigned is counted and left out.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from services.projects.interchange.cells import link_of
from services.projects.interchange.context import Context
from services.projects.interchange.csv_in import csv_lines
from services.projects.interchange.days import Unreadable, read_text
from services.projects.interchange.findings import Place
from services.projects.interchange.layout import LONGEST, MOST_ROWS
from services.projects.interchange.parsed import Parsed, Row
from services.projects.interchange.sniff import decode
from services.projects.interchange.words import Names

_COLUMNS = {
    "title": "Name", "start": "Start Date", "end": "Due Date", "state": "Completed At", "section": "Section/Column",
    "phase": "Section/Column", "notes": "Notes", "predecessors": "Blocked By (Dependencies)", "id": "Task ID",
}  # fmt: skip
_KINDS = {"milestone": "milestone", "approval": "approval"}
_DEEPEST = 5
Given = Mapping[str, Any]


def read_asana_csv(content: bytes, context: Context) -> Parsed:
    """Raises FileUnreadable."""
    parsed = Parsed("asana-csv", system="asana")
    lines = csv_lines(content, parsed)
    headings = [cell.strip() for cell in lines[0]] if lines else []
    given = (dict(zip(headings, line, strict=False)) for line in lines[1:])
    tasks = [_from_csv(number, one) for number, one in enumerate(given, start=2) if one.get("Task ID", "").strip()]
    _Reader(parsed, context, month_first=True).read(tasks)
    return parsed


def read_asana_json(content: bytes, context: Context) -> Parsed:
    """Raises FileUnreadable."""
    parsed = Parsed("asana-json", system="asana")
    document = json.loads(decode(content)[0])
    data = document.get("data") if isinstance(document, dict) else document
    listed = [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
    tasks = [_from_json(number, *found) for number, found in enumerate(_flat(listed, None, 0), start=1)]
    _Reader(parsed, context, month_first=False).read([task for task in tasks if task["kind"] != "section"])
    return parsed


def _from_csv(number: int, one: Given) -> dict[str, Any]:
    """One line in the words that both forms share; links are by the other tasks' names there."""
    waits = [name.strip() for name in str(one.get("Blocked By (Dependencies)", "")).split(",") if name.strip()]
    return {
        "number": number,
        "id": one["Task ID"].strip(),
        "title": one.get("Name", "").strip() or None,
        "section": one.get("Section/Column", "").strip() or None,
        "parent": one.get("Parent task", one.get("Parent Task", "")).strip() or None,
        "start": one.get("Start Date", "").strip() or None,
        "end": one.get("Due Date", "").strip() or None,
        "is_done": bool(one.get("Completed At", "").strip()),
        "notes": one.get("Notes", "").strip() or None,
        "has_people": bool(one.get("Assignee", "").strip() or one.get("Assignee Email", "").strip()),
        "kind": None,
        "waits_by_name": waits,
        "waits": [],
    }


def _flat(tasks: list[Any], parent: Given | None, depth: int) -> Iterator[tuple[Given, Given | None]]:
    """Tasks and their subtasks, each with its parent."""
    for task in tasks:
        if isinstance(task, dict):
            yield task, parent
            below = task.get("subtasks")
            if isinstance(below, list) and depth < _DEEPEST:
                yield from _flat(below, task, depth + 1)


def _from_json(number: int, one: Given, parent: Given | None) -> dict[str, Any]:
    above = parent or (one.get("parent") if isinstance(one.get("parent"), dict) else None)
    waits = [str(each["gid"]) for each in _dicts(one.get("dependencies")) if "gid" in each]
    people = [one.get("assignee"), *_dicts(one.get("followers"))]
    return {
        "number": number,
        "id": str(one.get("gid") or one.get("id") or "") or None,
        "title": _string(one.get("name")),
        "section": _section(one) or (_section(parent) if parent else None),
        "parent": _string(above.get("name")) if above else None,
        "start": _string(one.get("start_on")),
        "end": _string(one.get("due_on")) or (_string(one.get("due_at")) or "")[:10] or None,
        "is_done": one.get("completed") is True,
        "notes": _string(one.get("notes")),
        "has_people": any(people),
        "kind": "section" if one.get("resource_subtype") == "section" else _KINDS.get(str(one.get("resource_subtype"))),
        "waits_by_name": [],
        "waits": waits,
    }


class _Reader:
    """Turns tasks into rows."""

    def __init__(self, parsed: Parsed, context: Context, *, month_first: bool) -> None:
        self._parsed = parsed
        self._context = context
        self._names: Names = context.names("phase")
        self._month_first = month_first
        self._assumed: Counter[str] = Counter()

    def read(self, tasks: list[dict[str, Any]]) -> None:
        findings = self._parsed.findings
        if len(tasks) > MOST_ROWS:
            findings.add("too_many_rows", Place(None, MOST_ROWS), most=MOST_ROWS)
        for task in tasks:
            if task["id"] is None:
                findings.add("uid_missing", Place(None, task["number"]), task["title"])
        tasks = list({task["id"]: task for task in tasks[:MOST_ROWS] if task["id"] is not None}.values())
        for task in tasks:
            self._parsed.rows.append(self._row(task))
        self._link(tasks)
        if people := sum(task["has_people"] for task in tasks):
            findings.add("people_left_out", Place(), count=people)
        if self._assumed:
            phase = self._names.shown(self._context.default_phase, self._context.lang)
            findings.add("phase_assumed", Place(), ", ".join(self._assumed), phase=phase)

    def _row(self, task: dict[str, Any]) -> Row:
        row = Row(None, task["number"], {}, dict(_COLUMNS), key=task["id"], external=task["id"])
        # Asana knows open and completed only: what is open there may have been started here.
        row.cells = {"title": task["title"], **({"state": "done"} if task["is_done"] else {})}
        if task["kind"]:
            row.cells["kind"] = task["kind"]
        if task["notes"]:
            row.cells["notes"] = task["notes"]
        self._place(row, task)
        self._dates(row, task)
        for field, most in LONGEST.items():
            value = row.cells.get(field)
            if isinstance(value, str) and len(value) > most:
                self._parsed.findings.add("text_shortened", row.place(field), value, most=most)
                del row.cells[field]
        return row

    def _place(self, row: Row, task: dict[str, Any]) -> None:
        section = task["section"]
        phase = self._context.phase_of_section(section, self._names)
        heading = task["parent"] or (section if phase is None or self._names.find(section or "") is None else None)
        if heading:
            row.cells["section"] = heading
        if phase is None and self._context.default_phase is not None:
            phase = self._context.default_phase
            self._assumed[section or "–"] += 1
        if phase is not None:
            row.cells["phase"] = phase

    def _dates(self, row: Row, task: dict[str, Any]) -> None:
        found = {}
        for field in ("start", "end"):
            if task[field] is None:
                continue
            try:
                read = read_text(task[field], month_first=self._month_first)
            except Unreadable as why:
                self._parsed.findings.add(why.code, row.place(field), task[field], **why.words)
                return
            if read.note:
                self._parsed.findings.add(read.note, row.place(field), task[field], day=read.start.isoformat())
            found[field] = read.start.isoformat()
        if found:
            row.cells |= {"start": found.get("start", found.get("end")), "end": found.get("end", found.get("start"))}

    def _link(self, tasks: list[dict[str, Any]]) -> None:
        known = {row.key: row for row in self._parsed.rows}
        by_name = {task["title"]: task["id"] for task in tasks}
        for task in tasks:
            row = known[task["id"]]
            named = [(by_name.get(name), name) for name in task["waits_by_name"]]
            row.waits_for = []
            for other, seen in [*((each, each) for each in task["waits"]), *named]:
                if other not in known or other == row.key:
                    self._parsed.findings.add("link_unknown", row.place("predecessors"), seen)
                else:
                    row.waits_for.append(link_of(str(other), "FS", 0, is_soft=False))


def _section(one: Given) -> str | None:
    for membership in _dicts(one.get("memberships")):
        section = membership.get("section")
        if isinstance(section, dict) and (name := _string(section.get("name"))):
            return name
    return None


def _dicts(value: object) -> list[Given]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _string(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
