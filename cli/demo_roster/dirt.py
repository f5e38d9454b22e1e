"""Spoils a municipality on purpose, the ways real deliveries are spoiled; `Municipality.dirt` says how often."""

from dataclasses import replace
from random import Random

from cli.demo_roster.civic import luhn_digit
from cli.demo_roster.model import Dirt, Duty, Enrolment, Membership, Municipality, Person

_SHARE = 0.005
_BAD_ROW_SHARE = 0.3


def spoil(town: Municipality, kinds: frozenset[Dirt], seed: int) -> None:
    """Apply `kinds` in a fixed order. Encoding is spoiled by the writers, on the bytes."""
    random = Random(seed + 1)  # noqa: S311 - repeatable on purpose
    if Dirt.duplicates in kinds:
        _duplicates(town, random)
    if Dirt.national_ids in kinds:
        _national_ids(town, random)
    if Dirt.orphans in kinds:
        _orphans(town, random)
    if Dirt.bad_rows in kinds:
        _bad_rows(town, random)


def _some(persons: list[Person], random: Random, share: float = _SHARE) -> list[Person]:
    return random.sample(persons, max(3, round(len(persons) * share)))


def _duplicates(town: Municipality, random: Random) -> None:
    """A third each: the row twice, the same id with another name, the same person under a second id."""
    for turn, person in enumerate(_some(town.of_part("pupil"), random)):
        copy = replace(person)
        if turn % 3 == 1:
            copy.given = "Dubblett"
        elif turn % 3 == 2:
            copy.id = f"{person.id}-2"
        town.persons.append(copy)
        kind = ("identical", "same-id", "same-person")[turn % 3]
        town.dirt[f"duplicates.{kind}"] = town.dirt.get(f"duplicates.{kind}", 0) + 1


def _national_ids(town: Municipality, random: Random) -> None:
    """Every spoiled number stays in the impossible range or stops being a number at all."""
    ways = (
        lambda number: number[:-1] + str((int(number[-1]) + 1) % 10),
        lambda number: number[:8] + "T" + number[9:],
        lambda number: number[:-1],
        lambda number: f"{number[0]},{number[1:6]}E+11",
        lambda number: number[:4] + "13" + number[6:11] + luhn_digit(number[2:4] + "13" + number[6:11]),
    )
    for turn, person in enumerate(_some(town.of_part("pupil"), random)):
        person.civic = ways[turn % len(ways)](person.civic)
        town.dirt["national-ids"] = town.dirt.get("national-ids", 0) + 1


def _orphans(town: Municipality, random: Random) -> None:
    pupils = _some(town.of_part("pupil"), random)
    for turn, person in enumerate(pupils):
        if turn % 3 == 0:
            town.enrolments.append(Enrolment(person.id, "enhet999", "compulsory", "4"))
        elif turn % 3 == 1:
            town.memberships.append(Membership("grupp-saknas", person.id, "pupil"))
        else:
            town.duties.append(Duty(f"okand{turn:04}", town.units[-1].id, "teacher"))
        town.dirt["orphans"] = town.dirt.get("orphans", 0) + 1


def _bad_rows(town: Municipality, random: Random) -> None:
    for turn, person in enumerate(_some(town.persons, random, _BAD_ROW_SHARE)):
        if turn % 2:
            person.family = ""
        else:
            person.id = ""
        town.dirt["bad-rows"] = town.dirt.get("bad-rows", 0) + 1
