"""Picks up the newest file of a name from a folder on an SFTP server."""

from fnmatch import fnmatchcase

from services.sync.fetching.connector import Fetch, Fetched, Probed
from services.sync.fetching.errors import NothingThere, SourceAnswered
from services.sync.fetching.sftp_client import connected
from services.sync.fetching.sftp_files import check_size, moving, newest, settle, still
from services.sync.source.connectors import SftpFile


class SftpFileConnector:
    """The file as it is, once nobody writes it any more; nothing where it is the one that was read the last time."""

    async def fetch(self, fetch: Fetch) -> Fetched:
        settings = _settings(fetch)
        async with connected(fetch) as folder:
            file = newest(await folder.files(settings.folder), settings.pattern, settings.ready_suffix)
            if file is None:
                raise NothingThere(missing=settings.pattern)
            if fetch.memory.get("file") == file.mark:
                return Fetched(memory=fetch.memory, is_unchanged=True)
            check_size(fetch, [file])
            await settle(folder, settings, [file])
            await fetch.progress(0, file.size, "fetching the file")
            await fetch.sink.whole(folder.read(settings.folder, file))
            await still(folder, settings.folder, [file])
        if file.size == 0:
            raise SourceAnswered(reason="empty")
        proof = {"bytes": file.size, "sha256": fetch.sink.sha256, "ready": settings.ready_suffix is not None}
        done = [file.name, *([file.name + settings.ready_suffix] if settings.ready_suffix else [])]
        return Fetched(proof=proof, memory={"file": file.mark}, afterwards=moving(fetch, settings, done))

    async def probe(self, fetch: Fetch) -> Probed:
        settings = _settings(fetch)
        async with connected(fetch) as folder:
            found = [file for file in await folder.files(settings.folder) if fnmatchcase(file.name, settings.pattern)]
            return Probed({"hostKey": folder.host_key, "files": len(found)})


def _settings(fetch: Fetch) -> SftpFile:
    if not isinstance(fetch.settings, SftpFile):
        raise TypeError("not an sftp_file source")
    return fetch.settings
