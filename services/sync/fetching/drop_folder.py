"""Picks up total files that an integration engine drops in a folder: all of them together are one delivery."""

import re
from fnmatch import fnmatchcase
from typing import Any

from services.sync.fetching.connector import Fetch, Fetched, Probed
from services.sync.fetching.errors import NothingThere, SourceAnswered, StillWritten
from services.sync.fetching.sftp_client import Found, connected
from services.sync.fetching.sftp_files import check_size, moving, newest, settle, still
from services.sync.source.connectors import DropFolder

_STAR = re.compile(r"^\*[-_ ]|[-_. ]?\*")


class DropFolderConnector:
    """The newest file of each name, packed under the name that the mapping knows: `elever-*.csv` as `elever.csv`."""

    async def fetch(self, fetch: Fetch) -> Fetched:
        settings = _settings(fetch)
        async with connected(fetch) as folder:
            listed = await folder.files(settings.folder)
            chosen, ready = _choose(settings, listed)
            marks = [file.mark for file in (*chosen.values(), *ready)]
            if fetch.memory.get("files") == marks:
                return Fetched(memory=fetch.memory, is_unchanged=True)
            files = list(chosen.values())
            check_size(fetch, files)
            await settle(folder, settings, files)
            for place, (pattern, file) in enumerate(chosen.items()):
                await fetch.progress(place, len(chosen), f"fetching file {place + 1} of {len(chosen)}")
                if file.size == 0:
                    raise SourceAnswered(reason="empty", file=pattern)
                await fetch.sink.add(packed_name(pattern), folder.read(settings.folder, file))
            # One that was dropped anew meanwhile belongs to another delivery.
            await still(folder, settings.folder, [*files, *ready])
        spread = max(file.changed for file in files) - min(file.changed for file in files)
        proof: dict[str, Any] = {
            "files": {packed_name(pattern): file.size for pattern, file in chosen.items()},
            "ready": bool(ready),
        }
        proof["secondsApart"] = spread
        done = [file.name for file in (*files, *ready)]
        return Fetched(proof=proof, memory={"files": marks}, afterwards=moving(fetch, settings, done))

    async def probe(self, fetch: Fetch) -> Probed:
        settings = _settings(fetch)
        async with connected(fetch) as folder:
            listed = await folder.files(settings.folder)
            there = [pattern for pattern in settings.files if newest(listed, pattern) is not None]
            missing = [pattern for pattern in settings.files if pattern not in there]
            return Probed({"hostKey": folder.host_key, "files": len(there), "missing": missing})


def packed_name(pattern: str) -> str:
    """What a file is called in the package: the pattern without its star and the mark before it."""
    return _STAR.sub("", pattern) or pattern


def _choose(settings: DropFolder, listed: list[Found]) -> tuple[dict[str, Found], list[Found]]:
    """The files of a delivery by pattern, and the one that says that they are all there."""
    chosen = {
        pattern: file
        for pattern in (*settings.files, *settings.optional_files)
        if (file := newest(listed, pattern)) is not None
    }
    missing = [pattern for pattern in settings.files if pattern not in chosen]
    if missing:
        raise NothingThere(missing=", ".join(missing))
    if settings.ready_file is None:
        return chosen, []
    # One that is older than a file spoke of the drop before.
    written = max(file.changed for file in chosen.values())
    ready = [file for file in listed if fnmatchcase(file.name, settings.ready_file) and file.changed >= written]
    if not ready:
        raise StillWritten(missing=settings.ready_file)
    return chosen, [max(ready, key=lambda file: (file.changed, file.name))]


def _settings(fetch: Fetch) -> DropFolder:
    if not isinstance(fetch.settings, DropFolder):
        raise TypeError("not a drop_folder source")
    return fetch.settings
