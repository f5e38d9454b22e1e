"""The closed word lists of calendars."""

from enum import StrEnum


class Country(StrEnum):
    """Whose public holidays count."""

    se = "SE"
    dk = "DK"
    no = "NO"
    fi = "FI"


class ExceptionKind(StrEnum):
    """What an authority says about a stretch of days. A term frees no day: anchors and people read it."""

    school_break = "school_break"
    closure = "closure"
    working_day = "working_day"
    term = "term"


class DaySource(StrEnum):
    """Why a day is free (or, for an exception, free or not)."""

    weekday = "weekday"
    weekend = "weekend"
    holiday = "holiday"
    de_facto = "de_facto"
    exception = "exception"
