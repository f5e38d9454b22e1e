"""From an anchor to days of one school year. Pure.

A school year is named by the year in which it begins. Where terms begin is the customer's to say; tertials end with
their month, and the census is taken on 15 October where nothing else is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.projects.wheel.vocabulary import WheelAnchor


@dataclass(frozen=True)
class SchoolYear:
    """The days of one school year that events are reckoned from; a term start is None where it was not given."""

    year: int
    autumn_term_start: date | None = None
    spring_term_start: date | None = None
    census_date: date | None = None

    def days(self, anchor: WheelAnchor) -> list[date | None]:
        """The days that the anchor means, in order; several for those that come several times a year."""
        fixed: Mapping[WheelAnchor, list[date | None]] = {
            WheelAnchor.school_year_start: [self.autumn_term_start or date(self.year, 7, 1)],
            WheelAnchor.autumn_term_start: [self.autumn_term_start],
            WheelAnchor.spring_term_start: [self.spring_term_start],
            WheelAnchor.census_date: [self.census_date or date(self.year, 10, 15)],
            WheelAnchor.tertial_2_end: [date(self.year, 8, 31)],
            WheelAnchor.tertial_3_end: [date(self.year, 12, 31)],
            WheelAnchor.tertial_1_end: [date(self.year + 1, 4, 30)],
            WheelAnchor.each_term_start: [self.autumn_term_start, self.spring_term_start],
            WheelAnchor.each_tertial_end: [
                date(self.year, 8, 31),
                date(self.year, 12, 31),
                date(self.year + 1, 4, 30),
            ],
        }
        return fixed[anchor]
