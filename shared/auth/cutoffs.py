"""Access cutoffs: how a removed right reaches every service before the tokens that carry it expire.

identity publishes `identity.access.revoked.v1`; each service consumes it with `record_cutoff` and reads the table
through `AccessCutoffs`. Event delivery plus `CACHE_FOR` stays below the 60 s that are promised.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.auth.principal import Principal
from shared.contracts.base import EventEnvelope
from shared.contracts.identity import AccessRevoked, BulkAccessRevoked
from shared.kit import clock
from shared.kit.db import Database, tenant_of

CACHE_FOR = timedelta(seconds=15)
# Tokens live five minutes; older cutoffs refuse nothing any more.
KEEP_FOR = timedelta(hours=1)


class AccessCutoffs:
    """The recent cutoffs per tenant, read at most every `CACHE_FOR`: one small query, not one per request."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[UUID, tuple[datetime, dict[UUID, datetime]]] = {}
        self._locks: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def refuses(self, principal: Principal) -> bool:
        """Whether access was removed after this token was issued. A service without a tenant is never cut off here."""
        if principal.tenant is None:
            return False
        cutoffs = await self._of(principal.tenant)
        for revoked in (principal.subject, principal.session_id):
            not_before = cutoffs.get(revoked) if revoked is not None else None
            if not_before is not None and principal.issued_at < not_before:
                return True
        return False

    async def _of(self, tenant: UUID) -> dict[UUID, datetime]:
        known = self._known.get(tenant)
        if known is not None and clock.now() - known[0] < CACHE_FOR:
            return known[1]
        async with self._locks[tenant]:
            known = self._known.get(tenant)
            if known is None or clock.now() - known[0] >= CACHE_FOR:
                read_at = clock.now()
                known = self._known[tenant] = (read_at, await self._read(tenant, read_at - KEEP_FOR))
            return known[1]

    async def _read(self, tenant: UUID, since: datetime) -> dict[UUID, datetime]:
        statement = text("SELECT account_id, not_before FROM access_cutoff WHERE not_before > :since")
        async with self._database.transaction(tenant) as session:
            rows = await session.execute(statement, {"since": since})
            return {row.account_id: row.not_before for row in rows}


class _Runtime(Protocol):
    database: Database
    resources: dict[type, Any]


async def use_cutoffs(runtime: _Runtime, _: AsyncExitStack) -> None:
    """Start-up step of a service (`ServiceSpec.startup`): from now on its routes refuse what was cut off."""
    runtime.resources[AccessCutoffs] = AccessCutoffs(runtime.database)


async def record_cutoff(session: AsyncSession, envelope: EventEnvelope, event: AccessRevoked) -> None:
    """Consumer of `identity.access.revoked.v1`; replays and events out of order change nothing."""
    await set_cutoff(session, event.account_id, event.not_before)
    await _forget_old(session, envelope)


async def record_cutoffs(session: AsyncSession, envelope: EventEnvelope, event: BulkAccessRevoked) -> None:
    """Consumer of `identity.bulk_access.revoked.v1`; replays and events out of order change nothing."""
    await set_cutoffs(session, event.account_ids, event.not_before)
    await _forget_old(session, envelope)


async def _forget_old(session: AsyncSession, envelope: EventEnvelope) -> None:
    await session.execute(
        text("DELETE FROM access_cutoff WHERE tenant_id = :tenant AND not_before < :until"),
        {"tenant": tenant_of(session), "until": envelope.occurred_at - KEEP_FOR},
    )


async def set_cutoff(session: AsyncSession, account_id: UUID, not_before: datetime) -> None:
    """Refuse tokens of the account, client or session issued before `not_before`; an earlier instant never weakens a
    later one."""
    await set_cutoffs(session, [account_id], not_before)


async def set_cutoffs(session: AsyncSession, accounts: Sequence[UUID], not_before: datetime) -> None:
    """`set_cutoff` for many, by one statement."""
    await session.execute(
        text(
            "INSERT INTO access_cutoff (tenant_id, account_id, not_before)"
            " SELECT :tenant, one, :not_before FROM unnest(CAST(:accounts AS uuid[])) AS one ORDER BY one"
            " ON CONFLICT (tenant_id, account_id)"
            " DO UPDATE SET not_before = greatest(access_cutoff.not_before, excluded.not_before)"
        ),
        {"tenant": tenant_of(session), "accounts": list(accounts), "not_before": not_before},
    )
