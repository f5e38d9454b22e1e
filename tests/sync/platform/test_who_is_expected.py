"""Whom the platform should hold: pupils, children in preschool and staff, from their first day to their last."""

from datetime import datetime, timedelta

import pytest

from cli.demo_roster.civic import luhn_digit
from cli.demo_roster.people import DOMAIN
from shared.kit.clock import frozen
from tests.sync.platform.small import Platform, Rows, mapping, register, unit_id
from tests.sync.town import TODAY, Roster

NOON = datetime.fromisoformat(f"{TODAY}T12:00:00+00:00")
BEFORE, AFTER = (TODAY - timedelta(days=1)).isoformat(), (TODAY + timedelta(days=30)).isoformat()
WHO = ["b1;Alva;Ek", "b2;Bo;Al", "l1;Lo;Ask"]
TOLD: Rows = {
    "unit": ["s1;Norra skolan", "f1;Blåklockan"],
    "person": WHO,
    "enrolment": ["b1;s1;compulsory"],
    "placement": ["b2;f1;preschool;;;g2"],
    "duty": ["l1;f1;teacher"],
    "group": ["g1;4A;s1;home", "g2;Myran;f1;home"],
    "membership": ["g1;b1;pupil"],
}


def told(**changed: list[str]) -> Rows:
    return TOLD | changed


async def platform_of(roster: Roster, rows: Rows) -> Platform:
    await register(roster, rows)
    return await Platform.declared(roster, mapping(*rows))


async def test_a_child_in_preschool_is_expected_like_a_pupil_at_school(roster: Roster) -> None:
    with frozen(NOON):
        platform = await platform_of(roster, TOLD)
        assert (await platform.compared(TOLD)).kinds == []
        no_placements = {kind: lines for kind, lines in TOLD.items() if kind != "placement"}
        as_pupil = no_placements | {"enrolment": ["b1;s1", "b2;f1"], "membership": ["g1;b1;pupil", "g2;b2;pupil"]}
        assert (await platform.compared(as_pupil)).kinds == []  # a platform need not tell preschool from school
        assert (await platform.compared(no_placements)).kinds == ["missing_member", "missing_place"]
        gone = no_placements | {"person": [WHO[0], WHO[2]]}
        assert (await platform.compared(gone)).kinds == ["missing_account"]
        heads = {row["unit_id"]: row["roster"] for row in (await platform.compared(TOLD)).comparison.units}
        assert heads[str(await unit_id(roster, "f1"))] == {"pupil": 1, "teacher": 1}


@pytest.mark.parametrize(
    ("register_rows", "kinds"),
    [
        ({"enrolment": [f"b1;s1;compulsory;;{BEFORE}"]}, ["ended_still_active"]),
        ({"placement": [f"b2;f1;preschool;;{BEFORE};g2"]}, ["ended_still_active"]),
        ({"placement": ["b2;f1;preschool"]}, ["extra_member"]),
        ({"duty": [f"l1;f1;teacher;;{BEFORE}"]}, ["ended_still_active"]),
        ({"enrolment": [f"b1;s1;compulsory;;{BEFORE}", "b1;f1;preschool"]}, ["missing_place", "wrong_unit"]),
        ({"duty": [f"l1;f1;teacher;;{BEFORE}"], "responsible": ["b1;l1"]}, ["guardians_not_compared", "wrong_unit"]),
        ({"membership": [f"g1;b1;pupil;;{BEFORE}"]}, ["extra_member"]),
        ({"group": [f"g1;4A;s1;home;;{BEFORE}", TOLD["group"][1]]}, ["extra_member"]),
        ({"enrolment": [f"b1;s1;compulsory;;{TODAY}"]}, []),
        ({"enrolment": [f"b1;s1;compulsory;{AFTER}"]}, []),
        ({"membership": [f"g1;b1;pupil;{AFTER}"]}, []),
    ],
)
async def test_who_has_left_by_date_is_told_and_who_is_to_come_may_be_there(
    roster: Roster, register_rows: dict[str, list[str]], kinds: list[str]
) -> None:
    with frozen(NOON):
        platform = await platform_of(roster, told(**register_rows))
        assert (await platform.compared(TOLD)).kinds == kinds


@pytest.mark.parametrize("left_out", [("enrolment", "placement"), ("duty",)])
async def test_pupils_or_staff_that_the_export_never_tells_of_are_said_not_to_be_compared(
    roster: Roster, left_out: tuple[str, ...]
) -> None:
    with frozen(NOON):
        platform = await platform_of(roster, TOLD)
        export = {kind: lines for kind, lines in TOLD.items() if kind not in left_out}
        found = (await platform.compared(export)).differences
        roles = 1 if left_out == ("duty",) else 2  # the pupils of the school, and those of the preschool
        told_of_accounts = [one for one in found if one[0] in ("accounts_not_compared", "missing_account")]
        assert told_of_accounts == [("accounts_not_compared", "not_in_export")] * roles


NUMBERS = [f"20{digits}{luhn_digit(digits)}" for digits in ("100102238", "100304239")]


@pytest.mark.parametrize(
    "account",
    [
        f"b1;Alva;Ek;bo@{DOMAIN}",
        f"b1;Alva;Ek;;{NUMBERS[1]}",
        f"x9;Alva;Ek;alva@{DOMAIN};{NUMBERS[1]}",
    ],
)
async def test_any_two_keys_of_an_account_that_disagree_are_a_conflict(roster: Roster, account: str) -> None:
    with frozen(NOON):
        people = [f"b1;Alva;Ek;alva@{DOMAIN};{NUMBERS[0]}", f"b2;Bo;Al;bo@{DOMAIN};{NUMBERS[1]}", WHO[2]]
        platform = await platform_of(roster, told(person=people))
        export = told(person=[account, people[1], people[2]])
        if account.startswith("x9"):
            export |= {"enrolment": ["x9;s1"], "membership": ["g1;x9;pupil"]}
        assert "account_conflict" in (await platform.compared(export)).kinds
