"""Draws people: names of the languages that Nordic schools hear, in families, with logins that carry no name."""

import json
from importlib.resources import files
from random import Random
from typing import Any

from cli.demo_roster.civic import CivicNumbers
from cli.demo_roster.model import Person

DOMAIN = "alvsunda.example"
_SHARES = {"sv": 74, "ar": 12, "fi": 6, "da": 5, "se": 3}
_MARKINGS = ("Sekretessmarkering", "Skyddad folkbokföring")


def pools() -> dict[str, Any]:
    """The name lists by language, and the names of places for schools."""
    loaded: dict[str, Any] = json.loads(files("cli.demo_roster").joinpath("names.json").read_text(encoding="utf-8"))
    return loaded


class People:
    """Makes persons with running ids per part: `elev00001`, `vh00001`, `larare0001`, ..."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._pools = pools()
        self._civic = CivicNumbers(random)
        self._numbers: dict[str, int] = {}

    def language(self) -> str:
        return self._random.choices(list(_SHARES), weights=list(_SHARES.values()))[0]

    def family_name(self, language: str) -> str:
        return str(self._random.choice(self._pools[language]["family"]))

    def given_name(self, language: str) -> str:
        return str(self._random.choice(self._pools[language]["given"]))

    def marking(self, share: float) -> str:
        """A protection marking for `share` of those asked about; "Ingen" for the others."""
        return self._random.choice(_MARKINGS) if self._random.random() < share else "Ingen"

    def make(self, part: str, prefix: str, *, language: str, family: str, marking: str) -> Person:
        """A person; guardians log in with an electronic id and have no login name here."""
        number = self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        name = f"{prefix}{number:0{5 if part != 'staff' else 4}}"
        return Person(
            id=name,
            given=self.given_name(language),
            family=family,
            part=part,
            civic=self._civic.next(),
            email=f"{name}@{'post.example' if part == 'guardian' else DOMAIN}",
            login="" if part == "guardian" else f"{name}@{DOMAIN}",
            marking=marking,
        )
