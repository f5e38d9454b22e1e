"""Picking up files from a real SFTP server: the right server, whole files, and nothing that is still being written."""

import asyncio
import os
import zipfile
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from services.sync.fetching import key_opening, sftp_client
from services.sync.fetching.drop_folder import packed_name
from services.sync.fetching.errors import (
    DeliveryTooLarge,
    FetchFailed,
    HostKeyWrong,
    NothingThere,
    SourceAnswered,
    SourceAway,
    SourceRefused,
    StillWritten,
)
from shared.kit.egress import EgressClient, EgressRefused
from tests.support.services import Start
from tests.support.sftp import PASSWORD, USER, SftpServer, sftp_server
from tests.sync.fetching.harness import bring, declare, fetch, probe, touch
from tests.sync.town import JOINED, joined_zip, oneroster_zip, town
from tests.sync.work import read

SECRET = {"password": PASSWORD}
CONTENT = oneroster_zip(town(20))


def place(server: SftpServer, **more: Any) -> dict[str, Any]:
    return {
        "kind": "sftp_file",
        "host": "127.0.0.1",
        "port": server.port,
        "username": USER,
        "hostKey": server.public_key,
        "folder": "/",
        "pattern": "elever-*.zip",
        "stableSeconds": 0,
    } | more


def drop(server: SftpServer, **more: Any) -> dict[str, Any]:
    settings = place(server, kind="drop_folder", files=["elever-*.csv", "personal.csv"], **more)
    settings.pop("pattern")
    return settings


def put(root: Path, name: str, content: bytes = b"a;b\r\n1;2\r\n", at: int = 1_700_000_000) -> None:
    (root / name).write_bytes(content)
    os.utime(root / name, (at, at))


async def test_the_newest_file_of_the_name_is_fetched(tmp_path: Path) -> None:
    put(tmp_path, "elever-1.zip", b"old", 1_700_000_000)
    put(tmp_path, "elever-2.zip", CONTENT, 1_700_000_100)
    put(tmp_path, "personal-9.zip", b"other", 1_700_000_900)
    (tmp_path / "elever-9.zip").mkdir()
    async with sftp_server(tmp_path) as server:
        brought = await bring(place(server), SECRET)
        assert (await touch(place(server), SECRET)) == {"hostKey": server.fingerprint, "files": 2}
        again = await bring(place(server), SECRET, memory=brought.fetched.memory)
    assert brought.content == CONTENT
    assert brought.fetched.memory == {"file": ["elever-2.zip", len(CONTENT), 1_700_000_100]}
    assert again.fetched.is_unchanged


async def test_another_host_key_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    put(tmp_path, "elever-1.zip", CONTENT)
    other = asyncssh.generate_private_key("ssh-ed25519")
    rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    async with sftp_server(tmp_path) as server:
        for pinned in (
            "SHA256:" + "A" * 43,
            other.get_fingerprint("sha256"),
            other.export_public_key().decode().strip(),
            rsa.export_public_key().decode().strip(),
        ):
            with pytest.raises(HostKeyWrong) as wrong:
                await bring(place(server, hostKey=pinned), SECRET)
            assert wrong.value.extensions["hostKey"] in (server.fingerprint, "")
        assert server.logins == []
        assert (await bring(place(server, hostKey=server.fingerprint), SECRET)).content == CONTENT


async def test_a_private_key_logs_in_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    put(tmp_path, "elever-1.zip", CONTENT)
    key, other = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    # Few rounds: what a passphrase costs to try is not what is proved here.
    sealed = key.export_private_key(passphrase="hemlig fras", rounds=2, ignore_few_rounds=True).decode()
    async with sftp_server(tmp_path, user_key=key) as server:
        secret = {"privateKey": sealed, "passphrase": "hemlig fras"}
        assert (await bring(place(server), secret)).content == CONTENT
        for bad in (
            {"privateKey": other.export_private_key().decode()},
            {"privateKey": sealed, "passphrase": "en annan"},
            {"privateKey": "-----BEGIN OPENSSH PRIVATE KEY-----\nnot a key at all, only its beginning"},
        ):
            with pytest.raises(SourceRefused):
                await bring(place(server), bad)


async def test_a_private_key_that_takes_too_long_to_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "elever-1.zip", CONTENT)
    key = asyncssh.generate_private_key("ssh-ed25519")
    monkeypatch.setattr(key_opening, "SECONDS", 0.0)
    async with sftp_server(tmp_path, user_key=key) as server:
        with pytest.raises(SourceRefused) as refused:
            await bring(place(server), {"privateKey": key.export_private_key().decode()})
    assert refused.value.extensions == {"reason": "private-key"}


async def test_a_wrong_password_is_refused(tmp_path: Path) -> None:
    async with sftp_server(tmp_path) as server:
        with pytest.raises(SourceRefused):
            await bring(place(server), {"password": "another"})


async def test_no_file_a_missing_folder_and_an_empty_file_are_no_deliveries(tmp_path: Path) -> None:
    async with sftp_server(tmp_path) as server:
        with pytest.raises(NothingThere):
            await bring(place(server), SECRET)
        with pytest.raises(SourceAnswered):
            await bring(place(server, folder="/ut"), SECRET)
        put(tmp_path, "elever-1.zip", b"")
        with pytest.raises(SourceAnswered):
            await bring(place(server), SECRET)


async def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "elever-1.zip", CONTENT)
    async with sftp_server(tmp_path) as server:
        with pytest.raises(DeliveryTooLarge):
            await bring(place(server), SECRET, 100)


async def test_a_file_that_still_grows_is_left_for_later(tmp_path: Path) -> None:
    put(tmp_path, "elever-1.zip", CONTENT[:500])

    async def grow() -> None:
        await asyncio.sleep(0.5)
        (tmp_path / "elever-1.zip").write_bytes(CONTENT)

    async with sftp_server(tmp_path) as server, asyncio.TaskGroup() as group:
        group.create_task(grow())
        with pytest.raises(StillWritten):
            await bring(place(server, stableSeconds=2), SECRET)


async def test_a_file_is_taken_once_its_marker_lies_beside_it(tmp_path: Path) -> None:
    put(tmp_path, "elever-1.zip", CONTENT, 1_700_000_100)
    async with sftp_server(tmp_path) as server:
        settings = place(server, readySuffix=".klar", stableSeconds=3600)
        with pytest.raises(StillWritten):
            await bring(settings, SECRET)
        put(tmp_path, "elever-1.zip.klar", b"", 1_700_000_000)
        with pytest.raises(StillWritten):  # of the file before
            await bring(settings, SECRET)
        put(tmp_path, "elever-1.zip.klar", b"", 1_700_000_100)
        assert (await bring(settings, SECRET)).content == CONTENT


async def test_what_was_read_is_moved_once_it_is_held(tmp_path: Path) -> None:
    (tmp_path / "hamtat").mkdir()
    put(tmp_path, "elever-1.zip", CONTENT)
    async with sftp_server(tmp_path) as server:
        settings = place(server, afterwards="move", archiveFolder="/hamtat")
        brought = await bring(settings, SECRET)
        assert (tmp_path / "elever-1.zip").exists()
        assert brought.fetched.afterwards is not None
        await brought.fetched.afterwards()
    assert (tmp_path / "hamtat" / "elever-1.zip").read_bytes() == CONTENT
    assert not (tmp_path / "elever-1.zip").exists()


async def test_a_folder_that_takes_no_files_does_not_undo_the_fetch(committed_service: Start, tmp_path: Path) -> None:
    sync = await committed_service("sync")
    put(tmp_path, "elever-1.zip", CONTENT)
    async with sftp_server(tmp_path) as server:
        settings = place(server, afterwards="move", archiveFolder="/finns-inte")
        source_id = await declare(sync, settings, credentials=SECRET)
        assert (await probe(sync, source_id))["seen"]["hostKey"] == server.fingerprint
        fetched = await fetch(sync, source_id)
    assert fetched["state"] == "stored"
    assert (await read(sync, f"/sync/v1/runs/{fetched['runId']}"))["state"] == "planned"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_no_server_inside_is_reached_by_ssh(tmp_path: Path, host: str) -> None:
    async with sftp_server(tmp_path) as server:
        with pytest.raises(EgressRefused):
            await bring(place(server, host=host), SECRET, egress=EgressClient(False))
        assert server.logins == []


class Stuck(asyncssh.SFTPServer):
    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        await asyncio.sleep(3)
        return b""


class Short(asyncssh.SFTPServer):
    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        return b"" if offset else bytes(super().read(file_obj, offset, min(size, 10)))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Stuck, Short])
async def test_a_server_that_hangs_or_cuts_files_short_gives_no_delivery(
    tmp_path: Path, kind: type[asyncssh.SFTPServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp_client, "_STEP", 1.0)
    put(tmp_path, "elever-1.zip", CONTENT)
    async with sftp_server(tmp_path, sftp=lambda channel: kind(channel, chroot=bytes(tmp_path))) as server:
        with pytest.raises(SourceAway):
            await bring(place(server), SECRET)


async def test_a_port_where_nobody_or_no_ssh_answers_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp_client, "_LOGIN", 1.0)

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)
        writer.close()

    async with sftp_server(tmp_path) as server:
        settings = place(server)
    with pytest.raises(SourceAway):
        await bring(settings, SECRET)
    mute = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with mute:
        with pytest.raises(SourceAway):
            await bring(settings | {"port": mute.sockets[0].getsockname()[1]}, SECRET)


async def test_dropped_files_are_one_delivery_under_the_names_of_the_mapping(tmp_path: Path) -> None:
    put(tmp_path, "elever-20261121.csv", b"old")
    put(tmp_path, "elever-20261122.csv", b"new", 1_700_000_100)
    put(tmp_path, "personal.csv")
    async with sftp_server(tmp_path) as server:
        brought = await bring(drop(server, optionalFiles=["grupper.csv"]), SECRET)
        again = await bring(drop(server, optionalFiles=["grupper.csv"]), SECRET, memory=brought.fetched.memory)
    assert sorted(brought.names()) == ["elever.csv", "personal.csv"]
    assert brought.file("elever.csv") == b"new"
    assert brought.fetched.proof["files"] == {"elever.csv": 3, "personal.csv": 10}
    assert again.fetched.is_unchanged


async def test_a_drop_is_not_whole_before_all_its_files_are_there(tmp_path: Path) -> None:
    put(tmp_path, "personal.csv")
    async with sftp_server(tmp_path) as server:
        with pytest.raises(NothingThere) as missing:
            await bring(drop(server), SECRET)
        assert missing.value.extensions["missing"] == "elever-*.csv"
        assert (await touch(drop(server), SECRET))["missing"] == ["elever-*.csv"]


async def test_a_drop_is_taken_once_its_last_file_says_so(tmp_path: Path) -> None:
    put(tmp_path, "elever-1.csv", at=1_700_000_100)
    put(tmp_path, "personal.csv", at=1_700_000_050)
    async with sftp_server(tmp_path) as server:
        settings = drop(server, readyFile="*.klar", stableSeconds=3600)
        with pytest.raises(StillWritten):
            await bring(settings, SECRET)
        put(tmp_path, "igar.klar", at=1_700_000_099)
        with pytest.raises(StillWritten):  # of the drop before
            await bring(settings, SECRET)
        put(tmp_path, "idag.klar", at=1_700_000_200)
        assert (await bring(settings, SECRET)).fetched.proof["ready"] is True


async def test_total_files_that_were_dropped_are_planned(committed_service: Start, tmp_path: Path) -> None:
    sync = await committed_service("sync")
    (tmp_path / "zip").mkdir()
    (tmp_path / "zip" / "all.zip").write_bytes(joined_zip(town(20)))
    with zipfile.ZipFile(tmp_path / "zip" / "all.zip") as pack:
        pack.extractall(tmp_path)
    async with sftp_server(tmp_path) as server:
        settings = drop(server) | {"files": ["enheter.csv", "elever.csv", "personal.csv", "grupper.csv"]}
        mapping = JOINED.model_dump(mode="json", by_alias=True)
        source_id = await declare(sync, settings, credentials=SECRET, kind="joined_files", mapping=mapping)
        fetched = await fetch(sync, source_id)
    run = await read(sync, f"/sync/v1/runs/{fetched['runId']}")
    assert (run["state"], len(run["files"])) == ("planned", 4)
    assert run["counts"]["person"]["created"] > 0


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("elever.csv", "elever.csv"),
        ("elever-*.csv", "elever.csv"),
        ("*_elever.csv", "elever.csv"),
        ("*.csv", ".csv"),
        ("elever*", "elever"),
    ],
)
def test_a_star_stands_for_what_the_mapping_does_not_know(pattern: str, name: str) -> None:
    assert packed_name(pattern) == name


def test_every_failure_has_words() -> None:
    for kind in (HostKeyWrong, NothingThere, StillWritten, SourceAway, SourceRefused, SourceAnswered):
        assert issubclass(kind, FetchFailed)
        assert kind.title.sv != FetchFailed.title.sv
