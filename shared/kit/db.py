"""The database session: one transaction per request or task, the tenant set before the first query.

Row security does the isolation; this module makes sure that it cannot be escaped by accident: the tenant is set
in every transaction (to '' when there is none, which matches no row) and a role that could bypass it is refused.

The same first statement names who acts and when, for the journal's triggers (`shared.kit.history`), and the schemas in
which names are looked up: a task that looks back (`clock.looking_back`) finds the tables of the past before today's.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import DateTime, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock, tracing
from shared.kit.hot import HotReads, change_on, rows_on
from shared.kit.ids import new_id
from shared.kit.problems import Forbidden
from shared.kit.refusals import Refused, check_server
from shared.kit.text import Text

log = structlog.get_logger(__name__)

# Named constraints, so that a migration can drop what it did not create and errors name the rule that broke.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TIMESTAMP = DateTime(timezone=True)


class TenantRow(SQLModel):
    """Mixin: the key of every tenant table is (tenant_id, id), tenant first, so that partitioning stays open."""

    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True, default_factory=new_id)


class Versioned(SQLModel):
    """Mixin: optimistic locking and times. `version` is what the strong ETag shows; call `touch` on every change."""

    version: int = Field(default=1, nullable=False)
    created_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)
    updated_at: datetime = Field(default_factory=clock.now, sa_type=TIMESTAMP, nullable=False)

    def touch(self) -> None:
        self.version += 1
        self.updated_at = clock.now()


class DangerousRole(Refused):
    """The database role could see other tenants' rows; the process must not start with it."""


class ErasuresPending(Refused):
    """The database was restored, and persons who were erased since are in it again; nothing may serve from it yet."""


def async_url(url: str) -> URL:
    """`url` with the asyncpg driver, whatever spelling the operator used (`postgres://`, `postgresql://`)."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+asyncpg")


def create_engine(url: str, **options: Any) -> AsyncEngine:
    """An engine on asyncpg with orjson for JSON columns. Days begin at midnight UTC whatever the server's zone is."""
    connect = options.pop("connect_args", {})
    settings = {"timezone": "UTC"} | connect.get("server_settings", {})
    return create_async_engine(
        async_url(url),
        connect_args=connect | {"server_settings": settings},
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        **options,
    )


class TenantMissing(Forbidden):
    slug = "tenant-missing"
    title = Text(
        sv="Din inloggning gäller ingen huvudman",
        en="Your login is for no authority",
        da="Dit login gælder ingen myndighed",
    )


class Database:
    """A pool of connections for one role; hands out one-transaction sessions.

    `after_publish` is called after a commit in which an event was published (session.info["published"]), as a
    best-effort wake-up; losing it loses nothing.
    """

    def __init__(self, url: str, *, pool_size: int = 8, bound_to: AsyncConnection | None = None) -> None:
        self._engine = create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=10, pool_recycle=1800)
        self._size = pool_size
        self._bound_to = bound_to
        self._hot = HotReads(url, pool_size=pool_size)
        self.after_publish: Callable[[], Awaitable[None]] | None = None

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    def connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many may be."""
        pool = self._engine.pool
        taken = pool.checkedout() if isinstance(pool, QueuePool) else 0
        return taken + self._hot.busy, 2 * self._size

    async def start(self, *, restored: bool = False) -> None:
        """Connect once. Errors: DangerousRole unless row security binds this role, ErasuresPending after a restore,
        Refused for a server that is unfit.

        `restored` is for those who erase again: the mark that keeps everybody else out does not stop them.
        """
        async with self._engine.connect() as connection:
            asked = time.time()
            row = (await connection.execute(text(_ROLE_QUERY))).one()
            answered = time.time()
        check_server(row.version, row.encoding, row.clock, asked=asked, answered=answered)
        if row.superuser or row.bypass or row.owns:
            reason = "is a superuser" if row.superuser else "bypasses row security" if row.bypass else "owns tables"
            raise DangerousRole(f"database role {row.name} {reason}: use the service's app role")
        if row.pending and not restored:
            raise ErasuresPending(
                f"this database was restored to {row.pending}: run ./startklar restore replay, which erases again who"
                " was erased since, before anything serves"
            )

    async def stop(self) -> None:
        await self._hot.stop()
        await self._engine.dispose()

    async def hot_rows(self, tenant: UUID, select: str, *values: Any) -> list[Any]:
        """The rows of one SELECT for `tenant` in one round trip, on the driver itself; see `shared.kit.hot`.

        The past, and a test's one connection, need the settings of a transaction first: names are looked up before
        a statement runs, so it cannot set its own schemas.
        """
        if self._bound_to is None and clock.past() is None:
            return await self._hot.rows(tenant, select, *values)
        async with self.transaction(tenant) as session:
            raw = await (await session.connection()).get_raw_connection()
            return await rows_on(raw.driver_connection, tenant, select, *values)

    async def hot_change(self, tenant: UUID, parts: str, select: str, *values: Any) -> list[Any]:
        """One statement for `tenant` that writes and reads, in one round trip; see `HotReads.change`."""
        if self._bound_to is None:
            return await self._hot.change(tenant, parts, select, *values)
        async with self.transaction(tenant) as session:
            raw = await (await session.connection()).get_raw_connection()
            return await change_on(raw.driver_connection, tenant, parts, select, *values)

    @asynccontextmanager
    async def transaction(
        self, tenant: UUID | None, *, traceparent: str | None = None, principal: Any = None
    ) -> AsyncIterator[AsyncSession]:
        """One transaction for `tenant` (None sees no tenant row). Commits at the end of the block.

        `principal` is the caller (shared.auth.Principal), None where a service acts by itself.
        """
        spot = tracing.step("transaction", "client")
        try:
            async with self._session() as session:
                session.info.update(tenant=tenant, traceparent=traceparent, principal=principal)
                await _enter(session, tenant)
                try:
                    yield session
                except BaseException:
                    await session.rollback()
                    raise
                await session.commit()
                published = session.info.pop("published", False)
        except BaseException as error:
            if spot is not None:
                spot.end(type(error).__name__)
            raise
        if spot is not None:
            spot.note("db.system.name", "postgresql")
            spot.note("db.namespace", self._engine.url.database or "")
            spot.end()
        if published and self.after_publish is not None:
            try:
                await self.after_publish()
            except Exception as error:  # the sweeper finds the event; a lost nudge must not fail a committed request
                log.warning("wake-up lost", error=type(error).__name__)

    def _session(self) -> AsyncSession:
        if self._bound_to is not None:
            return AsyncSession(self._bound_to, expire_on_commit=False, join_transaction_mode="create_savepoint")
        return AsyncSession(self._engine, expire_on_commit=False)


async def hot_rows_in(session: AsyncSession, select: str, *values: Any) -> list[Any]:
    """`Database.hot_rows` for the session's tenant, inside its transaction."""
    await session.flush()
    raw = await (await session.connection()).get_raw_connection()
    return await rows_on(raw.driver_connection, tenant_of(session), select, *values)


async def _enter(session: AsyncSession, tenant: UUID | None) -> None:
    """Begin. A pooled connection that died meanwhile (a restarted server) is noticed by the first statement: nothing
    has been done by then, so another connection may do it.
    """
    try:
        await set_tenant(session, tenant)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await session.rollback()
        await set_tenant(session, tenant)


async def set_tenant(session: AsyncSession, tenant: UUID | None) -> None:
    """Bind the rest of the transaction to `tenant`; always sets all, since a savepoint would keep former values."""
    principal, traceparent = session.info.get("principal"), session.info.get("traceparent")
    past = clock.past()
    values = {
        "tenant": str(tenant or ""),
        "actor": str(principal.subject) if principal else "",
        "side": principal.side.value if principal and principal.side else "",
        "client": principal.client_id if principal else "",
        "trace": trace_id(traceparent) or "",
        "now": clock.now().isoformat(),
        "past": past.isoformat() if past else "",
        "schemas": "past, public, pg_temp" if past else "public, pg_temp",
    }
    await session.execute(_SET, values)
    session.info["tenant"] = tenant


def trace_id(traceparent: str | None) -> str | None:
    """The trace of a traceparent header (W3C Trace Context, section 3.2)."""
    return traceparent[3:35] if traceparent else None


def tenant_of(session: AsyncSession) -> UUID:
    """The tenant that the session is bound to. Raises TenantMissing for a caller whose token names none."""
    tenant = session.info.get("tenant")
    if not isinstance(tenant, UUID):
        if session.info.get("principal") is not None:
            raise TenantMissing()
        raise RuntimeError("this code needs a session with a tenant")
    return tenant


# `app.now` is one instant for the whole transaction, so that no view of the past shows half of it.
_SET = text(
    "SELECT set_config('app.tenant', :tenant, true), set_config('app.actor', :actor, true),"
    " set_config('app.side', :side, true), set_config('app.client', :client, true),"
    " set_config('app.trace', :trace, true), set_config('app.now', :now, true),"
    " set_config('app.as_of', :past, true), set_config('search_path', :schemas, true)"
)
_ROLE_QUERY = """
SELECT current_user AS name, r.rolsuper AS superuser, r.rolbypassrls AS bypass,
       current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
       extract(epoch FROM clock_timestamp())::float8 AS clock,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'
                 AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns,
       current_setting('startklar.erasures_pending', true) AS pending
FROM pg_roles r WHERE r.rolname = current_user
"""
