"""The chain over a service's journal: a new link every few minutes, its head sent out signed every day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text

from shared.contracts.journal import JournalHead
from shared.kit import clock, seals
from shared.queue.outbox import publish
from shared.queue.runner import JobContext, JobHandler
from shared.queue.schedule import Schedule

log = structlog.get_logger(__name__)

SEAL = "journal.seal"
SEND_HEADS = "journal.send_heads"
HEAD_TYPE = "startklar-journal-head+jwt"

Sign = Callable[[Mapping[str, Any], str], str]
"""Claims and `typ` to a compact JWS: `shared.auth.jws.SigningKey.sign`."""

TellHead = Callable[[seals.Seal, str], JournalHead]

_TENANTS = text("SELECT journal_tenants()")


def sealing_jobs(tell: TellHead, sign: Sign | None) -> Mapping[str, JobHandler]:
    """The periodic work on the journal, by kind. `tell` makes the service's own event of a head and its signature."""
    return {SEAL: seal_journals, SEND_HEADS: _send_heads(tell, sign)}


SEALING_SCHEDULE = (
    Schedule(SEAL, timedelta(minutes=5)),
    Schedule(SEND_HEADS, timedelta(days=1), offset=timedelta(hours=2)),
)


async def seal_journals(ctx: JobContext) -> dict[str, Any]:
    """Add a link to the chain of every tenant with new entries; may run twice."""
    made, tenants = 0, await _tenants(ctx)
    for done, tenant in enumerate(tenants, start=1):
        async with ctx.transaction(tenant) as session:
            made += await seals.seal(session) is not None
        await ctx.progress(done, len(tenants))
    return {"tenants": len(tenants), "seals": made}


def _send_heads(tell: TellHead, sign: Sign | None) -> JobHandler:
    async def run(ctx: JobContext) -> dict[str, Any]:
        """Tell the head of every tenant's chain, signed with the service's own key, whose public half is known."""
        if sign is None:
            log.warning("the heads of the journal stay here: no key to sign them with")
            return {"heads": 0}
        sent = 0
        for tenant in await _tenants(ctx):
            async with ctx.transaction(tenant) as session:
                head = await seals.head(session)
                if head is None:
                    continue
                claims = {"tenant": str(tenant), "id": str(head.id), "seal": head.number, "hash": head.hash.hex()}
                await publish(session, tell(head, sign(claims | {"iat": int(clock.now().timestamp())}, HEAD_TYPE)))
                sent += 1
        return {"heads": sent}

    return run


async def _tenants(ctx: JobContext) -> Sequence[UUID]:
    """Every tenant with a journal; the function sees them all and tells ids alone."""
    async with ctx.transaction() as session:
        return (await session.execute(_TENANTS)).scalars().all()
