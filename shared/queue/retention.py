"""The nightly purge of what a service has kept long enough, by the catalogue and the tenant's own days."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.base import EventEnvelope
from shared.contracts.processing import Holding, Purge, holdings_of
from shared.contracts.sync_privacy import RetentionChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue.runner import JobContext, JobHandler
from shared.queue.schedule import Schedule

PURGE = "retention-purge"
RETENTION_SCHEDULE = (Schedule(PURGE, every=timedelta(days=1), offset=timedelta(hours=2, minutes=50)),)
BATCH = 2000
_TENANTS = text("SELECT retention_tenants()")
_RULES = text("SELECT key, days FROM retention_rule WHERE tenant_id = :tenant")
_KEEP = text(
    "INSERT INTO retention_rule (tenant_id, key, days, version) VALUES (:tenant, :key, :days, :version)"
    " ON CONFLICT (tenant_id, key) DO UPDATE SET days = excluded.days, version = excluded.version"
    " WHERE retention_rule.version < excluded.version"
)
_DELETE = """
DELETE FROM {table} WHERE tenant_id = :tenant AND ctid = ANY (ARRAY(
    SELECT ctid FROM {table} WHERE tenant_id = :tenant AND ({due}) LIMIT :batch))
RETURNING 1
"""


async def record_retention(session: AsyncSession, envelope: EventEnvelope, event: RetentionChanged) -> None:
    """Keep what the tenant set, where this service has something to purge by it."""
    values = {"tenant": tenant_of(session), "key": event.key, "days": event.days, "version": event.version}
    await session.execute(_KEEP, values)


async def rules_of(session: AsyncSession) -> Mapping[str, int]:
    """The days that the session's tenant has set itself, by holding."""
    rows = await session.execute(_RULES, {"tenant": tenant_of(session)})
    return {row.key: row.days for row in rows}


def days_of(one: Holding, rules: Mapping[str, int]) -> int | None:
    """How many days hold for a tenant: its own within the bounds, else the default."""
    if not one.keep.is_settable or one.keep.least is None or one.keep.most is None:
        return one.keep.days
    return min(max(rules.get(one.key, one.keep.days or 0), one.keep.least), one.keep.most)


def retention_jobs(service: str) -> dict[str, JobHandler]:
    """The nightly purge of one service."""
    mine = [one for one in holdings_of(service) if one.keep.purges]

    async def purge(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            tenants = (await session.execute(_TENANTS)).scalars().all()
        gone: dict[str, int] = {}
        for tenant in tenants:
            async with ctx.transaction(tenant) as session:
                rules = await rules_of(session)
            for one in mine:
                number = 0
                while True:
                    async with ctx.transaction(tenant) as session:
                        done = await purge_some(session, one, days_of(one, rules) or 0)
                    number += done
                    if done < BATCH:
                        break
                gone[one.key] = gone.get(one.key, 0) + number
        return {"purged": sum(gone.values()), **{key: number for key, number in gone.items() if number}}

    return {PURGE: purge}


async def purge_some(session: AsyncSession, one: Holding, days: int) -> int:
    """Delete some of what is older than `days` in the session's tenant; the largest number of any one table.

    The journal keeps how many rows of which table went, by which days.
    """
    before = clock.now() - timedelta(days=days)
    gone = {item.table: await _delete(session, item, before) for item in one.keep.purges}
    if any(gone.values()):
        told = {"holding": one.key, "days": days, "rows": gone}
        await record(session, "retention.purge", "retention_rule", new_id(), after=told)
    return max(gone.values())


async def _delete(session: AsyncSession, item: Purge, before: object) -> int:
    statement = _DELETE.format(table=item.table, due=item.due)
    rows = await session.execute(text(statement), {"tenant": tenant_of(session), "before": before, "batch": BATCH})
    return len(rows.all())
