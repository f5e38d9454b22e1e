"""Putting a generation into force: one pointer moves, and everybody concerned is told what became different."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.federation.models import Federation, FederationGeneration
from services.identity.federation.repository import FederationRepository
from services.identity.tenant.service import TenantService, acting_in
from shared.contracts.base import Event
from shared.contracts.identity_federation import FederationRefreshed, ProviderMetadataChanged
from shared.kit.journal import record
from shared.kit.kit_tables import NO_TENANT
from shared.queue.outbox import publish

KINDS = ("added", "removed", "keys", "scopes", "endpoints")
_MOST_NAMED = 50


class Enforcement:
    """The swap of generations, and the journal and events of federations, which belong to the platform's operator."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = FederationRepository(session)

    async def put_in_force(
        self, federation: Federation, generation: FederationGeneration, former: FederationGeneration | None
    ) -> None:
        """Logins read `generation` from the commit on. The federation's row is locked by the caller."""
        rows = await self._repository.changes(former.id if former else None, generation.id)
        generation.status, generation.reason = "current", None
        generation.changes = summary(rows if former else [], None if former else len(rows))
        if federation.pending_generation_id not in (None, generation.id):
            await self.supersede(federation.pending_generation_id)
        federation.pending_generation_id = None
        federation.current_generation_id = generation.id
        if former is not None:
            await self.supersede(former.id)
        await self._repository.drop_old_generations(federation.id, {generation.id})
        counts = {name: generation.changes[name] for name in KINDS}
        await self.tell(
            federation,
            "federation.refreshed",
            FederationRefreshed(
                federation_id=federation.id,
                generation_id=generation.id,
                identity_providers=generation.identity_providers,
                left_out=len(generation.left_out),
                added=counts["added"],
                removed=counts["removed"],
                keys_changed=counts["keys"],
                scopes_changed=counts["scopes"],
                endpoints_changed=counts["endpoints"],
            ),
            generation.changes | {"generationId": str(generation.id)},
        )
        await self.tell_tenants(federation, {row["entity_id"]: kinds_of(row) for row in rows})

    async def supersede(self, generation_id: UUID | None) -> None:
        """Nobody reads it any more: what it said goes, that it was there stays."""
        generation = await self._repository.find_generation(generation_id)
        if generation is not None:
            generation.status = "superseded"
            await self._repository.drop_entities(generation.id)

    async def tell(self, federation: Federation, action: str, event: Event | None, after: dict[str, Any]) -> None:
        """Journal and event of the platform."""
        operator = await TenantService(self._session).operator()
        async with acting_in(self._session, operator.id if operator else NO_TENANT):
            await record(self._session, action, "federation", federation.id, after=after)
            if event is not None:
                await publish(self._session, event)

    async def tell_tenants(self, federation: Federation, changed: dict[str, tuple[str, ...]]) -> None:
        """Each tenant that logs in at an entity that changed hears it, in its own journal too."""
        if not changed:
            return
        for used in await self._repository.providers([], federation.id):
            if kinds := changed.get(used["issuer"]):
                provider_id = used["provider_id"]
                async with acting_in(self._session, used["tenant_id"]):
                    after = {"federationId": str(federation.id), "changed": list(kinds)}
                    await record(
                        self._session, "provider.metadata_changed", "identity_provider", provider_id, after=after
                    )
                    event = ProviderMetadataChanged(provider_id=provider_id, federation_id=federation.id, changed=kinds)
                    await publish(self._session, event)


def kinds_of(row: RowMapping) -> tuple[str, ...]:
    """What became different for one entity; who comes or goes is not compared further."""
    if row["added"] or row["removed"]:
        return ("added",) if row["added"] else ("removed",)
    return tuple(kind for kind in KINDS[2:] if row[kind])


def summary(rows: Sequence[RowMapping], first: int | None = None) -> dict[str, Any]:
    """Counts by kind, and the first entityIDs of each; `first` counts those of a federation's first generation."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for row in rows:
        for kind in kinds_of(row):
            found[kind].append(row["entity_id"])
    counts: dict[str, Any] = {kind: len(ids) for kind, ids in found.items()}
    if first is not None:
        counts["added"] = first
    return counts | {"named": {kind: ids[:_MOST_NAMED] for kind, ids in found.items() if ids}}
