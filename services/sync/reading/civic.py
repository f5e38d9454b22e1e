"""National numbers of Sweden, Denmark, Finland and Norway. A bad number is a finding, never a refusal.

Numbers are only compared as keyed hashes and kept encrypted; this module is the one place that sees them in plain.
"""

import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SE = re.compile(r"(\d{2})?(\d{6})([-+]?)(\d{4})")
_SE_INTERIM = re.compile(r"(\d{2})?\d{6}[-+]?([A-Z]\d{3}|[A-Z]{2}\d{2})", re.IGNORECASE)
_DK = re.compile(r"(\d{2})(\d{2})(\d{2})-?([0-9A-Z]{3}\d)", re.IGNORECASE)
_FI = re.compile(r"(\d{2})(\d{2})(\d{2})([-+YXWVUABCDEF])(\d{3})([0-9ABCDEFHJKLMNPRSTUVWXY])")
_FI_CENTURY = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)
_FI_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_NO = re.compile(r"(\d{2})(\d{2})(\d{2})-?(\d{3})\d{2}")
_NO_FIRST, _NO_SECOND = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_OTHER_COUNTRY = re.compile(r"(SE|DK|FI|NO):(.*)", re.IGNORECASE)
_SPREADSHEET = re.compile(r"\d[,.]\d+E\+?\d+", re.IGNORECASE)
_COORDINATION = 60


class BadNumber(Exception):
    """The number cannot be used; `rule` names the finding."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def normalise(value: str, country: str, today: date) -> str:
    """The number in its one comparable form: 12 digits (se), 10 characters (dk), 11 with the sign of the century (fi),
    11 digits (no). A number that begins with another country's code, `FI:`, is of that country. Raises BadNumber.
    """
    if other := _OTHER_COUNTRY.fullmatch(value.strip()):
        country, value = other[1].lower(), other[2]
    compact = value.replace(" ", "").replace("\u2212", "-").replace("\u2013", "-")
    if _SPREADSHEET.fullmatch(compact):
        raise BadNumber("civic_spreadsheet")
    if country == "se":
        return _swedish(compact, today)
    return {"dk": _danish, "fi": _finnish, "no": _norwegian}[country](compact)


def like_number(text: str) -> bool:
    """Whether a text has the looks of a national number, right or wrong: ten to thirteen characters, digits at both
    ends."""
    return 10 <= len(text) <= 13 and text[:6].isdigit() and (text[-4:].isdigit() or _FI.fullmatch(text) is not None)


def _swedish(compact: str, today: date) -> str:
    match = _SE.fullmatch(compact)
    if match is None:
        raise BadNumber("civic_interim" if _SE_INTERIM.fullmatch(compact) else "civic_malformed")
    century, birth, separator, rest = match.groups()
    if rest[:3] == "000" or not _luhn(birth + rest):
        raise BadNumber("civic_check_digit")
    if century is None:
        century = _century(birth, separator, today)
    day = int(birth[4:])
    if not _is_date(int(century + birth[:2]), int(birth[2:4]), day - _COORDINATION if day > _COORDINATION else day):
        raise BadNumber("civic_date")
    return century + birth + rest


def _century(birth: str, separator: str, today: date) -> str:
    """Of ten digits: the latest century in which the person is born; `+` says that the person has turned 100."""
    year = today.year - (today.year - int(birth[:2])) % 100
    if year == today.year and int(birth[2:4]) > today.month:
        year -= 100
    return f"{(year - 100 if separator == '+' else year) // 100:02}"


def _danish(compact: str) -> str:
    """A CPR. Modulus 11 has not held since 2007; fictive numbers carry day + 60 or letters (STIL)."""
    match = _DK.fullmatch(compact)
    if match is None:
        raise BadNumber("civic_malformed")
    day, month, year, rest = match.groups()
    number = int(day) - _COORDINATION if int(day) > _COORDINATION else int(day)
    # The century follows from the seventh digit; only 29 February depends on it, and 2000 had one.
    if not any(_is_date(century + int(year), int(month), number) for century in (1800, 1900, 2000)):
        raise BadNumber("civic_date")
    return f"{day}{month}{year}{rest.upper()}"


def _finnish(compact: str) -> str:
    """A henkilotunnus, with the signs of the century that came in 2023. 900-999 are temporary ones of hospitals: the
    same number may be given to two persons, so it tells nobody apart."""
    match = _FI.fullmatch(compact.upper())
    if match is None:
        raise BadNumber("civic_malformed")
    day, month, year, sign, rest, check = match.groups()
    if not _is_date(_FI_CENTURY[sign] + int(year), int(month), int(day)):
        raise BadNumber("civic_date")
    if rest < "002" or _FI_CHECK[int(day + month + year + rest) % 31] != check:
        raise BadNumber("civic_check_digit")
    if rest >= "900":
        raise BadNumber("civic_interim")
    return match[0]


def _norwegian(compact: str) -> str:
    """A fodselsnummer or D-number (day + 40); month + 40 (help numbers), + 65 and + 80 are test populations."""
    match = _NO.fullmatch(compact)
    if match is None:
        raise BadNumber("civic_malformed")
    number = compact.replace("-", "")
    first, second = _weighed(number, _NO_FIRST), _weighed(number, _NO_SECOND)
    if number[9:] != f"{first}{second}":
        raise BadNumber("civic_check_digit")
    day, month, year, rest = (int(part) for part in match.groups())
    month -= next((offset for offset in (80, 65, 40) if month > offset), 0)
    century = _norwegian_century(year, rest)
    if century is None or not _is_date(century + year, month, day - 40 if day > 40 else day):
        raise BadNumber("civic_date")
    return number


def _norwegian_century(year: int, rest: int) -> int | None:
    if rest < 500 or (rest >= 900 and year >= 40):
        return 1900
    if rest < 750 and year >= 54:
        return 1800
    return 2000 if year < 40 else None


def _weighed(number: str, weights: tuple[int, ...]) -> int:
    """The check digit by modulus 11; 10 and 11 stand for numbers that are not given out, and for 0."""
    left = 11 - sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % 11
    return 0 if left == 11 else left


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _luhn(digits: str) -> bool:
    total = 0
    for place, character in enumerate(digits):
        doubled = int(character) * (2 - place % 2)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


@dataclass(frozen=True)
class CivicKeys:
    """The tenant's two keys: one for comparing, one for keeping. 32 bytes each."""

    hashing: bytes
    sealing: bytes

    @cached_property
    def _hasher(self) -> hmac.HMAC:
        return hmac.new(self.hashing, digestmod=hashlib.sha256)

    @cached_property
    def _sealer(self) -> AESGCM:
        return AESGCM(self.sealing)

    def digest(self, number: str) -> bytes:
        """The keyed hash by which two records of one person are found equal; 32 bytes."""
        hasher = self._hasher.copy()  # to set the key anew takes as long as to hash
        hasher.update(number.encode())
        return hasher.digest()

    def seal(self, number: str) -> bytes:
        """The number encrypted: nonce, then ciphertext."""
        nonce = os.urandom(12)
        return nonce + self._sealer.encrypt(nonce, number.encode(), b"startklar.civic.v1")

    def open(self, sealed: bytes) -> str:
        """The number in plain; for export to the person and to registers only."""
        return self._sealer.decrypt(sealed[:12], sealed[12:], b"startklar.civic.v1").decode()
