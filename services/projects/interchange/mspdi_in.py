"""Reading MS Project's XML, whoever wrote it. Pure; runs in a process of its own, with limits (`reading`).

Our own tasks are known by the fields that we gave them; tasks of others by GUID, else UID. Their summaries become
phases where a phase has the name, else sections; dates become exact days, since other tools know nothing vaguer.
"""

from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from services.projects.interchange.context import Context
from services.projects.interchange.errors import FileUnreadable
from services.projects.interchange.findings import Place
from services.projects.interchange.layout import LONGEST, MOST_ROWS
from services.projects.interchange.mspdi import ATTRIBUTES, CATEGORY, FIELD_IDS
from services.projects.interchange.mspdi_links import Links
from services.projects.interchange.mspdi_tasks import ALIAS, Task, facts_of, own_facts
from services.projects.interchange.parsed import Parsed, Row
from shared.kit.text import LANGUAGES, Text

_DANGEROUS = Text(
    sv="XML-filen har en DTD eller entiteter, vilket inte tillåts: spara den på nytt från Microsoft Project",
    en="The XML file has a DTD or entities, which is not allowed: save it anew from Microsoft Project",
    da="XML-filen har en DTD eller entiteter, hvilket ikke er tilladt: gem den igen fra Microsoft Project",
)
_BROKEN = Text(
    sv="XML-filen är avbruten eller skadad", en="The XML file is cut off or damaged", da="XML-filen er afbrudt"
)
_OTHER = Text(
    sv="XML-filen är ingen projektplan: spara som XML från Microsoft Project",
    en="The XML file is no project plan: save as XML from Microsoft Project",
    da="XML-filen er ingen projektplan: gem som XML fra Microsoft Project",
)


def read_mspdi(content: bytes, context: Context) -> Parsed:
    """Raises FileUnreadable."""
    root = _root(content)
    parsed = Parsed("mspdi", system="msproject")
    category = root.findtext("Category") or ""
    if category.startswith(CATEGORY):
        parsed.project = (root.findtext("GUID") or "").lower() or None
        lang = category.rpartition(":")[2]
        parsed.lang = lang if lang in LANGUAGES else None
    _Reader(root, context, parsed).read()
    return parsed


def _root(content: bytes) -> Any:
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise FileUnreadable(_DANGEROUS) from None
    except (ParseError, ValueError, LookupError):
        raise FileUnreadable(_BROKEN) from None
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    if root.tag != "Project" or root.find("Tasks") is None:
        raise FileUnreadable(_OTHER)
    return root


class _Reader:
    """Reads the tasks in the order of the outline, with the summaries that stand above each."""

    def __init__(self, root: Element, context: Context, parsed: Parsed) -> None:
        self._root = root
        self._context = context
        self._parsed = parsed
        self._names = {field: context.names(field) for field in ("phase", "track")}
        self._fields = self._own_fields()
        self._minutes = int(root.findtext("MinutesPerDay") or 480) or 480
        self._above: list[tuple[int, str]] = []
        self._assumed: Counter[str] = Counter()

    def read(self) -> None:
        tasks = [Task(element, self._fields) for element in self._root.iterfind("Tasks/Task")]
        findings = self._parsed.findings
        if len(tasks) > MOST_ROWS:
            findings.add("too_many_rows", Place("Tasks", MOST_ROWS), most=MOST_ROWS)
        seen: set[str] = set()
        summaries: set[str] = set()
        own_ids = {task.uid: task.own["id"] for task in tasks if "id" in task.own and task.uid}
        links = Links(self._parsed, {str(uid): row for uid, row in self._context.uids.items()} | own_ids, self._minutes)
        for task in tasks[:MOST_ROWS]:
            if task.is_nothing or task.uid == "0":
                continue
            if task.is_summary and "id" not in task.own:
                self._summary(task)
                summaries.add(task.uid or "")
                continue
            row = self._row(task, seen)
            if row is not None:
                links.take(row, task)
                self._parsed.rows.append(row)
        links.settle(summaries)
        self._tell_rest()

    def _row(self, task: Task, seen: set[str]) -> Row | None:
        row = Row("Tasks", task.number, {}, dict(ALIAS), key=task.uid)
        if task.uid is None:
            self._parsed.findings.add("uid_missing", row.place("id"), task.name)
            return None
        if task.uid in seen:
            self._parsed.findings.add("uid_twice", row.place("id"), task.uid)
            return None
        seen.add(task.uid)
        if "id" in task.own:
            row.cells = own_facts(task, self._context)
        else:
            row.external = task.guid or task.uid
            row.cells = facts_of(task, row, self._parsed.findings, self._minutes)
            if (known := self._context.uids.get(int(task.uid))) and self._parsed.project == self._context.project:
                row.cells["id"] = known
            self._place(row, task)
        self._check_parts(row)
        self._check_lengths(row)
        return row

    def _place(self, row: Row, task: Task) -> None:
        """The phase is the first summary above that has a phase's name; the nearest other one is the section."""
        above = [name for level, name in self._above if level < task.level]
        names = self._names["phase"]
        keys = [(name, self._context.phase_of_section(name, names)) for name in above]
        phase = next(((name, key) for name, key in keys if key is not None), None)
        others = [name for name in above if phase is None or name != phase[0]]
        if others:
            row.cells["section"] = others[-1]
        if phase is not None:
            row.cells["phase"] = phase[1]
        elif self._context.default_phase is not None:
            row.cells["phase"] = self._context.default_phase
            self._assumed[above[0] if above else "–"] += 1

    def _summary(self, task: Task) -> None:
        self._above = [(level, name) for level, name in self._above if level < task.level]
        self._above.append((task.level, task.name or ""))
        if task.is_manual and task.day("Start") is not None and self._parsed.project is None:
            self._parsed.findings.add("summary_row", Place("Tasks", task.number, "Start"), task.name)

    def _check_parts(self, row: Row) -> None:
        for field, names in self._names.items():
            value = row.cells.get(field)
            if value is not None and names.find(str(value)) is None:
                offered = ", ".join(names.all(self._context.lang))
                self._parsed.findings.add(f"{field}_unknown", row.place(field), value, choices=offered)
                del row.cells[field]

    def _check_lengths(self, row: Row) -> None:
        for field, most in LONGEST.items():
            value = row.cells.get(field)
            if isinstance(value, str) and len(value) > most:
                self._parsed.findings.add("text_shortened", row.place(field), value, most=most)
                del row.cells[field]

    def _tell_rest(self) -> None:
        findings = self._parsed.findings
        for element in self._root.iterfind("Calendars/Calendar"):
            name = element.findtext("Name") or element.findtext("UID")
            if name != "Startklar" and element.findtext("IsBaseCalendar") == "1":
                findings.add("calendar_not_read", Place("Calendars"), name)
        assigned = (one.findtext("ResourceUID", "-") for one in self._root.iterfind("Assignments/Assignment"))
        people = sum(uid > "0" for uid in assigned)
        if people:
            findings.add("people_left_out", Place("Assignments"), count=people)
        if self._assumed:
            phase = self._names["phase"].shown(self._context.default_phase, self._context.lang)
            findings.add("phase_assumed", Place("Tasks"), ", ".join(self._assumed), phase=phase)

    def _own_fields(self) -> dict[str, str]:
        """Which field id holds which of our facts: as the file says, else as we always write them."""
        found = {str(field_id): name for name, field_id in FIELD_IDS.items()}
        for one in self._root.iterfind("ExtendedAttributes/ExtendedAttribute"):
            _, _, name = (one.findtext("Alias") or "").partition("Startklar ")
            field_id = one.findtext("FieldID")
            if field_id is not None:
                found.pop(field_id, None)
                if name in ATTRIBUTES:
                    found[field_id] = name
        return found
