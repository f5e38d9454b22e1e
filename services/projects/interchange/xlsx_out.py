"""A plan as a workbook: the plan, a checklist to fill in and send back, and hours. Pure.

Cells are typed as text, number or date, never as formulas. Lists to choose from stand on a hidden sheet, since Excel
allows 255 characters in a list that stands in the rule itself.
"""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from services.projects.interchange import layout
from services.projects.interchange.layout import CHECKLIST, FILLED_IN, PLAN, Column, heading
from services.projects.interchange.neutral import escape, neutralise
from services.projects.interchange.outgoing import OutPlan, OutRow, based, shown
from services.projects.interchange.words import NO, SIDES, WORDS, YES, choices
from shared.kit.text import Lang, Text

META = "startklar"
LISTS = "listor"
TITLES = {
    "plan": Text(sv="Plan", en="Plan", da="Plan"),
    "checklist": Text(sv="Checklista", en="Checklist", da="Tjekliste"),
    "hours": Text(sv="Timmar", en="Hours", da="Timer"),
}
HEADINGS_AT = 2
_SPARE = 200
_HEAD = PatternFill("solid", fgColor="1F3A5F")
_OPEN = PatternFill("solid", fgColor="FFF8E1")
_INSTRUCTION = {
    "plan": Text(
        sv="Ändra i raderna, eller lägg till nya nederst, och skicka tillbaka filen. Du ser ändringarna innan de görs. "
        "Datum kan också skrivas som ”mars 2027” eller ”v. 12 2027”, med frågetecken om det är preliminärt.",
        en="Change the rows, or add new ones at the bottom, and send it back. You see changes before they are made. "
        "Dates can also be written as “March 2027” or “week 12 2027”, with a question mark where tentative.",
        da="Ret i rækkerne, eller tilføj nye nederst, og send filen tilbage. Du ser alle ændringer, før de sker. "
        "Datoer kan også skrives som ”marts 2027” eller ”uge 12 2027”, med spørgsmålstegn hvis de er foreløbige.",
    ),
    "checklist": Text(
        sv="Fyll i de gula cellerna (status, part, datum, anteckningar), inget om personer, och skicka tillbaka filen.",
        en="Fill in the yellow cells: state, side, dates and notes. Write nothing about persons. Send the file back.",
        da="Udfyld de gule celler: status, part, datoer og noter. Skriv ingen personoplysninger. Send filen tilbage.",
    ),
    "hours": Text(
        sv="Timmarna är till för läsning. En tom cell betyder okänt, 0 betyder ingen tid. De ändras i planen.",
        en="The hours are for reading. An empty cell means unknown, 0 means no time. They are changed in the plan.",
        da="Timerne er til læsning. En tom celle betyder ukendt, 0 betyder ingen tid. De ændres i planen.",
    ),
}
_HOURS = (
    Text(sv="Beteckning", en="Reference", da="Reference"),
    Text(sv="Aktivitet", en="Activity", da="Aktivitet"),
    Text(sv="Part", en="Side", da="Part"),
    Text(sv="Roll", en="Role", da="Rolle"),
    Text(sv="RACI", en="RACI", da="RACI"),
    Text(sv="Timmar minst", en="Hours, least", da="Timer mindst"),
    Text(sv="Timmar mest", en="Hours, most", da="Timer højst"),
    Text(sv="Utfall", en="Actual hours", da="Forbrugt"),
)  # fmt: skip


def write_xlsx(plan: OutPlan) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title, book.properties.creator = plan.name, "Startklar"
    lists = _Lists(plan)
    checklist = [row for row in plan.rows if row.cells.get("is_checklist") and row.is_enabled]
    _table(book, "plan", PLAN, plan.rows, plan, lists)
    _table(book, "checklist", CHECKLIST, checklist, plan, lists)
    _hours(book, plan)
    lists.write(book)
    _meta(book, plan)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


class _Lists:
    """The lists that cells choose from, a column each on the hidden sheet."""

    def __init__(self, plan: OutPlan) -> None:
        flags = [YES.pick(plan.lang), NO.pick(plan.lang)]
        self.values = {field: choices(field, plan.lang) for field in WORDS}
        self.values |= {"tentative": flags, "is_checklist": flags, "is_pinned": flags}
        self.values |= {field: plan.names(field).all(plan.lang) for field in ("phase", "track")}

    def rule(self, field: str) -> DataValidation | None:
        values = self.values.get(field)
        if not values:
            return None
        letter = get_column_letter(list(self.values).index(field) + 1)
        source = f"={LISTS}!${letter}$1:${letter}${len(values)}"
        return DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)

    def write(self, book: Workbook) -> None:
        sheet = book.create_sheet(LISTS)
        for column, values in enumerate(self.values.values(), start=1):
            for row, value in enumerate(values, start=1):
                put(sheet.cell(row, column), value)
        sheet.sheet_state = "hidden"


def _table(
    book: Workbook, name: str, columns: Sequence[Column], rows: Sequence[OutRow], plan: OutPlan, lists: _Lists
) -> None:
    sheet = _begin(book, name, [heading(column, plan.lang) for column in columns], plan.lang)
    fields = tuple(column.field for column in columns)
    is_open = {column.field: _is_open(name, column) for column in columns}
    last = HEADINGS_AT + len(rows) + (_SPARE if name == "plan" else 0)
    for number, row in enumerate(rows, start=HEADINGS_AT + 1):
        cells = based(row.cells, fields) | {"unit_name": row.unit_name}
        for place, column in enumerate(columns, start=1):
            value = shown(plan, column, cells[column.field])
            put(sheet.cell(number, place), date.fromisoformat(str(value)) if column.kind == "day" and value else value)
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        sheet.column_dimensions[letter].hidden = column.is_key
        rule = lists.rule(column.field) if is_open[column.field] else None
        if rule is not None and last > HEADINGS_AT:
            sheet.add_data_validation(rule)
            rule.add(f"{letter}{HEADINGS_AT + 1}:{letter}{last}")
        if is_open[column.field]:
            _unlock(sheet, place, last, column, shaded=name == "checklist")
    _protect(sheet, len(columns), HEADINGS_AT + len(rows))


def _is_open(name: str, column: Column) -> bool:
    if column.is_key or column.field in layout.READ_ONLY:
        return False
    return name == "plan" or column.field in FILLED_IN


def _unlock(sheet: Worksheet, place: int, last: int, column: Column, *, shaded: bool) -> None:
    for number in range(HEADINGS_AT + 1, last + 1):
        cell = sheet.cell(number, place)
        cell.protection = Protection(locked=False)
        cell.alignment = Alignment(vertical="top", wrap_text=column.width > 18)
        if column.kind == "day":
            cell.number_format = "yyyy-mm-dd"
        if shaded:
            cell.fill = _OPEN


def _begin(book: Workbook, name: str, headings: Sequence[str], lang: Lang) -> Worksheet:
    sheet: Worksheet = book.create_sheet(TITLES[name].pick(lang))
    sheet["A1"] = _INSTRUCTION[name].pick(lang)
    sheet["A1"].font = Font(italic=True)
    for place, text in enumerate(headings, start=1):
        cell = sheet.cell(HEADINGS_AT, place)
        cell.value = text
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEAD
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.freeze_panes = f"A{HEADINGS_AT + 1}"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADINGS_AT}:{HEADINGS_AT}"
    return sheet


def _protect(sheet: Worksheet, columns: int, last: int) -> None:
    """Keys and headings stand fast, without a password: it keeps mistakes away, not people."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = sheet.protection.formatCells = False
    sheet.protection.autoFilter = sheet.protection.sort = False
    sheet.auto_filter.ref = f"A{HEADINGS_AT}:{get_column_letter(columns)}{max(last, HEADINGS_AT)}"


def _hours(book: Workbook, plan: OutPlan) -> None:
    sheet = _begin(book, "hours", [text.pick(plan.lang) for text in _HOURS], plan.lang)
    for number, row in enumerate(plan.hours, start=HEADINGS_AT + 1):
        hours = [None if each is None else float(each) for each in (row.least, row.most, row.actual)]
        side = SIDES[row.side].pick(plan.lang)
        for place, value in enumerate((row.source_ref, row.title, side, row.role, row.raci, *hours), start=1):
            put(sheet.cell(number, place), value)
    for letter, width in zip("ABCDEFGH", (13, 48, 14, 28, 7, 10, 10, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    _protect(sheet, len(_HOURS), HEADINGS_AT + len(plan.hours))


def _meta(book: Workbook, plan: OutPlan) -> None:
    sheet = book.create_sheet(META)
    facts = (("version", layout.VERSION), ("project", plan.project), ("lang", plan.lang))
    for number, (name, value) in enumerate((*facts, ("madeAt", plan.made_at.isoformat())), start=1):
        sheet.cell(number, 1).value, sheet.cell(number, 2).value = name, value
    sheet.sheet_state = "hidden"


def put(cell: Cell | Any, value: object) -> None:
    """The value as itself: a text is a text, whatever it begins with."""
    if isinstance(value, str):
        cell.value = escape(neutralise(value))
        cell.data_type = "s"
    else:
        cell.value = value
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
