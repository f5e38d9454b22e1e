"""Which files of a folder are a delivery, whether they are whole, and what is done with them afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from fnmatch import fnmatchcase

from services.sync.fetching.connector import Fetch
from services.sync.fetching.errors import DeliveryTooLarge, StillWritten
from services.sync.fetching.sftp_client import Folder, Found, connected
from services.sync.source.connectors import DropFolder, SftpFile


def newest(files: list[Found], pattern: str, ready_suffix: str | None = None) -> Found | None:
    """The file that was written last of those that fit. Raises StillWritten where none of them is said to be ready."""
    fitting = [file for file in files if fnmatchcase(file.name, pattern)]
    if ready_suffix is not None:
        said = {file.name: file.changed for file in files}
        fitting = [file for file in fitting if not file.name.endswith(ready_suffix)]
        # A marker that is older than the file spoke of another one.
        ready = [file for file in fitting if said.get(file.name + ready_suffix, -1) >= file.changed]
        if fitting and not ready:
            raise StillWritten(missing="*" + ready_suffix)
        fitting = ready
    return max(fitting, key=lambda file: (file.changed, file.name), default=None)


def check_size(fetch: Fetch, files: list[Found]) -> None:
    """Refuse by the listing, before a byte is read."""
    if sum(file.size for file in files) > fetch.sink.max_bytes:
        raise DeliveryTooLarge(maxBytes=fetch.sink.max_bytes)


async def settle(folder: Folder, settings: SftpFile | DropFolder, files: list[Found]) -> None:
    """Wait as long as files must have stood still, unless something else says that they are whole."""
    marker = settings.ready_suffix if isinstance(settings, SftpFile) else settings.ready_file
    if marker is not None:
        return
    await asyncio.sleep(settings.stable_seconds)
    await still(folder, settings.folder, files)


async def still(folder: Folder, place: str, files: list[Found]) -> None:
    """Raises StillWritten unless all of them are as they were."""
    now = {file.name: file for file in await folder.files(place)}
    if any(now.get(file.name) != file for file in files):
        raise StillWritten()


def moving(fetch: Fetch, settings: SftpFile | DropFolder, names: list[str]) -> Callable[[], Awaitable[None]] | None:
    """What puts the files that were read out of the way; None where they stay."""
    target = settings.archive_folder
    if target is None:
        return None

    async def move() -> None:
        async with connected(fetch) as folder:
            for name in names:
                await folder.move(settings.folder, name, target)

    return move
