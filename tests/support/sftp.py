"""A real SFTP server on loopback, with one user and a folder of the test's."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

USER = "startklar"
PASSWORD = "a-password-of-the-test-server"


@dataclass
class SftpServer:
    """What a test knows of the server. `logins` counts passwords and keys that were offered."""

    port: int
    host_key: asyncssh.SSHKey
    root: Path
    logins: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        return self.host_key.get_fingerprint("sha256")

    @property
    def public_key(self) -> str:
        return self.host_key.export_public_key().decode().strip()


class _Users(asyncssh.SSHServer):
    def __init__(self, logins: list[str], key: asyncssh.SSHKey | None) -> None:
        self._logins = logins
        self._key = key

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return self._key is None

    def validate_password(self, username: str, password: str) -> bool:
        self._logins.append("password")
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return self._key is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self._logins.append("key")
        return username == USER and self._key is not None and key.public_data == self._key.public_data


@asynccontextmanager
async def sftp_server(
    root: Path,
    *,
    user_key: asyncssh.SSHKey | None = None,
    sftp: Callable[[Any], asyncssh.SFTPServer] | None = None,
) -> AsyncIterator[SftpServer]:
    """Serves `root`. With `user_key` only that key logs in; `sftp` makes a server that misbehaves."""
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    logins: list[str] = []
    factory = sftp or (lambda channel: asyncssh.SFTPServer(channel, chroot=bytes(root)))
    listener = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: _Users(logins, user_key),
        server_host_keys=[host_key],
        sftp_factory=factory,
        allow_scp=False,
    )
    try:
        yield SftpServer(listener.get_port(), host_key, root, logins)
    finally:
        listener.close()
        await listener.wait_closed()
