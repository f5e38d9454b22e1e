"""Builds the synthetic municipality: families with children in all school forms, groups, and staff as in HAN-T1-5."""

from random import Random

from cli.demo_roster.model import Duty, Enrolment, Group, Membership, Municipality, Person, Responsible, Unit
from cli.demo_roster.organisation import AUTHORITY, FORMS, Form, build_units
from cli.demo_roster.people import People

# HAN-T1-5: how many people of each part the training counts, and where they work.
HEAD_COUNTS = {
    "school_administrator": ("adm", 100),
    "advanced_user": ("avancerad", 5),
    "teacher": ("larare", 2500),
    "central_administrator": ("central", 5),
    "school_leader": ("rektor", 100),
}
_CENTRAL = {"advanced_user", "central_administrator"}
_SUBJECTS = ("Svenska", "Matematik", "Engelska")
_PROTECTED_FAMILIES = 0.004
_PROTECTED_STAFF = 0.003


def build(pupils: int = 12_000, seed: int = 1, staff_share: float = 1.0) -> Municipality:
    """The same municipality for the same arguments. `staff_share` scales the head counts of HAN-T (1.0 = 2 710)."""
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    town = Municipality()
    people = People(random)
    town.units, schools = build_units(pupils, random)
    children = _families(town, people, random, pupils)
    random.shuffle(children)
    taken = 0
    for form in FORMS:
        count = pupils - taken if form is FORMS[-1] else round(pupils * form.share)
        _fill_schools(town, form, schools[form.name], children[taken : taken + count])
        taken += count
    _staff(town, people, random, staff_share)
    _teachers_into_groups(town)
    return town


def _families(town: Municipality, people: People, random: Random, pupils: int) -> list[Person]:
    children: list[Person] = []
    while len(children) < pupils:
        language, marking = people.language(), people.marking(_PROTECTED_FAMILIES)
        family = people.family_name(language)
        size = min(random.choices((1, 2, 3), weights=(45, 42, 13))[0], pupils - len(children))
        siblings = [
            people.make("pupil", "elev", language=language, family=family, marking=marking) for _ in range(size)
        ]
        guardians = [
            people.make("guardian", "vh", language=language, family=family, marking=marking)
            for _ in range(random.choices((1, 2), weights=(22, 78))[0])
        ]
        town.persons += siblings + guardians
        town.responsibles += [Responsible(child.id, guardian.id) for child in siblings for guardian in guardians]
        children += siblings
    return children


def _fill_schools(town: Municipality, form: Form, schools: list[Unit], pupils: list[Person]) -> None:
    for place, school in enumerate(schools):
        here = pupils[place :: len(schools)]
        for step, grade in enumerate(form.grades):
            cohort = here[step :: len(form.grades)]
            for start in range(0, len(cohort), form.group_size):
                turn, place_in_alphabet = divmod(start // form.group_size, 26)
                letter = chr(ord("A") + place_in_alphabet) + (str(turn + 1) if turn else "")
                _fill_group(town, form, school, (grade, letter), cohort[start : start + form.group_size])


def _fill_group(town: Municipality, form: Form, school: Unit, label: tuple[str, str], pupils: list[Person]) -> None:
    grade, letter = label
    home = Group(
        f"{school.id}-{form.name}-{grade}{letter}", f"{grade or 'Grupp '}{letter}", "home", school.id, form.name
    )
    groups = [home]
    if form.name == "compulsory" and grade in "0123":
        groups.append(
            Group(f"{school.id}-fritids-{grade}{letter}", f"Fritids {grade}{letter}", "home", school.id, "leisure")
        )
    if form.name == "upper_secondary" or (grade and grade in "789"):
        groups += [
            Group(f"{home.id}-{subject[:2].lower()}", f"{subject} {home.name}", "teaching", school.id, form.name)
            for subject in _SUBJECTS
        ]
    town.groups += groups
    for pupil in pupils:
        town.enrolments.append(Enrolment(pupil.id, school.id, form.name, grade))
        town.memberships += [Membership(group.id, pupil.id, "pupil") for group in groups]
        if groups[-1].form == "leisure":
            town.enrolments.append(Enrolment(pupil.id, school.id, "leisure", grade))


def _staff(town: Municipality, people: People, random: Random, share: float) -> None:
    schools = [unit for unit in town.units if unit.kind == "school"]
    weights = [1 + sum(1 for e in town.enrolments if e.unit == school.id) for school in schools]
    for role, (prefix, count) in HEAD_COUNTS.items():
        for number in range(max(1, round(count * share))):
            language = people.language()
            marking = people.marking(_PROTECTED_STAFF)
            person = people.make(
                "staff", prefix, language=language, family=people.family_name(language), marking=marking
            )
            town.persons.append(person)
            if role in _CENTRAL:
                unit = AUTHORITY
            elif number < len(schools):  # every school has at least one of each part before the rest is spread
                unit = schools[number].id
            else:
                unit = random.choices(schools, weights=weights)[0].id
            town.duties.append(Duty(person.id, unit, role))


def _teachers_into_groups(town: Municipality) -> None:
    """Two teachers for every home group, one for every teaching group, in turns within the school."""
    at_school: dict[str, list[str]] = {}
    for duty in town.duties:
        if duty.role == "teacher":
            at_school.setdefault(duty.unit, []).append(duty.person)
    turn: dict[str, int] = {}
    for group in town.groups:
        teachers = at_school.get(group.unit, [])
        for _ in range(min(2 if group.kind == "home" else 1, len(teachers))):
            place = turn[group.unit] = turn.get(group.unit, -1) + 1
            town.memberships.append(Membership(group.id, teachers[place % len(teachers)], "teacher"))
