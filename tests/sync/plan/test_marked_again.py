"""A plan lifts a protection, and before it is applied the person is marked once more: the mark stays, the name goes."""

from collections.abc import Awaitable, Callable

import pytest

from cli.demo_roster import Municipality
from services.sync.person.service import PersonService
from services.sync.plan.models import Run
from services.sync.run.service import RunService
from tests.sync.plan.test_protection import SECRET, everything, marked
from tests.sync.town import JOINED, ONEROSTER, Roster, joined_zip, member, oneroster_zip, repacked, town

Again = Callable[[Roster, Municipality], Awaitable[object]]


async def by_the_register(roster: Roster, small: Municipality) -> None:
    await roster.plan(oneroster_zip(small))


async def by_another_register(roster: Roster, small: Municipality) -> None:
    await roster.plan(joined_zip(small), JOINED, source="another-register")


async def by_hand(roster: Roster, small: Municipality) -> None:
    person_id = await roster.value("SELECT id FROM person WHERE protected")
    async with roster.database.transaction(roster.tenant) as session:
        persons = PersonService(session)
        await persons.change(await persons.locked(person_id), {"protected": True})


async def lifting(roster: Roster, small: Municipality) -> Run:
    person = marked(small, "Sekretessmarkering")
    await roster.load(oneroster_zip(small))
    person.marking = "Ingen"
    run = await roster.plan(oneroster_zip(small))
    assert SECRET in await everything(roster)
    person.marking = "Sekretessmarkering"
    return run


@pytest.mark.parametrize("again", [by_the_register, by_another_register, by_hand])
async def test_a_mark_that_is_set_again_wins_over_a_lift_that_is_being_applied(roster: Roster, again: Again) -> None:
    small = town()
    lift = await lifting(roster, small)
    await again(roster, small)
    assert SECRET not in await everything(roster)
    assert await roster.apply(lift) is False
    assert await roster.value("SELECT count(*) FROM person WHERE protected") == 1


async def test_a_newer_delivery_takes_the_place_of_a_plan_that_is_being_applied(roster: Roster) -> None:
    """One that says what the roster is says nothing of anybody: nor does one that does not tell of marks."""
    small = town()
    lift = await lifting(roster, small)
    users = member(oneroster_zip(small), "users.csv").replace(b"metadata.securityMarking", b"metadata.annat", 1)
    await roster.rows("UPDATE run SET state = 'applying' WHERE id = :id RETURNING 1", id=lift.id)
    newer = await roster.plan(
        repacked(oneroster_zip(small), users_csv=users), ONEROSTER.model_copy(update={"absent_marking": "filtered"})
    )
    async with roster.database.transaction(roster.tenant) as session:
        runs = RunService(session)
        await runs.supersede(await runs.locked(newer.id))
    assert await roster.apply(lift) is False
    assert await roster.value("SELECT ended_code FROM run WHERE id = :id", id=lift.id) == "superseded"
    assert SECRET not in await everything(roster)


async def test_another_register_that_does_not_tell_of_marks_stops_no_lift(roster: Roster) -> None:
    small = town()
    lift = await lifting(roster, small)
    rows = member(joined_zip(small), "elever.csv").replace(b"Elev Skydd", b"Annat", 1)
    silent = JOINED.model_copy(update={"absent_marking": "filtered"})
    await roster.plan(repacked(joined_zip(small), elever_csv=rows), silent, source="another-register")
    assert await roster.apply(lift) is True


async def test_a_lift_that_comes_to_nothing_leaves_no_name(roster: Roster) -> None:
    lift = await lifting(roster, town())
    async with roster.database.transaction(roster.tenant) as session:
        await RunService(session).cancel(lift.id)
    assert SECRET not in await everything(roster)
