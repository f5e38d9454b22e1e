"""Offsets from anchors, forwards and backwards."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.projects.plan.offset import AnchorUnknown, Offset, RelativeWindow
from services.projects.plan.window import Precision

ANCHORS = {"start_month": date(2027, 3, 1), "rollout_start": date(2027, 8, 31)}


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("start_month", date(2027, 3, 1)),
        ("start_month+2m", date(2027, 5, 1)),
        ("rollout_start-12m", date(2026, 8, 31)),
        ("rollout_start+6m", date(2028, 2, 29)),
        ("rollout_start+12w", date(2027, 11, 23)),
        ("rollout_start-1d", date(2027, 8, 30)),
    ],
)
def test_an_offset_names_a_day_once_its_anchor_is_known(written: str, day: date) -> None:
    assert Offset.parse(written).resolve(ANCHORS) == day


@pytest.mark.parametrize(
    "written", ["", "+2m", "start month", "start_month+2", "start_month+2y", "Start+1m", "a+1234d"]
)
def test_what_is_no_offset_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match=r"start_month\+2m"):
        Offset.parse(written)


def test_an_offset_from_an_anchor_without_date_says_which() -> None:
    with pytest.raises(AnchorUnknown, match="go_live"):
        Offset.parse("go_live+1m").resolve(ANCHORS)


def test_json_holds_the_written_form() -> None:
    adapter = TypeAdapter(Offset)
    assert adapter.dump_json(adapter.validate_json('"start_month+2m"')) == b'"start_month+2m"'
    with pytest.raises(ValidationError):
        adapter.validate_json('"in two months"')


@given(st.sampled_from(list(ANCHORS)), st.integers(-999, 999), st.sampled_from("mwd"))
def test_the_written_form_reads_back_as_the_same_offset(anchor: str, amount: int, unit: str) -> None:
    offset = Offset(anchor, amount, unit)
    assert Offset.parse(str(offset)) == offset
    days = (offset.resolve({anchor: date(2200, 1, 1)}) - date(2200, 1, 1)).days
    assert offset.days_at_least() <= days <= offset.days_at_most()


def test_a_relative_window_covers_whole_months() -> None:
    window = RelativeWindow.model_validate({"first": "start_month", "last": "start_month+1m", "precision": "month"})
    resolved = window.resolve(ANCHORS)
    assert (resolved.start, resolved.end, resolved.precision) == (date(2027, 3, 1), date(2027, 4, 30), Precision.month)
