"""The word lists of the annual wheel."""

from enum import StrEnum


class WheelAnchor(StrEnum):
    """From which day an event is reckoned. Terms begin when the customer says so; the rest has usual days."""

    school_year_start = "school_year_start"
    autumn_term_start = "autumn_term_start"
    spring_term_start = "spring_term_start"
    census_date = "census_date"
    tertial_1_end = "tertial_1_end"
    tertial_2_end = "tertial_2_end"
    tertial_3_end = "tertial_3_end"
    each_term_start = "each_term_start"
    each_tertial_end = "each_tertial_end"


class WheelAction(StrEnum):
    """What an event makes when the wheel is rolled: a data request, or a date to keep."""

    data_request = "data_request"
    meeting = "meeting"
    report = "report"
    reminder = "reminder"
