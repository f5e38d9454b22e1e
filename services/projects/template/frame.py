"""What a template asks before a plan can be drawn: anchors, parties, options; and who must be found: roles."""

from typing import Literal

from pydantic import Field

from services.projects.plan.vocabulary import PartySide
from services.projects.template.parts import Count, Key, Part, SourceRow
from shared.kit.text import Text

BodyLevel = Literal["strategic", "effect", "operative", "advisory", "union", "programme", "pilot"]


class Anchor(Part):
    """A date that the project gives, from which the plan is reckoned, forwards or backwards.

    A month counts from its first day. `bounds: start` means that nothing in the plan may begin before it, `end` that
    nothing may end after it; a row that does is reported with the anchor as an infeasible pair, never clipped
    (requirements 9.11). Rows reckoned from an anchor that is not required and not given have no dates.
    """

    type: Literal["date", "month", "school_year_start", "term_start", "end_date"]
    title: Text
    required: bool = True
    bounds: Literal["start", "end"] | None = None


class Party(Part):
    """`variable` is the name by which texts speak of the party, in braces: no template names a real one."""

    side: PartySide
    variable: Key
    title: Text
    required: bool


class Option(Part):
    """A choice made when the plan is instantiated; rows and criteria can depend on it."""

    type: Literal["bool", "integer"]
    default: bool | int
    title: Text
    minimum: int | None = None
    maximum: int | None = None


class Role(SourceRow):
    """A role that somebody must hold. `bodies` are the governance levels where it has a seat.

    `min_count` is how many holders the source asks for, at each unit where `per_unit` is set (two administrators a
    school). `needs_mandate`: a holder counts only with a decision and a share of the post. `allocation` says what share
    is set aside, as the source words it.
    """

    key: Key
    side: PartySide
    title: Text
    duty: Text
    bodies: tuple[BodyLevel, ...] = ()
    seat_per_school_form: bool = False
    min_count: Count | None = Field(default=None, ge=1)
    per_unit: bool = False
    needs_mandate: bool = False
    allocation: Text | None = None
    note: Text | None = None
