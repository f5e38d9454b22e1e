"""Packages on a real SFTP server: whole under their name or not at all, and only on the server that was pinned."""

from pathlib import Path
from typing import Any

import asyncssh

from tests.support.services import Start
from tests.support.sftp import PASSWORD, USER, SftpServer, sftp_server
from tests.sync.outbound.packages import declared, produced, table
from tests.sync.town import oneroster_zip, town
from tests.sync.work import load


def there(server: SftpServer, **more: Any) -> dict[str, Any]:
    place = {"kind": "sftp", "host": "127.0.0.1", "port": server.port, "username": USER, "folder": "/"}
    destination = place | {"hostKey": server.public_key} | more
    return {"destination": destination, "credentials": {"password": PASSWORD}, "autoSend": True}


async def test_a_package_lies_under_its_name_once_it_is_whole(committed_service: Start, tmp_path: Path) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town(20)))
    async with sftp_server(tmp_path) as server:
        delivery = await produced(sync, await declared(sync, **there(server)))
    assert delivery["state"] == "sent", delivery["attempts"]
    assert [path.name for path in tmp_path.iterdir()] == [delivery["fileName"]]
    rows = table((tmp_path / delivery["fileName"]).read_bytes())
    assert len(rows) == delivery["counts"][0]["written"]


async def test_another_server_than_the_pinned_one_gets_neither_password_nor_package(
    committed_service: Start, tmp_path: Path
) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town(20)))
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    async with sftp_server(tmp_path) as server:
        delivery = await produced(sync, await declared(sync, **there(server, hostKey=other)))
        assert server.logins == []
    assert (delivery["state"], delivery["attempts"][0]["outcome"]) == ("failed", "fetch-host-key")
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_is_not_there_is_told_and_not_tried_for_hours(
    committed_service: Start, tmp_path: Path
) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town(20)))
    async with sftp_server(tmp_path) as server:
        delivery = await produced(sync, await declared(sync, **there(server, folder="/borta")))
    assert (delivery["state"], delivery["attempts"][0]["outcome"]) == ("failed", "fetch-unexpected")
