"""Swedish personal identity numbers that no human being has, has had or will have.

They are well-formed (12 digits, a real calendar day, a serial of 001-999, a right Luhn digit) but say "born in
1800-1829". The number was introduced in 1947 for people then alive, and nobody was 117 years old; the century is always
written out, so no number can be taken for one of a person born a century or two later.
"""

from random import Random

_YEARS = range(1800, 1830)


def luhn_digit(digits: str) -> str:
    """The check digit for `digits` (the nine before it, weights 2, 1, 2, ...)."""
    total = 0
    for place, character in enumerate(digits):
        doubled = int(character) * (2 - place % 2)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


class CivicNumbers:
    """Hands out numbers, each once. One in fifty is a coordination number (day + 60)."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given: set[str] = set()

    def next(self) -> str:
        """A number of 12 digits that was not given before."""
        while True:
            day = self._random.randint(1, 28) + (60 if self._random.random() < 0.02 else 0)
            date = f"{self._random.choice(_YEARS)}{self._random.randint(1, 12):02}{day:02}"
            serial = f"{self._random.randint(1, 999):03}"
            number = date + serial + luhn_digit(date[2:] + serial)
            if number not in self._given:
                self._given.add(number)
                return number
