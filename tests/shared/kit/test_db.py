"""The session keeps tenants apart even when code forgets to."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.kit.db import DangerousRole, Database, async_url, set_tenant, tenant_of
from shared.kit.ids import new_id
from tests.support.databases import DatabaseUrls

INSERT = text("INSERT INTO note VALUES (:tenant, :id, 'n', 1, now(), now())")
COUNT = text("SELECT count(*) FROM note")


async def test_a_session_without_a_tenant_sees_no_row(toy_database: DatabaseUrls) -> None:
    database = Database(toy_database.app)
    tenant = new_id()
    async with database.transaction(tenant) as session:
        await session.execute(INSERT, {"tenant": tenant, "id": new_id()})
    async with database.transaction(None) as session:
        assert (await session.execute(COUNT)).scalar_one() == 0
    async with database.transaction(tenant) as session:
        assert (await session.execute(COUNT)).scalar_one() == 1
    await database.stop()


async def test_a_tenant_cannot_write_into_another(toy_database: DatabaseUrls) -> None:
    database = Database(toy_database.app)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(new_id()) as session:
            await session.execute(INSERT, {"tenant": new_id(), "id": new_id()})
    await database.stop()


async def test_a_connection_returns_to_the_pool_without_its_tenant(toy_database: DatabaseUrls) -> None:
    database = Database(toy_database.app, pool_size=1)
    tenant = new_id()
    async with database.transaction(tenant) as session:
        await session.execute(INSERT, {"tenant": tenant, "id": new_id()})
    async with database.engine.connect() as connection:
        assert (await connection.execute(COUNT)).scalar_one() == 0
    await database.stop()


async def test_a_savepoint_does_not_bring_the_former_tenant_back(toy_database: DatabaseUrls) -> None:
    database = Database(toy_database.app)
    tenant = new_id()
    async with database.transaction(tenant) as session:
        await session.execute(INSERT, {"tenant": tenant, "id": new_id()})
        async with session.begin_nested():
            await set_tenant(session, None)
            assert (await session.execute(COUNT)).scalar_one() == 0
    await database.stop()


async def test_an_error_rolls_everything_back(toy_database: DatabaseUrls) -> None:
    database = Database(toy_database.app)
    tenant = new_id()
    with pytest.raises(RuntimeError):
        async with database.transaction(tenant) as session:
            await session.execute(INSERT, {"tenant": tenant, "id": new_id()})
            raise RuntimeError
    async with database.transaction(tenant) as session:
        assert (await session.execute(COUNT)).scalar_one() == 0
    await database.stop()


@pytest.mark.parametrize("role", ["owner", "backup", "admin"])
async def test_a_role_that_could_bypass_row_security_is_refused(
    toy_database: DatabaseUrls, admin_url: str, role: str
) -> None:
    url = admin_url if role == "admin" else getattr(toy_database, role)
    database = Database(url)
    with pytest.raises(DangerousRole):
        await database.start()
    await database.stop()


async def test_the_app_and_relay_roles_are_accepted(toy_database: DatabaseUrls) -> None:
    for url in (toy_database.app, toy_database.relay):
        database = Database(url)
        await database.start()
        await database.stop()


async def test_the_relay_role_cannot_read_business_tables(toy_database: DatabaseUrls) -> None:
    database = Database(toy_database.relay)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.transaction(None) as session:
            await session.execute(COUNT)
    await database.stop()


async def test_a_lost_wake_up_does_not_fail_the_committed_work(toy_database: DatabaseUrls) -> None:
    database = Database(toy_database.app)

    async def lost() -> None:
        raise ConnectionError

    database.after_publish = lost
    tenant = new_id()
    async with database.transaction(tenant) as session:
        await session.execute(INSERT, {"tenant": tenant, "id": new_id()})
        session.info["published"] = True
    async with database.transaction(tenant) as session:
        assert (await session.execute(COUNT)).scalar_one() == 1
    await database.stop()


async def test_tenant_of_refuses_a_session_without_one(toy_database: DatabaseUrls) -> None:
    database = Database(toy_database.app)
    async with database.transaction(None) as session:
        with pytest.raises(RuntimeError):
            tenant_of(session)
    await database.stop()


@pytest.mark.parametrize("spelling", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_any_spelling_of_the_url_gets_our_driver(spelling: str) -> None:
    assert async_url(spelling).drivername == "postgresql+asyncpg"


async def test_a_connection_that_died_in_the_pool_is_replaced_before_anything_is_done(
    toy_database: DatabaseUrls,
) -> None:
    database = Database(toy_database.app, pool_size=1)
    async with database.transaction(new_id()) as session:
        dead = await session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(toy_database.app, pool_size=1)
    async with other.transaction(new_id()) as session:
        assert await session.scalar(text("SELECT pg_terminate_backend(:pid)"), {"pid": dead})
    async with database.transaction(new_id()) as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) != dead
    await database.stop()
    await other.stop()


async def test_what_fails_inside_a_transaction_is_never_done_twice(toy_database: DatabaseUrls) -> None:
    database = Database(toy_database.app, pool_size=1)
    other = Database(toy_database.app, pool_size=1)
    turns = 0
    with pytest.raises(DBAPIError):
        async with database.transaction(new_id()) as session:
            turns += 1
            pid = await session.scalar(text("SELECT pg_backend_pid()"))
            async with other.transaction(new_id()) as second:
                await second.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            await session.execute(text("SELECT 1"))
    assert turns == 1
    await database.stop()
    await other.stop()
