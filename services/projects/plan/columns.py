"""How a window and a reference to a project are stored, for every table that has them."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.projects.plan.window import Precision, Window

# None in a JSON column that may be empty is SQL's NULL, not JSON's null: `IS NULL` must find it.
OPTIONAL_JSON = JSONB(none_as_null=True)

WINDOW_CHECK = (
    "(window_start IS NULL) = (window_end IS NULL) AND (window_start IS NULL) = (window_precision IS NULL)"
    " AND window_start <= window_end"
)


class WindowColumns(SQLModel):
    """Mixin: a window, or none. A table adds `window_check()` to its arguments."""

    window_start: date | None = Field(default=None, sa_type=Date)
    window_end: date | None = Field(default=None, sa_type=Date)
    window_precision: str | None = Field(default=None, sa_type=Text)
    window_tentative: bool = Field(default=False, nullable=False)

    @property
    def window(self) -> Window | None:
        if self.window_start is None or self.window_end is None or self.window_precision is None:
            return None
        return Window(
            start=self.window_start,
            end=self.window_end,
            precision=Precision(self.window_precision),
            tentative=self.window_tentative,
        )

    def set_window(self, window: Window | None) -> None:
        for column, value in window_values(window).items():
            setattr(self, column, value)


def window_values(window: Window | None) -> dict[str, Any]:
    """The column values of a window, for the constructor of a row."""
    return {
        "window_start": window and window.start,
        "window_end": window and window.end,
        "window_precision": window and window.precision.value,
        "window_tentative": bool(window and window.tentative),
    }


def window_check() -> CheckConstraint:
    return CheckConstraint(WINDOW_CHECK, name="window")


class OfProject(SQLModel):
    """Mixin: belongs to one project. A table adds `to_project()` to its arguments."""

    project_id: UUID = Field(nullable=False)


def to_project() -> ForeignKeyConstraint:
    return to_table("project", "project_id")


def to_table(table: str, column: str) -> ForeignKeyConstraint:
    """A composite foreign key: a plain one would accept another tenant's row."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"])


def one_of(column: str, values: type) -> CheckConstraint:
    """The column holds a value of this StrEnum."""
    listed = ", ".join(f"'{value.value}'" for value in values)  # type: ignore[attr-defined]
    return CheckConstraint(f"{column} IN ({listed})", name=column)
