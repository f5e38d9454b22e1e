"""Hot reads: one SELECT for one tenant in one round trip, straight on the driver, for lists that are read all the time.

A session costs four round trips and several hundred microseconds of CPU before it has read a row. Here the tenant is
set by the statement itself: the outer query sets it, and the inner one, which depends on that row and ends in LIMIT,
cannot begin before. Row security binds as ever; were the order ever wrong, the policy would show nothing.

Names are looked up in the schemas of the role (`public`): no statement on these connections can change them, since
each is one SELECT in a transaction of its own. Reads of the past come through a session instead.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

T = TypeVar("T", bound=SQLModel)

# Seconds: how long a statement waits for its turn or a connection, and how long a connection may lie unused.
_PATIENCE = 10
_MOST_IDLE = 300

_STATEMENT = """
SELECT hot.* FROM (SELECT set_config('app.tenant', $1::text, true)::uuid AS id) tenant CROSS JOIN LATERAL ({select}) hot
"""

_CHANGE = """
WITH tenant AS MATERIALIZED (SELECT set_config('app.tenant', $1::text, true)::uuid AS id), {parts}
SELECT hot.* FROM tenant CROSS JOIN LATERAL ({select}) hot
"""


def insertion(table: str, parameter: str, source: str = "tenant") -> str:
    """A part of a change: the row that `as_row` wrote goes into `table`, if `source` (an earlier part) has a row.

    The columns are the table's own, so nothing is named twice.
    """
    new = f"jsonb_populate_record(NULL::{table}, {parameter}::text::jsonb)"
    return f"INSERT INTO {table} SELECT new.* FROM {source}, {new} new"


def as_row(kind: type[SQLModel], values: Mapping[str, Any]) -> str:
    """A row of a model by column, as a value for `insertion`; what is not named has the model's default."""
    return orjson.dumps({**_defaults(kind), **values}, default=_readable).decode()


@cache
def _defaults(kind: type[SQLModel]) -> dict[str, Any]:
    fields = kind.model_fields.items()
    return {name: field.default for name, field in fields if not field.is_required() and field.default_factory is None}


def read_model(kind: type[T], row: Mapping[str, Any]) -> T:
    """The model of a row that has its columns, perhaps among others. It belongs to no session."""
    values: dict[str, Any] = {}
    for column in kind.__table__.columns:  # type: ignore[attr-defined]
        value = row[column.name]
        # A connection of SQLAlchemy's has read documents already.
        is_text = isinstance(value, str) and isinstance(column.type, JSONB)
        values[column.name] = orjson.loads(value) if is_text else value
    return kind(**values)


def _readable(value: object) -> str:
    """Bytes as PostgreSQL reads them; the driver's own kind of UUID."""
    if isinstance(value, UUID):
        return str(value)
    if not isinstance(value, bytes):
        raise TypeError(type(value).__name__)
    return f"\\x{value.hex()}"


class HotReads:
    """A few connections beside the sessions' pool, for the same role, opened when they are needed.

    No pool of the driver's: to take a connection and give it back costs there three times what the statement costs.
    Nothing needs a reset between uses, since no statement leaves anything behind.
    """

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._size = pool_size
        self._turns = asyncio.Semaphore(pool_size)
        self._busy = 0
        self._idle: list[tuple[asyncpg.Connection, float]] = []

    @property
    def busy(self) -> int:
        """How many are in use."""
        return self._busy

    async def rows(self, tenant: UUID, select: str, *values: Any) -> list[asyncpg.Record]:
        """The rows of `select` as `tenant` sees them. Values are $2 and so on; `tenant.id` is the tenant.

        `select` is one SELECT that ends in LIMIT. Errors: those of asyncpg, ConnectionError.
        """
        return await self._fetch(_STATEMENT.format(select=select), tenant, values)

    async def change(self, tenant: UUID, parts: str, select: str, *values: Any) -> list[asyncpg.Record]:
        """The same in one transaction with the writes in `parts`, the further parts of its WITH.

        Each part takes its rows FROM tenant, so that the tenant is set before a row is written. An UPDATE may look at
        its rows before that, and find none: to change a row, INSERT what a LATERAL SELECT with LIMIT found of it, with
        ON CONFLICT DO UPDATE, whose condition the database judges by the row as it is then.
        """
        return await self._fetch(_CHANGE.format(parts=parts, select=select), tenant, values)

    async def _fetch(self, statement: str, tenant: UUID, values: Sequence[Any]) -> list[asyncpg.Record]:
        if self._turns.locked():
            await self._wait()
        else:
            await self._turns.acquire()
        self._busy += 1
        try:
            return await self._fetch_on(await self._connection(), statement, str(tenant), *values)
        finally:
            self._busy -= 1
            self._turns.release()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._turns.acquire()
        except TimeoutError as error:
            raise ConnectionError("no connection became free in time") from error

    async def _fetch_on(self, connection: asyncpg.Connection, statement: str, *values: Any) -> list[asyncpg.Record]:
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement, *values)
        except asyncpg.PostgresError:  # the answer of the server, after which it takes the next statement
            self._idle.append((connection, time.monotonic()))
            raise
        except BaseException:  # given up on the way: what it would answer next belongs to nobody
            connection.terminate()
            raise
        self._idle.append((connection, time.monotonic()))
        return rows

    async def _connection(self) -> asyncpg.Connection:
        while self._idle:
            connection, since = self._idle.pop()
            if not connection.is_closed() and time.monotonic() - since < _MOST_IDLE:
                return connection
            connection.terminate()
        try:
            return await asyncpg.connect(self._url, timeout=_PATIENCE, server_settings={"timezone": "UTC"})
        except TimeoutError as error:
            raise ConnectionError("the database does not answer") from error

    async def stop(self) -> None:
        """Close every connection, when what they were asked is answered."""
        for _ in range(self._size):
            await self._turns.acquire()
        while self._idle:
            await self._idle.pop()[0].close()
        for _ in range(self._size):
            self._turns.release()


async def change_on(
    driver: asyncpg.Connection, tenant: UUID, parts: str, select: str, *values: Any
) -> list[asyncpg.Record]:
    """A change on a given connection, inside its transaction."""
    rows: list[asyncpg.Record] = await driver.fetch(_CHANGE.format(parts=parts, select=select), str(tenant), *values)
    return rows


async def rows_on(driver: asyncpg.Connection, tenant: UUID, select: str, *values: Any) -> list[asyncpg.Record]:
    """The same on a given connection, inside its transaction."""
    rows: list[asyncpg.Record] = await driver.fetch(_STATEMENT.format(select=select), str(tenant), *values)
    return rows
