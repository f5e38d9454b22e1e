"""One task of MS Project's XML as values of a row. Pure."""

import re
from datetime import date
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element

from services.projects.interchange.cells import Cells
from services.projects.interchange.context import Context
from services.projects.interchange.days import Unreadable, read_day
from services.projects.interchange.findings import Findings
from services.projects.interchange.mspdi import ELAPSED_FORMATS, percent_of
from services.projects.interchange.neutral import unescape
from services.projects.interchange.parsed import Row
from services.projects.interchange.words import code_of

ALIAS = {
    "id": "UID", "title": "Name", "start": "Start", "end": "Finish", "state": "PercentComplete", "notes": "Notes",
    "days_min": "Duration", "predecessors": "PredecessorLink", "section": "Summary", "phase": "Summary",
}  # fmt: skip
_DURATION = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_MOST_DAYS = 3650


class Task:
    """One task. `own` holds our fields; `number` is what MS Project shows at the edge."""

    def __init__(self, element: Element, fields: dict[str, str]) -> None:
        self.element = element
        self.uid = self._number("UID")
        self.guid = _guid(element.findtext("GUID"))
        self.number = int(self._number("ID") or 0)
        self.level = int(self._number("OutlineLevel") or 1)
        self.name = (element.findtext("Name") or "").strip() or None
        self.is_summary = element.findtext("Summary") == "1"
        self.is_manual = element.findtext("Manual") == "1"
        self.is_nothing = element.findtext("IsNull") == "1" or (self.name is None and self.uid is None)
        self.percent = int(self._number("PercentComplete") or 0)
        self.own: dict[str, str] = {}
        for one in element.iterfind("ExtendedAttribute"):
            name, value = fields.get(one.findtext("FieldID") or ""), one.findtext("Value")
            if name is not None and value is not None:
                self.own[name] = unescape(value)
        if _guid(self.own.get("id")) is None:
            self.own = {}

    def day(self, tag: str) -> date | None:
        """The day of an instant in the plan's own time. Raises Unreadable."""
        text = self.element.findtext(tag)
        if not text:
            return None
        try:
            day = date.fromisoformat(text[:10])
        except ValueError:
            raise Unreadable("date_unreadable") from None
        return read_day(day).start

    def notes(self) -> str | None:
        text = self.element.findtext("Notes")
        return unescape(text) if text else None

    def _number(self, tag: str) -> str | None:
        text = (self.element.findtext(tag) or "").strip()
        return text if re.fullmatch(r"\d{1,10}", text) else None


def own_facts(task: Task, context: Context) -> Cells:
    """The values of a task that we wrote, as the person who had it in MS Project left them."""
    own: dict[str, Any] = dict(task.own)
    cells: Cells = {name: own.get(name) for name in ("id", "base", "source_ref", "unit", "phase", "track", "section")}
    cells["external_party"] = own.get("external_party")
    for name in ("kind", "side", "modality", "precision"):
        said = own.get(name)
        cells[name] = said if said is None or code_of(name, said) == said else None
    for name in ("version", "days_min", "days_max"):
        cells[name] = int(own[name]) if str(own.get(name, "")).isdecimal() else None
    for name in ("tentative", "is_checklist", "is_pinned"):
        cells[name] = own.get(name) == "1"
    cells["title"] = _title(task, context, str(own.get("unit")))
    cells["notes"] = task.notes()
    cells |= _window(task)
    cells["state"] = _state(task, own.get("state"), own.get("percent"))
    return cells


def facts_of(task: Task, row: Row, findings: Findings, minutes_per_day: int) -> Cells:
    """The values of another tool's task."""
    cells: Cells = {"title": task.name, "state": _state(task, None, None)}
    if task.element.findtext("Milestone") == "1":
        cells["kind"] = "milestone"
    if notes := task.notes():
        cells["notes"] = notes
    try:
        cells |= _window(task)
    except Unreadable as why:
        findings.add(why.code, row.place("start"), task.element.findtext("Start"), **why.words)
    if task.is_manual and cells.get("start") is None:
        findings.add("manual_without_dates", row.place("start"))
    days = _days(task, row, findings, minutes_per_day)
    if days is not None:
        cells["days_min"] = cells["days_max"] = days
    return cells


def _window(task: Task) -> Cells:
    start, end = task.day("Start"), task.day("Finish")
    first, last = start or end, end or start
    if first is None or last is None:
        return {"start": None, "end": None}
    return {"start": first.isoformat(), "end": last.isoformat()}


def _state(task: Task, said: str | None, percent: str | None) -> str:
    """Our own state as long as nobody moved the percentage; else what the percentage says."""
    is_known = said is not None and code_of("state", said) == said
    if is_known and said is not None and str(task.percent) == (percent or str(percent_of(said, 0))):
        return said
    if task.element.findtext("Active") == "0":
        return "cancelled"
    return "done" if task.percent >= 100 else "started" if task.percent > 0 else "planned"


def _days(task: Task, row: Row, findings: Findings, minutes_per_day: int) -> int | None:
    written = _DURATION.fullmatch(task.element.findtext("Duration") or "")
    if written is None or task.element.findtext("Milestone") == "1":
        return None
    if int(task.element.findtext("DurationFormat") or 0) in ELAPSED_FORMATS:
        findings.add("elapsed_duration", row.place("days_min"), task.element.findtext("Duration"))
        return None
    days, hours, minutes = (int(part or 0) for part in written.groups()[:3])
    whole = -(-(days * 24 * 60 + hours * 60 + minutes) // minutes_per_day)
    return min(whole, _MOST_DAYS) if whole else None


def _title(task: Task, context: Context, unit: str) -> str | None:
    """The name without the unit that we put behind it."""
    name = unescape(task.element.findtext("Name") or "") or None
    suffix = f" – {context.units[unit]}" if unit in context.units else ""
    return name.removesuffix(suffix) if name and suffix else name


def _guid(text: str | None) -> str | None:
    try:
        found = UUID((text or "").strip("{} "))
    except ValueError:
        return None
    return None if found.int == 0 else str(found)
