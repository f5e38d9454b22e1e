"""Reaches one server by SFTP: at an address that the egress rules allow, under the host key that was pinned."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, cast

import asyncssh

from services.sync.fetching.connector import Fetch
from services.sync.fetching.errors import FetchFailed, HostKeyWrong, SourceAnswered, SourceAway, SourceRefused
from services.sync.fetching.key_opening import KeyUnreadable, opened
from services.sync.fetching.private_key import read_ssh
from services.sync.source.connectors import Credentials, DropFolder, SftpFile
from shared.kit.egress import EgressClient

_SSH_PORTS = frozenset({22})
_LOGIN = 20.0
_STEP = 60.0
_PIECE = 1024 * 1024
_MOST_FILES = 20_000
_RSA = "rsa-sha2-512,rsa-sha2-256"


@dataclass(frozen=True)
class Found:
    """A regular file in a folder; `size` in bytes, `changed` in seconds by the server's clock."""

    name: str
    size: int
    changed: int

    @property
    def mark(self) -> list[str | int]:
        """What tells whether it is still the same."""
        return [self.name, self.size, self.changed]


class _Pinned(asyncssh.SSHClient):
    """Trusts the one key; remembers which was seen."""

    def __init__(self, pinned: str) -> None:
        self._pinned = pinned
        self.seen = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        self.seen = key.get_fingerprint("sha256")
        if self._pinned.startswith("SHA256:"):
            return self.seen.rstrip("=") == self._pinned.rstrip("=")
        return key.export_public_key().split()[1] == self._pinned.split()[1].encode()


class Folder:
    """The files of a server, as one user of it."""

    def __init__(self, sftp: asyncssh.SFTPClient, host_key: str) -> None:
        self._sftp = sftp
        self.host_key = host_key

    async def files(self, folder: str) -> list[Found]:
        """The regular files in it. Errors: SourceAnswered, SourceAway."""
        found = []
        with _translated():
            async with asyncio.timeout(_STEP):
                async for entry in self._sftp.scandir(folder):
                    name, attrs = str(entry.filename), entry.attrs
                    if attrs.type == asyncssh.FILEXFER_TYPE_REGULAR and "/" not in name and "\x00" not in name:
                        found.append(Found(name, attrs.size or 0, attrs.mtime or 0))
                    if len(found) > _MOST_FILES:
                        raise SourceAnswered(reason="too-many-files")
        return found

    async def read(self, folder: str, file: Found) -> AsyncIterator[bytes]:
        """The file, exactly as many bytes as its listing says. Errors: SourceAnswered, SourceAway."""
        done = 0
        with _translated():
            async with asyncio.timeout(_STEP):
                stream = await self._sftp.open(f"{folder}/{file.name}", "rb")
            try:
                while True:
                    async with asyncio.timeout(_STEP):
                        piece = await stream.read(_PIECE, done)
                    if not piece:
                        break
                    done += len(piece)
                    if done > file.size:
                        raise SourceAway(reason="still-growing")
                    yield cast("bytes", piece)  # opened as binary
            finally:
                with contextlib.suppress(asyncssh.Error, OSError):
                    await stream.close()
        if done != file.size:
            raise SourceAway(reason="cut-short")

    async def move(self, folder: str, name: str, target: str) -> None:
        """Put a file into another folder, over one of the same name there. Errors: SourceAnswered, SourceAway."""
        with _translated():
            async with asyncio.timeout(_STEP):
                await self._sftp.posix_rename(f"{folder}/{name}", f"{target}/{name}")

    async def lay(self, folder: str, name: str, content: AsyncIterator[bytes]) -> None:
        """Write a file under another name and rename it, so that nobody reads half of it. Errors: as `read`."""
        unfinished = f"{folder}/.{name}.part"
        with _translated():
            async with asyncio.timeout(_STEP):
                stream = await self._sftp.open(unfinished, "wb")
            try:
                async for piece in content:
                    async with asyncio.timeout(_STEP):
                        await stream.write(piece)
            finally:
                async with asyncio.timeout(_STEP):
                    await stream.close()
            async with asyncio.timeout(_STEP):
                await self._sftp.posix_rename(unfinished, f"{folder}/{name}")


class Server(Protocol):
    """What must be known of a server, as the settings of a source or of a destination say it."""

    host: str
    port: int
    username: str
    host_key: str


def connected(fetch: Fetch) -> AbstractAsyncContextManager[Folder]:
    """Log in to a source for the length of the block. Errors: EgressRefused, FetchFailed's."""
    return logged_in(_settings(fetch), fetch.credentials, fetch.egress)


@asynccontextmanager
async def logged_in(server: Server, credentials: Credentials, egress: EgressClient) -> AsyncIterator[Folder]:
    """Log in for the length of the block. Errors: EgressRefused, FetchFailed's."""
    addresses = await egress.addresses(server.host, server.port, _SSH_PORTS)
    client = _Pinned(server.host_key)
    keys = await _keys(credentials)
    algorithm = server.host_key.split()[0]
    options: dict[str, object] = {} if ":" in algorithm else {"server_host_key_algs": _algorithms(algorithm)}
    password = credentials.secret("password") or None
    with _translated(client):
        async with asyncio.timeout(_LOGIN):
            connection = await asyncssh.connect(
                addresses[0],
                server.port,
                username=server.username,
                password=password,
                client_keys=keys,
                client_factory=lambda: client,
                # Nothing of the machine's own: no known hosts, configuration, agent or keys.
                known_hosts=b"",
                config=None,
                agent_path=None,
                x509_trusted_certs=None,
                gss_host=None,
                preferred_auth=["publickey", "password"] if keys else ["password"],
                keepalive_interval=15,
                **options,
            )
    try:
        with _translated(client):
            async with asyncio.timeout(_LOGIN):
                sftp = await connection.start_sftp_client()
        yield Folder(sftp, client.seen)
    finally:
        connection.abort()


def _algorithms(pinned: str) -> str:
    """Ask for a key of the pinned kind alone: a server with several may show another first."""
    return _RSA if pinned == "ssh-rsa" else pinned


async def _keys(credentials: Credentials) -> list[asyncssh.SSHKey] | None:
    private = credentials.secret("private_key")
    if not private:
        return None
    try:
        clear = await opened(read_ssh, private, credentials.secret("passphrase"))
    except KeyUnreadable:
        raise SourceRefused(reason="private-key") from None
    return [asyncssh.import_private_key(clear, unsafe_skip_rsa_key_validation=True)]


def _settings(fetch: Fetch) -> SftpFile | DropFolder:
    if not isinstance(fetch.settings, SftpFile | DropFolder):
        raise TypeError("not a source that is reached by SFTP")
    return fetch.settings


@contextlib.contextmanager
def _translated(client: _Pinned | None = None) -> Iterator[None]:
    try:
        yield
    except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed):
        # The second: the server has no key of the pinned kind at all.
        raise HostKeyWrong(hostKey=client.seen if client else "") from None
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise _meaning(error) from None


def _meaning(error: Exception) -> FetchFailed:
    if isinstance(error, asyncssh.PermissionDenied):
        return SourceRefused(reason="login")
    if isinstance(error, asyncssh.SFTPNoSuchFile | asyncssh.SFTPNoSuchPath):
        return SourceAnswered(reason="no-such-file")
    if isinstance(error, asyncssh.SFTPPermissionDenied):
        return SourceAnswered(reason="no-permission")
    return SourceAway(reason="timeout" if isinstance(error, TimeoutError) else type(error).__name__)
