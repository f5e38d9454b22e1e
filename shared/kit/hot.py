"""Hot reads: one SELECT for one tenant in one round trip, straight on the driver, for lists that are read all the time.

A session costs four round trips and several hundred microseconds of CPU before it has read a row. Here the tenant is
set by the statement itself: the outer query sets it, and the inner one, which depends on that row and ends in LIMIT,
cannot begin before. Row security binds as ever; were the order ever wrong, the policy would show nothing.

Names are looked up in the schemas of the role (`public`): no statement on these connections can change them, since
each is one SELECT in a transaction of its own. Reads of the past come through a session instead.
"""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

_STATEMENT = """
SELECT hot.* FROM (SELECT set_config('app.tenant', $1::text, true)::uuid AS id) tenant CROSS JOIN LATERAL ({select}) hot
"""

_CHANGE = """
WITH tenant AS MATERIALIZED (SELECT set_config('app.tenant', $1::text, true)::uuid AS id), {parts}
SELECT hot.* FROM tenant CROSS JOIN LATERAL ({select}) hot
"""


class _KeepsNothing(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """A connection on which no statement leaves anything behind, so that there is nothing to reset between uses."""

    def get_reset_query(self) -> str:
        return ""


class HotReads:
    """A small pool beside the sessions', for the same role; it opens connections only when it is used."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._size = pool_size
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def rows(self, tenant: UUID, select: str, *values: Any) -> list[asyncpg.Record]:
        """The rows of `select` as `tenant` sees them. Values are $2 and so on; `tenant.id` is the tenant.

        `select` is one SELECT that ends in LIMIT. Errors: those of asyncpg, ConnectionError.
        """
        return await self._fetch(_STATEMENT.format(select=select), tenant, values)

    async def change(self, tenant: UUID, parts: str, select: str, *values: Any) -> list[asyncpg.Record]:
        """The same in one transaction with the writes in `parts`, the further parts of its WITH.

        Each part takes its rows FROM tenant, so that the tenant is set before a row is written.
        """
        return await self._fetch(_CHANGE.format(parts=parts, select=select), tenant, values)

    async def _fetch(self, statement: str, tenant: UUID, values: Sequence[Any]) -> list[asyncpg.Record]:
        pool = self._pool or await self._open()
        try:
            connection = await pool.acquire(timeout=10)
        except TimeoutError as error:
            raise ConnectionError("no connection became free in time") from error
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement, str(tenant), *values)
            return rows
        finally:
            await pool.release(connection)

    async def stop(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url, min_size=0, max_size=self._size, connection_class=_KeepsNothing
                )
        return self._pool


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
