"""Dates as people write them."""

from datetime import date

import pytest

from services.projects.interchange.days import Unreadable, read_serial, read_text
from services.projects.plan.window import Precision


@pytest.mark.parametrize(
    "text",
    ["2027-03-01", "20270301", "1/3 2027", "01.03.2027", "1.3.2027", "1 mars 2027", "1. marts 2027", "March 1, 2027",
     "1/3-2027", "01/03/2027", "2027-03-01 00:00:00"],
)  # fmt: skip
def test_a_day_is_read_in_every_nordic_form(text: str) -> None:
    read = read_text(text)
    assert (read.start, read.end, read.precision) == (date(2027, 3, 1), date(2027, 3, 1), Precision.day)


@pytest.mark.parametrize(
    ("text", "precision", "start", "end"),
    [
        ("mars 2027", "month", "2027-03-01", "2027-03-31"),
        ("2027-02", "month", "2027-02-01", "2027-02-28"),
        ("v. 12 2027", "week", "2027-03-22", "2027-03-28"),
        ("uge 12, 2027", "week", "2027-03-22", "2027-03-28"),
        ("2027-W12", "week", "2027-03-22", "2027-03-28"),
        ("kvartal 2 2027", "quarter", "2027-04-01", "2027-06-30"),
        ("2027", "year", "2027-01-01", "2027-12-31"),
    ],
)
def test_a_period_stays_a_period(text: str, precision: str, start: str, end: str) -> None:
    read = read_text(text)
    assert (read.precision, read.start.isoformat(), read.end.isoformat()) == (precision, start, end)


def test_a_question_mark_makes_it_tentative() -> None:
    assert read_text("augusti 2027?").tentative
    assert not read_text("augusti 2027").tentative


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31.2.2027", "date_no_such_day"),
        ("29 februari 2027", "date_no_such_day"),
        ("1/3", "date_no_year"),
        ("mars", "date_no_year"),
        ("2027-W54", "date_unreadable"),
        ("1.13.2027", "date_unreadable"),
        ("så snart som möjligt", "date_unreadable"),
        ("1.3.1927", "date_out_of_range"),
    ],
)
def test_what_is_no_date_says_why(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_text(text)
    assert refused.value.code == code


def test_slashes_with_both_numbers_small_are_said_to_be_guessed() -> None:
    assert read_text("01/03/2027").note == "date_order_guessed"
    assert read_text("13/03/2027").note is None
    assert read_text("03/13/2027", month_first=True).start == date(2027, 3, 13)


def test_serials_count_from_either_epoch_and_the_leap_day_that_never_was_is_refused() -> None:
    assert read_serial(46447).start == date(2027, 3, 1)
    assert read_serial(46447 - 1462, is_1904=True).start == date(2027, 3, 1)
    assert read_serial(46447.99).start == date(2027, 3, 1)
    for number in (60, 59, 1, 0, -1, 36525, 10**7):
        with pytest.raises(Unreadable, match="date_out_of_range"):
            read_serial(number)
