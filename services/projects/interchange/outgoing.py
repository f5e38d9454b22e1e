"""A plan on its way into a file. Plain values: it travels to the child process as JSON."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.projects.interchange.cells import Cells, Value, fingerprint
from services.projects.interchange.context import Part
from services.projects.interchange.layout import Column
from services.projects.interchange.words import NO, WORDS, YES, Names, word
from shared.kit.text import Lang


class OutRow(BaseModel):
    """One row. `unit_name` is for people; `uid` is its number in MSPDI; `percent` is how much of its units is done."""

    model_config = ConfigDict(frozen=True)

    cells: Cells
    unit_name: str | None = None
    parent: str | None = None
    uid: int = 0
    is_enabled: bool = True
    percent: int = 0
    begun: date | None = None
    finished: date | None = None

    def value(self, field: str) -> Any:
        return self.unit_name if field == "unit_name" else self.cells.get(field)


class OutHours(BaseModel):
    """The hours of one participant of a row, as text with two decimals; None is unknown."""

    model_config = ConfigDict(frozen=True)

    activity: str
    source_ref: str | None
    title: str
    side: str
    role: str | None
    raci: str
    least: str | None
    most: str | None
    actual: str | None


class OutPlan(BaseModel):
    """Everything that any format writes. `working` are the free days within the plan's dates, for MSPDI's calendar."""

    model_config = ConfigDict(frozen=True)

    project: str
    name: str
    lang: Lang
    made_at: datetime
    phases: tuple[Part, ...] = ()
    phase_uids: dict[str, int] = {}
    tracks: tuple[Part, ...] = ()
    rows: tuple[OutRow, ...] = ()
    hours: tuple[OutHours, ...] = ()
    free_days: tuple[date, ...] = ()
    extra_days: tuple[date, ...] = ()
    first: date | None = None
    separator: str = ";"

    def names(self, field: str) -> Names:
        return Names([(part.key, part.title) for part in (self.phases if field == "phase" else self.tracks)])


def based(cells: Cells, fields: tuple[str, ...]) -> Cells:
    """The values of the row that a table with these columns shows, with the fingerprint of just these."""
    shown = {name: cells.get(name) for name in fields if name != "base"}
    return shown | {"base": fingerprint(shown)}


def shown(plan: OutPlan, column: Column, value: Value) -> Value:
    """A value as people read it in a table: words for codes, titles for keys."""
    if column.field in WORDS:
        return word(column.field, value, plan.lang)
    if column.kind == "part":
        return plan.names(column.field).shown(value if isinstance(value, str) else None, plan.lang)
    return (YES if value else NO).pick(plan.lang) if column.kind == "flag" else value
