"""Where somebody may have left something: tables of PostgreSQL, keys of Redis, files."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from redis.asyncio import Redis

_PIECE = 4 * 1024 * 1024
_OVERLAP = 4096
_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND c.relname <> 'alembic_version'
ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Trace:
    """Something was found: where, and how often. Never what: that would be the next copy."""

    place: str
    times: int


class Finder:
    """Counts matches in a stream of pieces, also those that lie across two pieces."""

    def __init__(self, wanted: re.Pattern[bytes]) -> None:
        self._wanted = wanted
        self._rest = b""
        self.times = 0

    def take(self, piece: bytes) -> None:
        """Look through the next piece."""
        whole = self._rest + piece
        ended = 0
        for match in self._wanted.finditer(whole):
            # What begins in the last part may go on in the next piece, and is looked for again there.
            if match.start() < max(len(whole) - _OVERLAP, 0):
                self.times += 1
                ended = match.end()
        self._rest = whole[max(len(whole) - _OVERLAP, ended) :]

    def end(self) -> int:
        """How often it was found."""
        self.times += len(self._wanted.findall(self._rest))
        self._rest = b""
        return self.times


async def in_database(url: str, wanted: re.Pattern[bytes]) -> AsyncIterator[Trace]:
    """Every table of a database as COPY writes it; `url` is of a role that reads everything (the backup role)."""
    connection = await asyncpg.connect(url)
    try:
        name = await connection.fetchval("SELECT current_database()")
        for schema, table in await connection.fetch(_TABLES):
            finder = Finder(wanted)

            async def look(piece: bytes, finder: Finder = finder) -> None:
                finder.take(piece)

            await connection.copy_from_table(table, schema_name=schema, output=look)
            if times := finder.end():
                yield Trace(f"{name}.{table}", times)
    finally:
        await connection.close()


async def in_redis(url: str, wanted: re.Pattern[bytes]) -> AsyncIterator[Trace]:
    """Every key's name and value as DUMP gives it."""
    async with Redis.from_url(url) as redis:
        finder = Finder(wanted)
        async for key in redis.scan_iter(count=1000):
            finder.take(key + b"\0" + (await redis.dump(key) or b"") + b"\0")
        if times := finder.end():
            yield Trace("redis", times)


def in_folder(folder: Path, wanted: re.Pattern[bytes]) -> Iterator[Trace]:
    """Every file below a folder that can be read; names of files too."""
    for path in sorted(folder.rglob("*")):
        finder = Finder(wanted)
        finder.take(str(path.relative_to(folder)).encode() + b"\0")
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    finder.take(piece)
        if times := finder.end():
            yield Trace(str(path.relative_to(folder)), times)
