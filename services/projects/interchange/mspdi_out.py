"""A plan as MS Project's XML. Pure.

Phases are summary tasks, rows stand below them, rows per unit below theirs. A window is no computed date: tasks are
manually scheduled, so that MS Project shows the dates that were agreed instead of moving them, and the constraint
says what the window means should somebody switch a task to automatic: not before its first day (with its last as
deadline), on that very day where it is pinned, and nothing at all where the date is tentative.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from lxml import etree

from services.projects.interchange.cells import Cells, link_from
from services.projects.interchange.mspdi import (
    AS_SOON_AS_POSSIBLE,
    ATTRIBUTES,
    CATEGORY,
    FIELD_IDS,
    IN_DAYS,
    LAG_PER_DAY,
    LINK_TYPES,
    MINUTES_PER_DAY,
    MUST_START_ON,
    NAMES,
    NAMESPACE,
    START_NO_EARLIER_THAN,
    percent_of,
)
from services.projects.interchange.neutral import escape
from services.projects.interchange.outgoing import OutPlan, OutRow, based

_FIELDS = (*(name for name in ATTRIBUTES if name not in ("base", "percent")), "title", "start", "end", "notes",
           "predecessors")  # fmt: skip
_WORK = (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"))


def write_mspdi(plan: OutPlan) -> bytes:
    root = etree.Element("Project", nsmap={None: NAMESPACE})
    _header(root, plan)
    attributes = etree.SubElement(root, "ExtendedAttributes")
    for name in ATTRIBUTES:
        one = etree.SubElement(attributes, "ExtendedAttribute")
        _put(one, FieldID=FIELD_IDS[name], FieldName=NAMES[name], Alias=f"Startklar {name}")
    _calendars(root, plan)
    tasks = etree.SubElement(root, "Tasks")
    writer = _Tasks(tasks, plan)
    writer.write()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _header(root: etree._Element, plan: OutPlan) -> None:
    first = plan.first or plan.made_at.date()
    _put(
        root,
        SaveVersion=14,
        GUID=plan.project.upper(),
        Name=plan.name,
        Title=plan.name,
        Category=f"{CATEGORY}:{plan.lang}",
        CreationDate=plan.made_at.strftime("%Y-%m-%dT%H:%M:%S"),
        ScheduleFromStart=1,
        StartDate=f"{first}T08:00:00",
        CalendarUID=1,
        DefaultStartTime="08:00:00",
        DefaultFinishTime="17:00:00",
        MinutesPerDay=MINUTES_PER_DAY,
        MinutesPerWeek=5 * MINUTES_PER_DAY,
        DaysPerMonth=20,
        DurationFormat=IN_DAYS,
        WeekStartDay=1,
        NewTasksAreManual=1,
    )


def _calendars(root: etree._Element, plan: OutPlan) -> None:
    calendar = etree.SubElement(etree.SubElement(root, "Calendars"), "Calendar")
    _put(calendar, UID=1, Name="Startklar", IsBaseCalendar=1, BaseCalendarUID=-1)
    days = etree.SubElement(calendar, "WeekDays")
    for number in range(1, 8):  # 1 is Sunday
        day = etree.SubElement(days, "WeekDay")
        works = 2 <= number <= 6
        _put(day, DayType=number, DayWorking=int(works))
        if works:
            _hours(day)
    exceptions = etree.SubElement(calendar, "Exceptions")
    listed = sorted([(day, False) for day in plan.free_days] + [(day, True) for day in plan.extra_days])
    for at, works in listed:
        one = etree.SubElement(exceptions, "Exception")
        _put(one, EnteredByOccurrences=0)
        period = etree.SubElement(one, "TimePeriod")
        _put(period, FromDate=f"{at}T00:00:00", ToDate=f"{at}T23:59:00")
        _put(one, Occurrences=1, Name=at.isoformat(), Type=1, DayWorking=int(works))
        if works:
            _hours(one)


def _hours(day: etree._Element) -> None:
    times = etree.SubElement(day, "WorkingTimes")
    for start, end in _WORK:
        _put(etree.SubElement(times, "WorkingTime"), FromTime=start, ToTime=end)


class _Tasks:
    """Writes the tasks in the order of the outline."""

    def __init__(self, tasks: etree._Element, plan: OutPlan) -> None:
        self._tasks = tasks
        self._plan = plan
        self._number = 0
        self._uids = {str(row.cells["id"]): row.uid for row in plan.rows}
        self._free = frozenset(plan.free_days)
        self._extra = frozenset(plan.extra_days)
        self._children: dict[str, list[OutRow]] = {}
        for row in plan.rows:
            if row.parent is not None:
                self._children.setdefault(row.parent, []).append(row)

    def write(self) -> None:
        self._summary(0, self._plan.name, "0", 0, self._plan.project)
        for at, phase in enumerate(self._plan.phases, start=1):
            rows = [row for row in self._plan.rows if row.cells["phase"] == phase.key and row.parent is None]
            self._summary(self._plan.phase_uids[phase.key], phase.title.pick(self._plan.lang), str(at), 1, None)
            for below, row in enumerate(rows, start=1):
                outline = f"{at}.{below}"
                children = self._children.get(str(row.cells["id"]), [])
                self._task(row, outline, 2, is_summary=bool(children))
                for last, child in enumerate(children, start=1):
                    self._task(child, f"{outline}.{last}", 3, is_summary=False)

    def _summary(self, uid: int, name: str, outline: str, level: int, guid: str | None) -> None:
        task = etree.SubElement(self._tasks, "Task")
        _put(task, UID=uid, GUID=guid and guid.upper(), ID=self._number, Name=name, Manual=0, Type=1, IsNull=0)
        _put(task, OutlineNumber=outline, OutlineLevel=level, Summary=1)
        self._number += 1

    def _task(self, row: OutRow, outline: str, level: int, *, is_summary: bool) -> None:
        cells = based(row.cells | {"predecessors": _hard(row.cells)}, _FIELDS)
        task = etree.SubElement(self._tasks, "Task")
        _put(task, UID=row.uid, GUID=str(cells["id"]).upper(), ID=self._number, Name=_name(row))
        _put(task, Active=int(row.is_enabled and cells["state"] != "cancelled"), Manual=1, Type=1, IsNull=0)
        _put(task, OutlineNumber=outline, OutlineLevel=level, Priority=500)
        self._window(task, cells)
        percent = percent_of(str(cells["state"]), row.percent)
        _put(task, Milestone=int(cells["kind"] == "milestone"), Summary=int(is_summary), PercentComplete=percent)
        if row.begun is not None:
            _put(task, ActualStart=f"{row.begun}T08:00:00")
        if row.finished is not None:
            _put(task, ActualFinish=f"{row.finished}T17:00:00")
        self._constraint(task, cells)
        _put(task, Notes=cells["notes"])
        self._links(task, cells)
        for name in ATTRIBUTES:
            value = percent if name == "percent" else cells[name]
            if value is not None:
                shown = int(value) if isinstance(value, bool) else value
                _put(etree.SubElement(task, "ExtendedAttribute"), FieldID=FIELD_IDS[name], Value=shown)
        self._number += 1

    def _window(self, task: etree._Element, cells: Cells) -> None:
        if cells["start"] is None:
            return
        start, end = date.fromisoformat(str(cells["start"])), date.fromisoformat(str(cells["end"]))
        days = sum(1 for _ in self._working(start, end))
        _put(task, Start=f"{start}T08:00:00", Finish=f"{end}T17:00:00", Duration=f"PT{days * 8}H0M0S")
        _put(task, ManualStart=f"{start}T08:00:00", ManualFinish=f"{end}T17:00:00", ManualDuration=f"PT{days * 8}H0M0S")
        _put(task, DurationFormat=IN_DAYS, Estimated=int(bool(cells["tentative"])))

    def _working(self, start: date, end: date) -> Iterator[date]:
        for number in range((end - start).days + 1):
            day = start + timedelta(days=number)
            if day in self._extra or (day.weekday() < 5 and day not in self._free):
                yield day

    def _constraint(self, task: etree._Element, cells: Cells) -> None:
        if cells["start"] is None or cells["tentative"]:
            _put(task, ConstraintType=AS_SOON_AS_POSSIBLE, CalendarUID=-1)
            return
        exact = cells["is_pinned"] and cells["precision"] == "day"
        _put(task, ConstraintType=MUST_START_ON if exact else START_NO_EARLIER_THAN)
        _put(task, CalendarUID=-1, ConstraintDate=f"{cells['start']}T08:00:00", Deadline=f"{cells['end']}T17:00:00")

    def _links(self, task: etree._Element, cells: Cells) -> None:
        for written in str(cells["predecessors"] or "").split():
            predecessor, kind, lag, _ = link_from(written)
            if predecessor not in self._uids:
                continue
            link = etree.SubElement(task, "PredecessorLink")
            _put(link, PredecessorUID=self._uids[predecessor], Type=LINK_TYPES[kind], CrossProject=0)
            _put(link, LinkLag=lag * LAG_PER_DAY, LagFormat=IN_DAYS)


def _hard(cells: Cells) -> str | None:
    """The links that bind: a wish has no place in MS Project, where every link moves tasks."""
    return " ".join(each for each in str(cells.get("predecessors") or "").split() if not each.endswith("?")) or None


def _name(row: OutRow) -> str:
    """A row per unit is told by its unit too."""
    title = str(row.cells["title"])
    return f"{title} – {row.unit_name}" if row.unit_name else title


def _put(parent: etree._Element, **values: object) -> None:
    """A child element for each value that is there, in this order: the schema is a sequence."""
    for name, value in values.items():
        if value is not None:
            etree.SubElement(parent, name).text = escape(str(value))
