"""Offsets: how a template names a time before any date is known, as a distance from an anchor.

Written `start_month`, `start_month+2m`, `rollout_start-12w`, `go_live+3d`. Anchors can lie at either end, so a
plan may run forwards from its start or backwards from its goal (requirements 8).
"""

import re
from datetime import date, timedelta
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

from services.projects.plan.window import Precision, Window, add_months

AnchorKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
PATTERN = r"^([a-z][a-z0-9_]{0,40})(?:([+-][0-9]{1,3})([mwd]))?$"


class AnchorUnknown(ValueError):
    """An offset names an anchor that has no date."""


class Offset:
    """A distance in months (m), weeks (w) or days (d) from a named anchor. Immutable, compared by value."""

    __slots__ = ("amount", "anchor", "unit")

    def __init__(self, anchor: str, amount: int = 0, unit: str = "d") -> None:
        self.anchor = anchor
        self.amount = amount
        self.unit = unit

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read the written form. Raises ValueError that shows what it should look like."""
        match = re.match(PATTERN, written)
        if match is None:
            raise ValueError(f"{written!r} is no offset; write an anchor and a distance, such as start_month+2m")
        anchor, amount, unit = match.groups()
        return cls(anchor, int(amount or 0), unit or "d")

    def resolve(self, anchors: dict[str, date]) -> date:
        """The day this offset means. Raises AnchorUnknown."""
        day = anchors.get(self.anchor)
        if day is None:
            raise AnchorUnknown(self.anchor)
        if self.unit == "m":
            return add_months(day, self.amount)
        return day + timedelta(days=self.amount * (7 if self.unit == "w" else 1))

    def days_at_least(self) -> int:
        """The fewest days that this distance can come to; months vary in length."""
        return self.amount * {"m": 28 if self.amount >= 0 else 31, "w": 7, "d": 1}[self.unit]

    def days_at_most(self) -> int:
        """The most days that this distance can come to."""
        return self.amount * {"m": 31 if self.amount >= 0 else 28, "w": 7, "d": 1}[self.unit]

    def __str__(self) -> str:
        return f"{self.anchor}{self.amount:+d}{self.unit}" if self.amount else self.anchor

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Offset) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema(pattern=PATTERN))
        return core_schema.json_or_python_schema(
            json_schema=written,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), written]),
            serialization=core_schema.to_string_ser_schema(),
        )


class RelativeWindow(BaseModel):
    """A window before its dates are known: first and last offset, and how exactly the plan names them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: Offset
    last: Offset
    precision: Precision
    tentative: bool = False

    def resolve(self, anchors: dict[str, date]) -> Window:
        """The window in dates, widened to whole periods. Raises AnchorUnknown, or ValueError if it runs backwards."""
        return Window.covering(
            self.first.resolve(anchors), self.last.resolve(anchors), self.precision, tentative=self.tentative
        )
