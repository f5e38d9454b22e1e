"""Dates as people write them in the Nordic countries, with the precision that they state. Pure.

A year, quarter, month or week stays one: "mars 2027" is all of March, and "augusti 2027?" is tentative as well.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.projects.plan.window import Precision, Window, period_end, period_start

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari januar january jan", "februari februar february feb", "mars marts march mar", "april apr",
            "maj may mai", "juni june jun", "juli july jul", "augusti august aug", "september sept sep",
            "oktober october okt oct", "november nov", "december desember dec des",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH_NUMBER = re.compile(r"(\d{4})-(\d{1,2})")
_YEAR = re.compile(r"(\d{4})")
_WEEK = re.compile(r"(?:vecka|v|uge|week|w)\.?\s*(\d{1,2})[\s,/-]*(\d{4})", re.I)
_WEEK_ISO = re.compile(r"(\d{4})-?\s?[wv](\d{1,2})", re.I)
_QUARTER = re.compile(r"(?:kvartal|kvartalet|quarter|kv|k|q)\.?\s*([1-4])[\s,/-]*(\d{4})", re.I)
_QUARTER_ISO = re.compile(r"(\d{4})-?\s?[qk]([1-4])", re.I)
_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./ -]\s*(\d{4})")
_NAMED_DAY = re.compile(r"(\d{1,2})\.?\s*([a-zåäöæø]+)\.?,?\s+(\d{4})", re.I)
_NAMED_US = re.compile(r"([a-zåäöæø]+)\.?\s+(\d{1,2}),?\s+(\d{4})", re.I)
_NAMED_MONTH = re.compile(r"([a-zåäöæø]+)\.?,?\s+(\d{4})", re.I)
_NO_YEAR = re.compile(r"\d{1,2}[./-]\d{1,2}\.?|\d{1,2}\.?\s*[a-zåäöæø]+\.?|[a-zåäöæø]{3,9}\.?", re.I)


@dataclass(frozen=True)
class Read:
    """What was read. `note` is the code of a remark about it, with its words."""

    start: date
    end: date
    precision: Precision
    tentative: bool = False
    note: str | None = None


class Unreadable(ValueError):
    """`code` of the remark, and the words that its texts need."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


def read_text(text: str, *, month_first: bool = False) -> Read:
    """A date in words or figures. `month_first` is how American tools write 3/15/2027. Raises Unreadable."""
    bare = " ".join(text.strip().strip("()").split())
    tentative = bare.endswith("?")
    bare = bare.rstrip("? ").strip()
    found = _of_day(bare, month_first) or _of_period(bare)
    if found is None:
        raise Unreadable("date_no_year" if _is_without_year(bare) else "date_unreadable")
    return _within(Read(found.start, found.end, found.precision, tentative, found.note))


def read_serial(number: float, *, is_1904: bool = False) -> Read:
    """A day as Excel counts it: from 1 January 1904, or from the last day of 1899 with a 29 February 1900 that never
    was. Raises Unreadable before 2000 and after 2100."""
    base = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)
    if not 0 < number < 100_000:
        raise Unreadable("date_out_of_range")
    day = base + timedelta(days=int(number))
    return _within(Read(day, day, Precision.day, note="date_serial"))


def read_day(day: date | datetime) -> Read:
    """A cell that is a date. Raises Unreadable before 2000 and after 2100."""
    plain = day.date() if isinstance(day, datetime) else day
    return _within(Read(plain, plain, Precision.day))


def _of_day(bare: str, month_first: bool) -> Read | None:
    for pattern in (_ISO, _COMPACT):
        if match := pattern.fullmatch(bare):
            return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DOTTED.fullmatch(bare):
        return _dotted(bare, int(match[1]), int(match[2]), int(match[3]), month_first=month_first)
    if (match := _NAMED_DAY.fullmatch(bare)) and (month := _MONTHS.get(match[2].lower())):
        return _day(int(match[3]), month, int(match[1]))
    if (match := _NAMED_US.fullmatch(bare)) and (month := _MONTHS.get(match[1].lower())):
        return _day(int(match[3]), month, int(match[2]))
    return None


def _dotted(bare: str, first: int, second: int, year: int, *, month_first: bool) -> Read:
    if month_first and "/" in bare and first <= 12:
        return _day(year, first, second, "date_month_first" if second <= 12 else None)
    is_doubtful = "/" in bare and bare.count("/") == 2 and first <= 12 and first != second
    return _day(year, second, first, "date_order_guessed" if is_doubtful else None)


def _of_period(bare: str) -> Read | None:
    for pattern, swap in ((_WEEK, True), (_WEEK_ISO, False)):
        if match := pattern.fullmatch(bare):
            year, week = (int(match[2]), int(match[1])) if swap else (int(match[1]), int(match[2]))
            return _week(year, week)
    for pattern, swap in ((_QUARTER, True), (_QUARTER_ISO, False)):
        if match := pattern.fullmatch(bare):
            year, quarter = (int(match[2]), int(match[1])) if swap else (int(match[1]), int(match[2]))
            return _period(_day(year, quarter * 3, 1).start, Precision.quarter)
    if match := _MONTH_NUMBER.fullmatch(bare):
        return _period(_day(int(match[1]), int(match[2]), 1).start, Precision.month)
    if (match := _NAMED_MONTH.fullmatch(bare)) and (month := _MONTHS.get(match[1].lower())):
        return _period(_day(int(match[2]), month, 1).start, Precision.month)
    if match := _YEAR.fullmatch(bare):
        return _period(_day(int(match[1]), 1, 1).start, Precision.year)
    return None


def _period(day: date, precision: Precision) -> Read:
    return Read(period_start(day, precision), period_end(day, precision), precision)


def _week(year: int, week: int) -> Read:
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        raise Unreadable("date_unreadable") from None
    return Read(monday, monday + timedelta(days=6), Precision.week)


def _day(year: int, month: int, day: int, note: str | None = None) -> Read:
    if not 1 <= year <= 9999 or not 1 <= month <= 12 or not 1 <= day <= 31:
        raise Unreadable("date_unreadable")
    if day > monthrange(year, month)[1]:
        raise Unreadable("date_no_such_day", last=monthrange(year, month)[1])
    found = date(year, month, day)
    return Read(found, found, Precision.day, note=note)


def _is_without_year(bare: str) -> bool:
    if not _NO_YEAR.fullmatch(bare):
        return False
    words = re.findall(r"[a-zåäöæø]+", bare.lower())
    return all(word in _MONTHS for word in words)


def _within(read: Read) -> Read:
    if read.start < EARLIEST or read.end > LATEST:
        raise Unreadable("date_out_of_range")
    Window.covering(read.start, read.end, read.precision)
    return read
