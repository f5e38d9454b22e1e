"""A delivery that says what the last one said is known by its prints, and concluded as a whole comparison would be."""

from typing import Any

from sqlalchemy import text

from cli.demo_roster.people import DOMAIN
from services.sync.loginscope.service import LoginScopeService
from services.sync.plan.marking import protect
from services.sync.upload.service import UploadService
from shared.kit.files import FileStore
from shared.kit.ids import new_id
from tests.benchmarks.roster_files import Register, package, register
from tests.support.services import ServiceUnderTest, Start
from tests.sync import work

_PROOF = "SELECT same_as FROM run_proof WHERE id = :run"
_WHOLE = "SELECT whole_at FROM run_proof WHERE id = :run"


def content(of: Register) -> bytes:
    return package(of.bodies())


def told_twice(of: Register) -> Register:
    """Two of the persons have the login name, two the national number of another one; one has no name."""
    header, users = of.files["users.csv"]
    rows = [row.split(",") for row in users]
    rows[10][4], rows[20][5], rows[30][7] = rows[9][4], rows[19][5], ""
    return Register(of.files | {"users.csv": (header, [",".join(row) for row in rows])})


async def same_as(service: ServiceUnderTest, run: dict[str, Any]) -> str | None:
    """The run whose facts this one took over, if it did."""
    async with service.database.transaction(service.tenant) as session:
        found = await session.scalar(text(_PROOF), {"run": run["id"]})
    return str(found) if found else None


async def compared_whole(service: ServiceUnderTest, run: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether a run compared its delivery as a whole, after `before` did."""
    async with service.database.transaction(service.tenant) as session:
        times = [await session.scalar(text(_WHOLE), {"run": one["id"]}) for one in (before, run)]
    assert None not in times
    return bool(times[0] < times[1])


def outcome(run: dict[str, Any]) -> dict[str, Any]:
    """What a reader of the run sees of its plan."""
    return {name: run[name] for name in ("counts", "guard", "guardReasons", "findingCounts", "planHash", "files")}


async def test_the_same_facts_in_another_order_are_taken_over_with_the_outcome_of_a_whole_comparison(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    facts = told_twice(register(60))
    first = await work.load(sync, content(facts))
    known = await work.plan(sync, content(facts.touched(1)))
    assert await same_as(sync, known) == first["id"]
    assert {"login_taken", "same_person_twice", "value_missing"} <= known["findingCounts"].keys()
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


async def test_of_a_delivery_in_which_little_differs_only_that_is_compared_while_the_one_before_is_held(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    async with sync.database.transaction(sync.tenant) as session:
        await LoginScopeService(session).keep(new_id(), DOMAIN)
    facts = register(60)
    first = await work.load(sync, content(facts))
    part = await work.plan(sync, content(facts.touched(1).changed(0.05)))
    assert part["counts"]["person"] == {"created": 0, "changed": 2, "ended": 2, "unchanged": 56}
    assert not await compared_whole(sync, part, first)
    async with sync.database.transaction(sync.tenant) as session:
        held = await session.scalar(text("SELECT id FROM upload ORDER BY created_at LIMIT 1"))
        store = FileStore(sync.settings.file_key_bytes())
        await UploadService(session).purge(held, store)
    whole = await work.plan(sync, content(facts.touched(2).changed(0.05)))
    assert await compared_whole(sync, whole, first)
    assert {k: v for k, v in outcome(part).items() if k != "planHash"} == {
        k: v for k, v in outcome(whole).items() if k != "planHash"
    }


async def test_after_two_have_let_a_delivery_through_the_next_one_is_told_apart_from_it(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    async with sync.database.transaction(sync.tenant) as session:
        await LoginScopeService(session).keep(new_id(), DOMAIN)
    facts = register(60)
    await work.load(sync, content(facts))
    planned = await work.plan(sync, content(facts.changed(0.4)))
    assert planned["guard"] == "second_person"
    for _ in range(2):
        assert (await work.approve(sync, planned)).status_code == 202
    await work.work(sync)
    before = (await work.read(sync, f"/sync/v1/runs/{planned['id']}"))["state"]
    after = await work.plan(sync, content(facts.changed(0.4).touched(1)))
    assert (before, after["guard"]) == ("applied", "clear")
    assert after["counts"]["person"] == {"created": 0, "changed": 0, "ended": 0, "unchanged": 48}
    assert await same_as(sync, after) is None  # whose reasons are not those of the day before
    assert not await compared_whole(sync, after, planned)
