"""National numbers: Swedish personnummer and samordningsnummer, Danish CPR. A bad number is a finding, never a refusal.

Numbers are only compared as keyed hashes and kept encrypted; this module is the one place that sees them in plain.
"""

import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SE = re.compile(r"(\d{2})?(\d{6})([-+]?)(\d{4})")
_SE_INTERIM = re.compile(r"(\d{2})?\d{6}[-+]?([A-Z]\d{3}|[A-Z]{2}\d{2})", re.IGNORECASE)
_DK = re.compile(r"(\d{2})(\d{2})(\d{2})-?([0-9A-Z]{3}\d)", re.IGNORECASE)
_SPREADSHEET = re.compile(r"\d[,.]\d+E\+?\d+", re.IGNORECASE)
_COORDINATION = 60


class BadNumber(Exception):
    """The number cannot be used; `rule` names the finding."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def normalise(value: str, country: str, today: date) -> str:
    """The number in its one comparable form: 12 digits (se), 10 characters (dk). Raises BadNumber."""
    compact = value.replace(" ", "").replace("\u2212", "-").replace("\u2013", "-")
    if _SPREADSHEET.fullmatch(compact):
        raise BadNumber("civic_spreadsheet")
    return _swedish(compact, today) if country == "se" else _danish(compact)


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

    def digest(self, number: str) -> bytes:
        """The keyed hash by which two records of one person are found equal; 32 bytes."""
        return hmac.digest(self.hashing, number.encode(), hashlib.sha256)

    def seal(self, number: str) -> bytes:
        """The number encrypted: nonce, then ciphertext."""
        nonce = os.urandom(12)
        return nonce + AESGCM(self.sealing).encrypt(nonce, number.encode(), b"startklar.civic.v1")

    def open(self, sealed: bytes) -> str:
        """The number in plain; for export to the person and to registers only."""
        return AESGCM(self.sealing).decrypt(sealed[:12], sealed[12:], b"startklar.civic.v1").decode()
