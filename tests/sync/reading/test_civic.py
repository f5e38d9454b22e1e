"""National numbers: what is a number, what is not and why, held against other people's validators."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer.personnummer import Personnummer
from stdnum.dk import cpr

from cli.demo_roster.civic import luhn_digit
from services.sync.reading.civic import BadNumber, CivicKeys, normalise

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("198112289874", "198112289874"),
        ("19811228-9874", "198112289874"),
        ("811228-9874", "198112289874"),
        ("8112289874", "198112289874"),
        ("701063-2391", "197010632391"),  # coordination number: day + 60
        ("121212-1212", "201212121212"),
        ("121212+1212", "191212121212"),
        (" 19121212 1212 ", "191212121212"),
    ],
)
def test_a_swedish_number_has_one_form(written: str, normal: str) -> None:
    assert normalise(written, "se", TODAY) == normal


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("198112289875", "civic_check_digit"),
        ("19811328987" + luhn_digit("811328987"), "civic_date"),
        ("19811228987", "civic_malformed"),
        ("198112280000", "civic_check_digit"),
        ("20150412T123", "civic_interim"),
        ("20150412TF12", "civic_interim"),
        ("1,98112E+11", "civic_spreadsheet"),
        ("1.98112E11", "civic_spreadsheet"),
        ("okänt", "civic_malformed"),
        ("", "civic_malformed"),
    ],
)
def test_what_is_no_number_says_why(written: str, rule: str) -> None:
    with pytest.raises(BadNumber) as caught:
        normalise(written, "se", TODAY)
    assert caught.value.rule == rule


@pytest.mark.parametrize("written", ["0101651234", "010165-1234", "610165-1234", "010165KOT1"])
def test_a_danish_number_needs_no_check_digit_and_may_be_fictive(written: str) -> None:
    assert normalise(written, "dk", TODAY) == written.replace("-", "")


@pytest.mark.parametrize("written", ["3213651234", "0113651234", "01016512"])
def test_a_danish_number_needs_a_date(written: str) -> None:
    with pytest.raises(BadNumber):
        normalise(written, "dk", TODAY)


@given(st.integers(1900, 2025), st.integers(1, 12), st.integers(1, 88), st.integers(0, 9999))
def test_the_package_personnummer_agrees(year: int, month: int, day: int, rest: int) -> None:
    written = f"{year}{month:02}{day:02}{rest:04}"
    try:
        ours: str | None = normalise(written, "se", TODAY)
    except BadNumber:
        ours = None
    try:
        theirs: str | None = Personnummer(written).format(True)
    except Exception:
        theirs = None
    assert ours == theirs


@given(st.integers(1, 31), st.integers(1, 12), st.integers(0, 99), st.integers(0, 9999))
def test_what_stdnum_takes_for_a_cpr_we_take_too(day: int, month: int, year: int, rest: int) -> None:
    written = f"{day:02}{month:02}{year:02}{rest:04}"
    if cpr.is_valid(written):
        assert normalise(written, "dk", TODAY) == written


def test_a_sealed_number_opens_and_is_sealed_differently_each_time() -> None:
    keys = CivicKeys(b"h" * 32, b"s" * 32)
    first, second = keys.seal("198112289874"), keys.seal("198112289874")
    assert first != second
    assert keys.open(first) == "198112289874"
    assert keys.digest("198112289874") == keys.digest("198112289874")
    assert keys.digest("198112289874") != CivicKeys(b"x" * 32, b"s" * 32).digest("198112289874")
