"""A declared table of figures: what is counted, by what, on which day, and in which words. Data."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from services.sync.statistic.counting import DIMENSIONS

Word = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Dimension = Literal["schoolForm", "unitCode", "unitName", "schoolYear", "role", "groupKind"]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", description="MM-DD")]


class Table(BaseModel):
    """Head counts by `dimensions`, in that order.

    `pupils` (in preschool too; in leisure care where `schoolForms` names it) and `staff` count each person once per row
    of the table, `enrolments`, `placements` and `duties` count places. `headings` name the columns (a dimension, or
    `count`), `words` translate what stands in them, `days` are the reference dates of a year (Statistics Sweden counts
    pupils on 15 October). `withTotal` adds a last row with the sum.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    count: Literal["pupils", "enrolments", "placements", "staff", "duties", "groups"]
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1, max_length=4)]
    headings: dict[Dimension | Literal["count"], Word] = Field(default_factory=dict)
    words: dict[Dimension, dict[Word, Word]] = Field(default_factory=dict)
    school_forms: frozenset[Word] = frozenset()
    days: frozenset[MonthDay] = frozenset()
    with_total: bool = True

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(set(self.dimensions)) != len(self.dimensions):
            raise ValueError("each dimension stands once")
        if unknown := set(self.dimensions) - set(DIMENSIONS[self.count]):
            known = ", ".join(DIMENSIONS[self.count])
            raise ValueError(f"{self.count} cannot be counted by {', '.join(sorted(unknown))}; there are {known}")
        return self

    def heads(self) -> list[str]:
        """The headings of the table, the count last."""
        words = {str(name): word for name, word in self.headings.items()}
        return [words.get(name, name) for name in (*self.dimensions, "count")]
