"""Undoing a run: everything is as it was before, but who became protected or was erased stays so."""

import asyncio
import random
from uuid import UUID

import pytest

from services.sync.person.erasing import forget_person
from services.sync.plan.models import Run
from services.sync.run.service import RunService
from services.sync.undo.errors import NothingToUndo, NotTheNewest, UndoUnderway
from services.sync.undo.service import UndoService
from shared.kit.ids import new_id
from tests.sync.history.past import WHOLE, hashed, present, register
from tests.sync.plan.test_planning import pupil, renamed, without
from tests.sync.town import JOINED, Roster, joined_zip, oneroster_zip, town

BY = new_id()


async def planned_undo(roster: Roster, run_id: UUID) -> Run:
    async with roster.database.transaction(roster.tenant) as session:
        run = await UndoService(session).start(run_id, BY, "wrong file")
        await session.flush()
        await UndoService(session).plan(run)
    return run


async def undo(roster: Roster, run: Run) -> Run:
    """Plan and apply the inverse of a run."""
    inverse = await planned_undo(roster, run.id)
    assert await roster.apply(inverse)
    return inverse


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_the_last_run_did_is_as_if_it_had_not_been(roster: Roster, seed: int) -> None:
    draw = random.Random(seed)
    await roster.load(register(draw.randrange(10_000)), WHOLE)
    await roster.load(register(draw.randrange(10_000)), WHOLE)
    before, state = await present(roster), await hashed(roster)
    run = await roster.load(register(draw.randrange(10_000)), WHOLE)
    assert await hashed(roster) != state
    await undo(roster, run)
    assert await present(roster) == before
    assert await hashed(roster) == state
    versions = await roster.rows("SELECT number, origin FROM roster_version ORDER BY number DESC LIMIT 1")
    assert tuple(versions[0]) == (4, "undo")


async def test_undoing_the_undo_brings_the_run_back(roster: Roster) -> None:
    await roster.load(register(1), WHOLE)
    run = await roster.load(register(2), WHOLE)
    after = await hashed(roster)
    first = await undo(roster, run)
    await undo(roster, first)
    assert await hashed(roster) == after
    assert [await hashed(roster, n) for n in (2, 4)] == [after, after]
    assert await hashed(roster, 1) == await hashed(roster, 3)


async def test_undoing_the_first_load_leaves_an_empty_roster_and_asks_for_two(roster: Roster) -> None:
    run = await roster.load(oneroster_zip(town()))
    inverse = await planned_undo(roster, run.id)
    assert inverse.guard == "second_person"
    assert inverse.guard_reasons
    assert await roster.apply(inverse)
    assert {len(rows) for rows in (await present(roster)).values()} == {0}
    again = await roster.load(oneroster_zip(town()))
    assert again.counts["person"]["created"] == len(town().persons)


async def test_who_became_protected_in_between_stays_protected_and_nameless(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    state = await hashed(roster)
    person = pupil(small)
    person.family = "Hemlignamn"
    run = await roster.load(oneroster_zip(small))
    person.marking = "Sekretessmarkering"
    await roster.plan(oneroster_zip(small))  # the marking is applied at once, the plan waits
    inverse = await undo(roster, run)
    row = (
        await roster.rows("SELECT protected, given_name, family_name FROM person WHERE source_id = :i", i=person.id)
    )[0]
    assert tuple(row) == (True, None, None)
    told = "SELECT count(*) FROM planned_person p WHERE run_id = :run AND p::text LIKE '%Hemlignamn%'"
    assert await roster.value(told, run=inverse.id) == 0
    assert await hashed(roster, 1) == await hashed(roster) != state  # today's marking governs version 1 as well


async def test_a_protection_that_the_run_had_lifted_is_back(roster: Roster) -> None:
    small = town()
    pupil(small).marking = "Sekretessmarkering"
    await roster.load(oneroster_zip(small))
    state = await hashed(roster)
    pupil(small).marking = "Ingen"
    pupil(small).family = "Hemlignamn"
    run = await roster.load(oneroster_zip(small))
    told = "SELECT count(*) FROM planned_person p WHERE p::text LIKE '%Hemlignamn%'"
    assert await roster.value(told) > 0
    heard = "SELECT count(*) FROM journal_entry WHERE action = 'person.protect'"
    before = await roster.value(heard)
    await undo(roster, run)
    assert await roster.value("SELECT protected FROM person WHERE source_id = :i", i=pupil(small).id) is True
    assert await hashed(roster) == state
    assert await roster.value(told) == 0, "the name is gone from every plan"
    assert await roster.value(heard) == before + 1, "it is told like every marking"


async def test_who_was_erased_in_between_stays_erased(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    person = pupil(small)
    run = await roster.load(oneroster_zip(without(small, person)))
    row_id = await roster.value("SELECT id FROM person WHERE source_id = :i", i=person.id)
    async with roster.database.transaction(roster.tenant) as session:
        await forget_person(session, row_id)
    await undo(roster, run)
    row = (await roster.rows("SELECT ended_at, family_name, civic_hash FROM person WHERE id = :i", i=row_id))[0]
    assert row.ended_at is not None
    assert (row.family_name, row.civic_hash) == (None, None)
    assert await roster.value("SELECT count(*) FROM enrolment WHERE person_id = :i AND ended_at IS NULL", i=row_id) == 0


async def test_only_the_newest_run_is_undone(roster: Roster) -> None:
    first = await roster.load(register(1), WHOLE)
    second = await roster.load(register(2), WHOLE)
    with pytest.raises(NotTheNewest) as caught:
        await planned_undo(roster, first.id)
    assert caught.value.extensions["newestRunId"] == str(second.id)
    await undo(roster, second)
    with pytest.raises(NotTheNewest):
        await planned_undo(roster, first.id)


async def test_a_marking_or_a_plan_that_waits_cannot_be_undone(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    pupil(small).marking = "Sekretessmarkering"
    waiting = await roster.plan(oneroster_zip(small))
    marking = await roster.value("SELECT id FROM run WHERE kind = 'marking'")
    for run_id in (waiting.id, marking):
        with pytest.raises(NothingToUndo):
            await planned_undo(roster, run_id)


async def test_a_run_is_undone_by_one_run_at_a_time(roster: Roster) -> None:
    run = await roster.load(register(1), WHOLE)
    await planned_undo(roster, run.id)
    with pytest.raises(UndoUnderway):
        await planned_undo(roster, run.id)


async def test_an_undo_that_waits_is_stale_once_another_run_is_applied(roster: Roster) -> None:
    run = await roster.load(register(1), WHOLE)
    waiting = await planned_undo(roster, run.id)
    await roster.load(register(2), WHOLE)
    assert await roster.apply(waiting) is False


async def test_a_row_taken_over_from_another_register_goes_back_to_it(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small), source="gammalt")
    was = await roster.rows("SELECT id, source, source_id FROM person ORDER BY id")
    await roster.rows(
        "INSERT INTO guard_policy (tenant_id, id, version, created_at, updated_at, source, document)"
        " VALUES (:t, gen_random_uuid(), 1, now(), now(), 'nytt', CAST(:d AS jsonb)) RETURNING 1",
        t=roster.tenant,
        d='{"replaces": ["gammalt"]}',
    )
    run = await roster.load(joined_zip(small), JOINED, source="nytt")
    assert await roster.value("SELECT count(*) FROM person WHERE source = 'nytt'") > 0
    await undo(roster, run)
    assert await roster.rows("SELECT id, source, source_id FROM person ORDER BY id") == was


async def test_ids_that_were_moved_and_given_anew_are_where_they_were(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    state = await hashed(roster)
    person = pupil(small)
    old = person.id
    renamed(small, old, "nytt-id")
    run = await roster.load(oneroster_zip(small))
    # Somebody new under the id that the person had.
    await roster.rows(
        "INSERT INTO person (tenant_id, id, version, created_at, updated_at, source, changed_version, source_id,"
        " protected) SELECT :t, gen_random_uuid(), 1, now(), now(), 'register', 2, :old, true RETURNING 1",
        t=roster.tenant,
        old=old,
    )
    await roster.rows(
        "INSERT INTO planned_person (tenant_id, run_id, id, op, source_id, protected) SELECT tenant_id, :run, id,"
        " 'create', source_id, true FROM person WHERE source_id = :old RETURNING 1",
        run=run.id,
        old=old,
    )
    await undo(roster, run)
    assert await hashed(roster) == state
    assert await roster.value("SELECT family_name FROM person WHERE source_id = :old", old=old) == person.family


async def test_an_undo_and_a_run_at_the_same_time_come_one_after_the_other(committed_roster: Roster) -> None:
    roster = committed_roster
    run = await roster.load(register(1), WHOLE)
    state = await hashed(roster)
    inverse, other = await planned_undo(roster, run.id), await roster.plan(register(3), WHOLE)
    applied = await asyncio.gather(roster.apply(inverse), roster.apply(other))
    assert sorted(applied) == [False, True]
    assert await roster.value("SELECT count(*) FROM roster_version") == 2
    assert await hashed(roster, 1) == state


async def test_the_journal_says_who_undid_what_and_why(roster: Roster) -> None:
    run = await roster.load(register(1), WHOLE)
    inverse = await undo(roster, run)
    rows = await roster.rows(
        "SELECT action, reason FROM journal_entry WHERE entity_id = :run ORDER BY id", run=inverse.id
    )
    assert [tuple(row) for row in rows] == [("run.undo", "wrong file"), ("run.apply", None)]
    async with roster.database.transaction(roster.tenant) as session:
        assert (await RunService(session).get(inverse.id))[0].undoes_run_id == run.id
