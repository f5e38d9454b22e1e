"""What never ends by a delivery that contradicts itself, that was cut, doubled, or may no longer see a field."""

import pytest

from tests.sync.disasters.damage import with_rows
from tests.sync.plan.test_planning import pupil, without
from tests.sync.town import Roster, member, oneroster_zip, repacked, town


def codes(run: object) -> set[str]:
    return {reason["code"] for reason in run.guard_reasons}  # type: ignore[attr-defined]


async def test_whoever_is_missing_from_the_persons_but_stands_in_a_class_stays_with_everything(roster: Roster) -> None:
    small = town()
    content = oneroster_zip(small)
    await roster.load(content)
    gone = pupil(small).id
    cut = with_rows(content, "users.csv", lambda rows: [row for row in rows if row[0] != gone])
    run = await roster.plan(cut)
    assert {(c["changed"], c["ended"]) for c in run.counts.values()} == {(0, 0)}
    assert "orphan_person" in await roster.findings(run)


async def test_the_guardian_of_a_child_that_was_kept_stays_too(roster: Roster) -> None:
    small = town()
    content = oneroster_zip(small)
    await roster.load(content)
    child = pupil(small).id
    guardians = {tie.guardian for tie in small.responsibles if tie.child == child}
    gone = {child} | guardians
    cut = with_rows(content, "users.csv", lambda rows: [row for row in rows if row[0] not in gone])
    run = await roster.plan(cut)
    assert run.counts["person"]["ended"] == 0


async def test_a_pupil_in_a_class_of_the_school_keeps_the_enrolment_that_the_register_forgot(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    forgotten = pupil(small).id
    small.enrolments = [row for row in small.enrolments if row.person != forgotten]
    run = await roster.plan(oneroster_zip(small))
    assert (run.counts["enrolment"]["ended"], run.counts["responsible"]["ended"]) == (0, 0)
    assert (await roster.findings(run))["enrolment_missing"] >= 1


async def test_a_pupil_who_has_really_left_ends(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    run = await roster.plan(oneroster_zip(without(small, pupil(small))))
    assert (run.counts["person"]["ended"], run.guard) == (1, "clear")


@pytest.mark.parametrize(("column", "field"), [("email", "email"), ("username", "login"), ("userIds", "civic_hash")])
async def test_a_field_that_comes_empty_for_most_is_kept_and_told(roster: Roster, column: str, field: str) -> None:
    content = oneroster_zip(town())
    await roster.load(content)

    def empty(rows: list[list[str]]) -> list[list[str]]:
        place = rows[0].index(column)
        return [rows[0], *([*row[:place], "", *row[place + 1 :]] for row in rows[1:])]

    run = await roster.plan(with_rows(content, "users.csv", empty))
    assert run.counts["person"]["changed"] == 0
    told = next(reason for reason in run.guard_reasons if reason["code"] == "field_vanished")
    assert (told["part"], told["level"]) == (field, "note")
    assert (await roster.findings(run))["field_vanished"] == 1


async def test_a_field_that_comes_empty_for_a_few_is_a_change(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    pupil(small).email = ""
    assert (await roster.plan(oneroster_zip(small))).counts["person"]["changed"] == 1


async def test_a_file_that_ends_within_its_last_cell_is_known_by_how_it_ended_before(roster: Roster) -> None:
    content = oneroster_zip(town())
    await roster.load(content)
    users = member(content, "users.csv")
    last = users.rindex(b"\r\n", 0, len(users) - 2)
    cut = users[: users.rindex(b"\r\n", 0, last)][:-2]
    run = await roster.plan(repacked(content, users_csv=cut))
    assert (run.guard, "file_cut_short" in codes(run)) == ("held", True)


async def test_a_page_that_came_twice_holds_the_plan_but_old_duplicates_do_not(roster: Roster) -> None:
    small = town()
    for row in small.memberships[:6]:
        small.memberships.append(type(row)(row.group, row.person, row.role))
    await roster.load(oneroster_zip(small))
    assert (await roster.plan(oneroster_zip(small))).guard == "clear"

    def twice(rows: list[list[str]]) -> list[list[str]]:
        return [*rows[:11], *rows[1:11], *rows[21:]]

    run = await roster.plan(with_rows(oneroster_zip(small), "enrollments.csv", twice))
    assert (run.guard, "duplicates_many" in codes(run)) == ("held", True)


async def test_swapped_names_are_held_and_say_which_field(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    for person in small.persons:
        person.given, person.family = person.family, person.given
    run = await roster.plan(oneroster_zip(small))
    assert run.guard == "held"
    assert {reason["part"] for reason in run.guard_reasons if reason["code"] == "field_changed_most"} == {
        "givenName",
        "familyName",
    }


async def test_a_number_that_the_roster_knows_of_somebody_else_changes_neither(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    one, other = pupil(small, 0), pupil(small, 1)
    one.civic, other.civic = other.civic, one.civic
    run = await roster.plan(oneroster_zip(small))
    assert run.counts["person"]["changed"] == 0
    assert (await roster.findings(run))["identity_conflict"] == 2


async def test_a_lifted_protection_takes_two_persons(roster: Roster) -> None:
    small = town()
    pupil(small).marking = "Sekretessmarkering"
    await roster.load(oneroster_zip(small))
    pupil(small).marking = "Ingen"
    run = await roster.plan(oneroster_zip(small))
    assert (run.guard, codes(run)) == ("second_person", {"lifts_protection"})
