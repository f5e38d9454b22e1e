"""A plan as CSV: UTF-8 with a byte order mark, so that Excel reads åäö, and semicolons by default. Pure."""

import csv
from io import StringIO

from services.projects.interchange.layout import PLAN, heading
from services.projects.interchange.neutral import escape, neutralise
from services.projects.interchange.outgoing import OutPlan, OutRow, based, shown

_FIELDS = tuple(column.field for column in PLAN)


def write_csv(plan: OutPlan) -> bytes:
    out = StringIO()
    writer = csv.writer(out, delimiter=plan.separator, lineterminator="\r\n")
    writer.writerow([heading(column, plan.lang) for column in PLAN])
    for row in plan.rows:
        writer.writerow(_line(row, plan))
    return ("\ufeff" + out.getvalue()).encode()


def _line(row: OutRow, plan: OutPlan) -> list[str]:
    cells = based(row.cells, _FIELDS) | {"unit_name": row.unit_name}
    values = (shown(plan, column, cells[column.field]) for column in PLAN)
    return ["" if value is None else _harmless(value) for value in values]


def _harmless(value: object) -> str:
    return escape(neutralise(value)) if isinstance(value, str) else str(value)
