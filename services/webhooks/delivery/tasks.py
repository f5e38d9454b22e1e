"""What the worker does with the feeds of the owners: every event of a tenant becomes public and goes out."""

from collections import defaultdict
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.webhooks.delivery.service import DeliveryService
from shared.auth.assurance import record_rule
from shared.auth.cutoffs import record_cutoff, record_cutoffs
from shared.contracts.base import Event, EventEnvelope, owner_of
from shared.contracts.identity import AccessRevoked, BulkAccessRevoked
from shared.contracts.identity_assurance import AssurancePolicyChanged
from shared.contracts.registry import PUBLIC_CONTRACTS
from shared.contracts.webhooks import EndpointTested
from shared.queue.consumer import Handler


async def on_event(session: AsyncSession, envelope: EventEnvelope, _: Any) -> None:
    """Append to the tenant's log and make its deliveries. What belongs to no tenant has no subscribers."""
    if envelope.tenant is not None:
        await DeliveryService(session).fan_out(envelope)


async def on_access_revoked(session: AsyncSession, envelope: EventEnvelope, event: AccessRevoked) -> None:
    """Public like any event, and from now on our own routes refuse the older tokens of the account."""
    await record_cutoff(session, envelope, event)
    await on_event(session, envelope, event)


async def on_bulk_access_revoked(session: AsyncSession, envelope: EventEnvelope, event: BulkAccessRevoked) -> None:
    """The same for many accounts."""
    await record_cutoffs(session, envelope, event)
    await on_event(session, envelope, event)


async def on_assurance_changed(session: AsyncSession, envelope: EventEnvelope, event: AssurancePolicyChanged) -> None:
    """Public like any event, and from now on our own routes demand it."""
    await record_rule(session, envelope, event)
    await on_event(session, envelope, event)


# What is also for ourselves.
_OWN: dict[type[Event], Handler] = {
    AccessRevoked: on_access_revoked,
    BulkAccessRevoked: on_bulk_access_revoked,
    AssurancePolicyChanged: on_assurance_changed,
}


def all_handlers() -> dict[str, dict[type[Event], Handler]]:
    """A handler for every public event type of every owner, ours included: subscribers hear of disabled endpoints."""
    handlers: dict[str, dict[type[Event], Handler]] = defaultdict(dict)
    for name, event in PUBLIC_CONTRACTS.items():
        if event is not EndpointTested:
            handlers[owner_of(name)][event] = _OWN.get(event, on_event)
    return dict(handlers)
