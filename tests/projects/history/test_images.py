"""The images that triggers keep: of every change by whichever path, of none that changes nothing, by nobody else."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.kit import clock
from shared.kit.ids import new_id
from tests.projects.conftest import LEADER, CreateRollout, Rollout
from tests.projects.history.conftest import hour
from tests.support.services import ServiceUnderTest

_IMAGES = text(
    "SELECT i.*, e.action, e.actor_id, e.side, e.client_id, e.trace, e.at AS entry_at FROM journal_image i"
    " JOIN journal_entry e ON e.tenant_id = i.tenant_id AND e.id = i.id WHERE i.entity_id = :id ORDER BY i.at, i.seq"
)
_UNIT = text(
    "INSERT INTO unit (tenant_id, id, name, kind, school_forms, is_ended, roster_version)"
    " VALUES (:tenant, :id, 'A', 'school', '[]', false, 1)"
)


async def images(service: ServiceUnderTest, entity_id: str | UUID) -> list[dict[str, Any]]:
    async with service.database.transaction(service.tenant) as session:
        return [dict(row) for row in (await session.execute(_IMAGES, {"id": entity_id})).mappings()]


async def test_a_change_leaves_who_did_it_from_where_and_what_it_left(rollout: Rollout) -> None:
    activity, actor = await rollout.activity("HAN-A1.01"), new_id()
    await rollout.patch("HAN-A1.01", {"state": "started"}, LEADER, subject=actor)
    made, changed = await images(rollout.service, activity["id"])
    assert (made["action"], changed["action"]) == ("row.insert", "row.update")
    assert (made["is_first"], changed["is_first"]) == (True, False)
    assert (changed["actor_id"], changed["side"]) == (actor, "customer")
    assert changed["client_id"]
    assert changed["trace"]
    assert changed["scope_id"] == UUID(rollout.id)
    assert changed["image"]["state"] == "started"
    assert changed["at"] == changed["entry_at"]


async def test_a_service_that_acts_by_itself_names_nobody(rollout: Rollout) -> None:
    await rollout.patch("HAN-A1.01", {"state": "started"})
    service, activity = rollout.service, await rollout.activity("HAN-A1.01")
    async with service.database.transaction(service.tenant) as session:
        await session.execute(text("UPDATE activity SET notes = 'x' WHERE id = :id"), {"id": activity["id"]})
    last = (await images(service, activity["id"]))[-1]
    assert (last["actor_id"], last["side"], last["client_id"]) == (None, None, None)


async def test_an_update_that_changes_nothing_leaves_nothing(rollout: Rollout) -> None:
    service, activity = rollout.service, await rollout.activity("HAN-A1.01")
    async with service.database.transaction(service.tenant) as session:
        await session.execute(text("UPDATE activity SET notes = notes"))
    assert len(await images(service, activity["id"])) == 1


async def test_a_removed_row_leaves_an_empty_image(projects: ServiceUnderTest) -> None:
    unit = new_id()
    for statement in (_UNIT, text("DELETE FROM unit WHERE id = :id AND tenant_id = :tenant")):
        async with projects.database.transaction(projects.tenant) as session:
            await session.execute(statement, {"tenant": projects.tenant, "id": unit})
    made, removed = await images(projects, unit)
    assert (made["is_deleted"], removed["is_deleted"], removed["image"]) == (False, True, None)


async def test_all_rows_of_a_transaction_carry_its_one_instant(rollout: Rollout) -> None:
    service = rollout.service
    with clock.frozen(hour(9)):
        async with service.database.transaction(service.tenant) as session:
            await session.execute(text("UPDATE activity SET notes = 'one'"))
            await session.execute(text("UPDATE phase SET position = position + 1"))
            found = await session.execute(
                text("SELECT DISTINCT at FROM journal_image WHERE at > now() + interval '1d'")
            )
            assert found.scalars().all() == [hour(9)]


async def test_a_host_whose_clock_is_behind_cannot_write_before_what_it_changes(projects: ServiceUnderTest) -> None:
    unit, key = new_id(), {"tenant": projects.tenant}
    with clock.frozen(hour(5)):
        async with projects.database.transaction(projects.tenant) as session:
            await session.execute(_UNIT, {**key, "id": unit})
    with clock.frozen(hour(4)):
        async with projects.database.transaction(projects.tenant) as session:
            await session.execute(text("UPDATE unit SET name = 'B' WHERE id = :id"), {"id": unit})
    made, changed = await images(projects, unit)
    assert (made["at"], changed["at"]) == (hour(5), hour(5))
    with clock.frozen(hour(6)), clock.looking_back(hour(5)):
        async with projects.database.transaction(projects.tenant) as session:
            shown = await session.execute(text("SELECT name FROM unit WHERE id = :id"), {"id": unit})
            assert shown.scalar_one() == "B"


async def test_a_row_that_moves_to_another_parent_is_found_where_it_was(create_rollout: CreateRollout) -> None:
    with clock.frozen(hour(1)):
        one, two = [await create_rollout(name=name) for name in ("one", "two")]
    service = one.service
    count = text("SELECT count(*) FROM project_party WHERE tenant_id = :tenant AND project_id = :project")

    async def parties_of(project: str, at: int) -> int:
        with clock.frozen(hour(9)), clock.looking_back(hour(at)):
            async with service.database.transaction(service.tenant) as session:
                found = await session.execute(count, {"tenant": service.tenant, "project": UUID(project)})
                return int(found.scalar_one())

    insert = text("INSERT INTO project_party VALUES (:tenant, :id, :project, 'third_party', 'Register AB')")
    party = new_id()
    with clock.frozen(hour(2)):
        async with service.database.transaction(service.tenant) as session:
            await session.execute(insert, {"tenant": service.tenant, "id": party, "project": UUID(one.id)})
    for at, to in ((3, two), (4, one), (5, two)):
        with clock.frozen(hour(at)):
            async with service.database.transaction(service.tenant) as session:
                move = text("UPDATE project_party SET project_id = :to WHERE id = :id")
                await session.execute(move, {"to": UUID(to.id), "id": party})
    assert [await parties_of(one.id, at) for at in range(1, 6)] == [2, 3, 2, 3, 2]
    assert [await parties_of(two.id, at) for at in range(1, 6)] == [2, 2, 3, 2, 3]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_image SET image = '{}'",
        "DELETE FROM journal_image",
        "UPDATE journal_entry SET reason = 'x'",
        "DELETE FROM journal_entry",
        "UPDATE journal_seal SET number = 9",
        "DELETE FROM journal_seal",
        "UPDATE past.activity SET notes = 'x'",
        "ALTER TABLE activity DISABLE TRIGGER ALL",
    ],
)
async def test_the_service_cannot_change_what_was(rollout: Rollout, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner|cannot update view"):
        async with rollout.service.database.transaction(rollout.service.tenant) as session:
            await session.execute(text(statement))


async def test_nothing_can_be_written_while_looking_back(rollout: Rollout) -> None:
    with clock.looking_back(clock.now()), pytest.raises(DBAPIError, match=r"cannot update view|permission denied"):
        async with rollout.service.database.transaction(rollout.service.tenant) as session:
            await session.execute(text("UPDATE activity SET notes = 'x'"))


async def test_the_past_shows_a_tenant_its_own_rows_alone(rollout: Rollout) -> None:
    for tenant, is_shown in ((rollout.service.tenant, True), (new_id(), False), (None, False)):
        with clock.looking_back(clock.now() + timedelta(seconds=1)):
            async with rollout.service.database.transaction(tenant) as session:
                found = (await session.execute(text("SELECT count(*) FROM activity"))).scalar_one()
                assert (found > 0) is is_shown


async def test_a_list_of_the_past_is_found_by_its_parent_and_not_by_a_scan(rollout: Rollout) -> None:
    query = "EXPLAIN SELECT * FROM past.activity WHERE tenant_id = :tenant AND project_id = :project"
    service = rollout.service
    with clock.looking_back(clock.now()):
        async with service.database.transaction(service.tenant) as session:
            await session.execute(text("SET LOCAL enable_seqscan = off; "))
            plan = (
                await session.execute(text(query), {"tenant": service.tenant, "project": UUID(rollout.id)})
            ).scalars()
            shown = "\n".join(plan)
            indexes = (
                await session.execute(text("SELECT indexdef FROM pg_indexes WHERE tablename = 'journal_image'"))
            ).scalars()
            known = "\n".join(indexes)
    conditions = [line for line in shown.splitlines() if "Index Cond" in line]
    # Which of two indexes finds next to nothing first is the planner's mood; that there is one by parent is ours.
    assert re.search(r"\(tenant_id, (entity, )?scope_id", known), known
    assert any("entity_id = " in line and "at <= " in line for line in conditions), shown
