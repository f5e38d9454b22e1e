"""The seats of a session under any order of requests, one after the other and all at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.session.seats import Asked, Outcome, Seats
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.training.session.seat_facts import plan_sessions, seat_facts

PEOPLE = 6
Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["enrol", "enrol", "enrol", "cancel", "resize", "batch"]), st.integers(0, PEOPLE - 1)),
    min_size=1,
    max_size=12,
)


async def active(db: AsyncSession, session_id: UUID, person: UUID) -> list[UUID]:
    query = text(
        "SELECT id FROM enrolment WHERE session_id = :session AND person_id = :person AND state <> 'cancelled'"
    )
    return list((await db.execute(query, {"session": session_id, "person": person})).scalars())


async def take_step(db: AsyncSession, session_id: UUID, people: list[UUID], step: Step) -> None:
    """One request; `resize` to a capacity below what is taken is refused and undone, as the service does it."""
    kind, number = step
    seats = Seats(db, session_id)
    if kind == "enrol":
        await seats.enrol([Asked(people[number])])
    elif kind == "batch":
        await seats.enrol([Asked(person) for person in (*people[number:], people[number])])
    elif kind == "cancel":
        await seats.release(await active(db, session_id, people[number]))
    elif kind == "resize":
        async with db.begin_nested() as savepoint:
            if not await seats.resize(number + 1):
                await savepoint.rollback()


@given(steps=STEPS, capacity=st.integers(1, 4))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
async def test_no_order_of_requests_oversells_loses_a_seat_or_leaves_one_free_while_somebody_waits(
    training: ServiceUnderTest, steps: list[Step], capacity: int
) -> None:
    [session_id] = await plan_sessions(training, capacity)
    people = [new_id() for _ in range(PEOPLE)]
    for step in steps:
        async with training.database.transaction(training.tenant) as db:
            await take_step(db, session_id, people, step)
        await seat_facts(training, session_id)


async def in_transaction(
    training: ServiceUnderTest, work: Callable[[AsyncSession], Awaitable[object]], *, is_killed: bool = False
) -> None:
    """`work` in a transaction of its own; `is_killed`: it is rolled back at the end, as when the process dies."""
    with pytest.raises(ZeroDivisionError) if is_killed else nullcontext():
        async with training.database.transaction(training.tenant) as db:
            await work(db)
            await asyncio.sleep(random.random() / 200)
            if is_killed:
                raise ZeroDivisionError


@pytest.mark.parametrize("seed", range(3))
async def test_enrolling_cancelling_resizing_and_dying_all_at_once_keeps_the_seats_right(
    committed: ServiceUnderTest, seed: int
) -> None:
    dice = random.Random(seed)
    [session_id] = await plan_sessions(committed, 12)
    people = [new_id() for _ in range(30)]
    kinds = ["enrol"] * 8 + ["cancel"] * 5 + ["resize", "batch"]
    work = []
    for _ in range(220):
        kind, number = dice.choice(kinds), dice.randrange(len(people))

        async def step(db: AsyncSession, kind: str = kind, number: int = number) -> None:
            size = 8 + number % 8 if kind == "resize" else number
            await take_step(db, session_id, people, (kind, size))

        work.append(in_transaction(committed, step, is_killed=dice.random() < 0.2))
    await asyncio.gather(*work)
    await seat_facts(committed, session_id)


async def test_whoever_waits_for_a_seat_that_is_just_being_taken_gets_it_when_the_taker_dies(
    committed: ServiceUnderTest,
) -> None:
    [session_id] = await plan_sessions(committed, 1)

    async def enrol() -> Outcome:
        async with committed.database.transaction(committed.tenant) as db:
            [outcome] = await Seats(db, session_id).enrol([Asked(new_id())])
        return outcome

    with pytest.raises(ZeroDivisionError):
        async with committed.database.transaction(committed.tenant) as db:
            await Seats(db, session_id).enrol([Asked(new_id())])
            second = asyncio.create_task(enrol())
            await asyncio.sleep(0.2)
            assert not second.done()  # nobody can say yet whether there is a seat
            raise ZeroDivisionError
    assert (await second).state == "confirmed"
    await seat_facts(committed, session_id)


async def test_a_seat_that_is_given_back_while_somebody_is_joining_the_queue_is_not_lost_on_them(
    committed: ServiceUnderTest,
) -> None:
    [session_id] = await plan_sessions(committed, 1)
    async with committed.database.transaction(committed.tenant) as db:
        [seated] = await Seats(db, session_id).enrol([Asked(new_id())])

    async def give_back() -> None:
        async with committed.database.transaction(committed.tenant) as db:
            await Seats(db, session_id).release([seated.enrolment_id or new_id()])

    async with committed.database.transaction(committed.tenant) as db:
        [joining] = await Seats(db, session_id).enrol([Asked(new_id())])
        assert joining.state == "waiting"
        giving = asyncio.create_task(give_back())
        await asyncio.sleep(0.2)
    await giving
    facts = await seat_facts(committed, session_id)
    assert (facts.taken, facts.waiting) == (1, 0)


async def test_a_session_that_is_cancelled_while_a_seat_is_taken_keeps_nobody(committed: ServiceUnderTest) -> None:
    [session_id] = await plan_sessions(committed, 2)

    async def cancel() -> None:
        async with committed.database.transaction(committed.tenant) as db:
            await Seats(db, session_id).cancel_all()

    async with committed.database.transaction(committed.tenant) as db:
        await Seats(db, session_id).enrol([Asked(new_id())])
        cancelling = asyncio.create_task(cancel())
        await asyncio.sleep(0.2)
    await cancelling
    facts = await seat_facts(committed, session_id)
    assert (facts.state, facts.people, facts.free) == ("cancelled", 0, 0)


async def test_the_same_person_on_two_devices_gets_one_seat(committed: ServiceUnderTest) -> None:
    [session_id] = await plan_sessions(committed, 5)
    person, request = new_id(), new_id()

    async def enrol(named: UUID | None) -> str:
        async with committed.database.transaction(committed.tenant) as db:
            [outcome] = await Seats(db, session_id).enrol([Asked(person, request_id=named)])
        return outcome.verdict

    verdicts = await asyncio.gather(*(enrol(request) for _ in range(6)))
    assert sorted(verdicts) == ["enrolled"] + ["repeated"] * 5
    assert await enrol(None) == "already"
    assert (await seat_facts(committed, session_id)).taken == 1


async def test_one_person_is_never_in_two_places_at_once_however_fast_they_ask(committed: ServiceUnderTest) -> None:
    morning, also_morning = (await plan_sessions(committed, 5))[0], (await plan_sessions(committed, 5))[0]
    person = new_id()

    async def enrol(session_id: UUID) -> str:
        async with committed.database.transaction(committed.tenant) as db:
            [outcome] = await Seats(db, session_id).enrol([Asked(person)])
        return outcome.verdict

    assert sorted(await asyncio.gather(enrol(morning), enrol(also_morning))) == ["clash", "enrolled"]
