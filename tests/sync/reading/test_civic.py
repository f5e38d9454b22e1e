"""National numbers: what is a number, what is not and why, held against other people's validators."""

import hmac
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer.personnummer import Personnummer
from stdnum.dk import cpr
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu
from stdnum.no import fodselsnummer

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
    assert keys.digest("198112289874") == hmac.digest(keys.hashing, b"198112289874", "sha256")
    assert keys.digest("198112289874") == keys.digest("198112289874")
    assert keys.digest("198112289874") != CivicKeys(b"x" * 32, b"s" * 32).digest("198112289874")


@pytest.mark.parametrize("written", ["131052-308T", "131052V308T", "131052A308T", " 131052a308t "])
def test_a_finnish_number_keeps_the_sign_of_its_century(written: str) -> None:
    assert normalise(written, "fi", TODAY) == written.strip().upper()


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("131052-308U", "civic_check_digit"),
        ("311152-308K", "civic_date"),
        ("131052-900" + "0123456789ABCDEFHJKLMNPRSTUVWXY"[131052900 % 31], "civic_interim"),
        ("131052Z308T", "civic_malformed"),
        ("1310523", "civic_malformed"),
    ],
)
def test_what_is_no_finnish_number_says_why(written: str, rule: str) -> None:
    with pytest.raises(BadNumber) as caught:
        normalise(written, "fi", TODAY)
    assert caught.value.rule == rule


@given(
    st.integers(1, 31), st.integers(1, 12), st.integers(0, 99), st.sampled_from("+-YXWVUABCDEF"), st.integers(0, 999)
)
def test_stdnum_agrees_on_finnish_numbers(day: int, month: int, year: int, sign: str, rest: int) -> None:
    digits = f"{day:02}{month:02}{year:02}{rest:03}"
    written = f"{digits[:6]}{sign}{digits[6:]}" + "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31]
    try:
        ours = normalise(written, "fi", TODAY) == written
    except BadNumber:
        ours = False
    assert ours == hetu.is_valid(written)


@given(st.integers(1, 71), st.integers(1, 52), st.integers(0, 99), st.integers(0, 999))
def test_stdnum_agrees_on_norwegian_numbers(day: int, month: int, year: int, rest: int) -> None:
    first = f"{day:02}{month:02}{year:02}{rest:03}"
    first += fodselsnummer.calc_check_digit1(first)
    written = first + fodselsnummer.calc_check_digit2(first)
    try:
        ours = normalise(written, "no", TODAY) == written
    except BadNumber:
        ours = False
    try:
        born = fodselsnummer.get_birth_date(written) if fodselsnummer.is_valid(written) else None
    except ValidationError:
        born = None
    assert ours == (born is not None) or born is None  # stdnum also asks whether the person is born yet


@pytest.mark.parametrize("written", ["13097248032", "21483609245"])
def test_a_norwegian_number_with_a_wrong_digit_is_no_number(written: str) -> None:
    changed = written[:-1] + str((int(written[-1]) + 1) % 10)
    with pytest.raises(BadNumber):
        normalise(changed, "no", TODAY)


def test_a_number_of_another_country_says_so_by_its_code() -> None:
    assert normalise("FI:131052-308T", "se", TODAY) == "131052-308T"
    assert normalise("SE:811228-9874", "no", TODAY) == "198112289874"
