"""A delivery that says what the last one said is known by its prints, and concluded as a whole comparison would be."""

from typing import Any

from sqlalchemy import text

from services.sync.plan.marking import protect
from tests.benchmarks.roster_files import Register, package, register
from tests.support.services import ServiceUnderTest, Start
from tests.sync import work

_PROOF = "SELECT same_as FROM run_proof WHERE id = :run"


def content(of: Register) -> bytes:
    return package(of.bodies())


async def same_as(service: ServiceUnderTest, run: dict[str, Any]) -> str | None:
    """The run whose facts this one took over, if it did."""
    async with service.database.transaction(service.tenant) as session:
        found = await session.scalar(text(_PROOF), {"run": run["id"]})
    return str(found) if found else None


def outcome(run: dict[str, Any]) -> dict[str, Any]:
    """What a reader of the run sees of its plan."""
    return {name: run[name] for name in ("counts", "guard", "guardReasons", "findingCounts", "planHash", "files")}


async def test_the_same_facts_in_another_order_are_taken_over_with_the_outcome_of_a_whole_comparison(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    facts = register(60)
    first = await work.load(sync, content(facts))
    known = await work.plan(sync, content(facts.touched(1)))
    assert await same_as(sync, known) == first["id"]
    async with sync.database.transaction(sync.tenant) as session:
        await session.execute(text("UPDATE run_proof SET is_settled = false"))
    whole = await work.plan(sync, content(facts.touched(2)))
    assert await same_as(sync, whole) is None
    assert {k: v for k, v in outcome(known).items() if k != "planHash"} == {
        k: v for k, v in outcome(whole).items() if k != "planHash"
    }
    assert known["planHash"] == whole["planHash"]  # both of no row at all


async def test_another_cell_another_mapping_or_a_roster_that_moved_make_the_run_a_whole_one(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    facts = register(60)
    await work.load(sync, content(facts))
    header, users = facts.files["users.csv"]
    changed = Register(facts.files | {"users.csv": (header, [users[0].replace("@", "x@"), *users[1:]])})
    assert await same_as(sync, await work.plan(sync, content(changed))) is None
    async with sync.database.transaction(sync.tenant) as session:
        await session.execute(text("UPDATE run_proof SET surroundings = surroundings || 'x'"))
    assert await same_as(sync, await work.plan(sync, content(facts))) is None  # and is known from here on
    assert await same_as(sync, await work.plan(sync, content(facts.touched(1)))) is not None
    async with sync.database.transaction(sync.tenant) as session:
        person = await session.scalar(text("SELECT id FROM person LIMIT 1 OFFSET 30"))
        await protect(session, [person], "register")
    assert await same_as(sync, await work.plan(sync, content(facts.touched(2)))) is None
