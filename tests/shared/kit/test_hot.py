"""Hot reads bind to their tenant as a session does."""

import asyncio
from uuid import UUID

import pytest
from asyncpg.exceptions import PostgresError
from sqlalchemy import text

from shared.kit.db import Database
from shared.kit.ids import new_id
from tests.support.databases import DatabaseUrls

# No condition on the tenant: what keeps tenants apart here is row security alone.
EVERYTHING = "SELECT n.tenant_id, n.body FROM note n ORDER BY n.id LIMIT 1000"
INSERT = text("INSERT INTO note VALUES (:tenant, :id, :body, 1, now(), now())")


async def write(database: Database, tenant: UUID, body: str) -> None:
    async with database.transaction(tenant) as session:
        await session.execute(INSERT, {"tenant": tenant, "id": new_id(), "body": body})


async def test_a_hot_read_sees_its_own_tenant_alone(toy_database: DatabaseUrls) -> None:
    database, mine, theirs = Database(toy_database.app), new_id(), new_id()
    await write(database, mine, "mine")
    await write(database, theirs, "theirs")
    assert [row["body"] for row in await database.hot_rows(mine, EVERYTHING)] == ["mine"]
    assert await database.hot_rows(new_id(), EVERYTHING) == []
    await database.stop()


async def test_tenants_that_take_turns_on_one_connection_never_see_each_other(toy_database: DatabaseUrls) -> None:
    database, tenants = Database(toy_database.app, pool_size=1), [new_id() for _ in range(5)]
    for tenant in tenants:
        await write(database, tenant, str(tenant))
    found = await asyncio.gather(*(database.hot_rows(tenant, EVERYTHING) for tenant in tenants * 20))
    assert [[row["body"] for row in rows] for rows in found] == [[str(tenant)] for tenant in tenants * 20]
    await database.stop()


async def test_the_tenant_does_not_stay_on_the_connection(toy_database: DatabaseUrls) -> None:
    database, tenant = Database(toy_database.app, pool_size=1), new_id()
    await write(database, tenant, "mine")
    await database.hot_rows(tenant, EVERYTHING)
    left = "SELECT coalesce(current_setting('app.tenant', true), '') = $1 AS is_set LIMIT 1"
    inside = await database.hot_rows(tenant, left)
    assert inside[0]["is_set"]
    with pytest.raises(PostgresError):
        await database.hot_rows(tenant, "SELECT 1/0 LIMIT 1")
    assert [row["body"] for row in await database.hot_rows(tenant, EVERYTHING)] == ["mine"]
    ((connection, _),) = database._hot._idle
    assert await connection.fetch("SELECT 1 FROM note") == []
    await database.stop()


async def test_a_value_cannot_name_another_tenant(toy_database: DatabaseUrls) -> None:
    database, mine, theirs = Database(toy_database.app), new_id(), new_id()
    await write(database, theirs, "theirs")
    wish = "SELECT n.body FROM note n WHERE n.tenant_id = $2::uuid LIMIT 10"
    assert await database.hot_rows(mine, wish, theirs) == []
    await database.stop()


async def test_a_read_that_is_given_up_leaves_no_answer_for_the_next(toy_database: DatabaseUrls) -> None:
    database, mine, theirs = Database(toy_database.app, pool_size=1), new_id(), new_id()
    for tenant in (mine, theirs):
        await write(database, tenant, str(tenant))
    slow = "SELECT n.body FROM note n, pg_sleep(0.3) WHERE n.tenant_id = tenant.id LIMIT 1"
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(database.hot_rows(mine, slow), 0.05)
        assert [row["body"] for row in await database.hot_rows(theirs, EVERYTHING)] == [str(theirs)]
    assert len(database._hot._idle) == 1
    await database.stop()


async def test_a_connection_that_the_server_ended_is_replaced(toy_database: DatabaseUrls) -> None:
    database, tenant = Database(toy_database.app, pool_size=1), new_id()
    await write(database, tenant, "mine")
    end = "SELECT pg_terminate_backend(pg_backend_pid()) LIMIT 1"
    with pytest.raises((PostgresError, OSError)):
        await database.hot_rows(tenant, end)
    assert [row["body"] for row in await database.hot_rows(tenant, EVERYTHING)] == ["mine"]
    await database.stop()


async def test_reads_wait_for_their_turn_and_a_stop_for_the_reads(toy_database: DatabaseUrls) -> None:
    database, tenant = Database(toy_database.app, pool_size=2), new_id()
    await write(database, tenant, "mine")
    reads = [asyncio.create_task(database.hot_rows(tenant, EVERYTHING)) for _ in range(40)]
    await asyncio.sleep(0.01)
    assert len(database._hot._idle) <= 2
    await database.stop()
    assert database._hot._idle == []
    assert [[row["body"] for row in await read] for read in reads] == [["mine"]] * 40
    await database.stop()
