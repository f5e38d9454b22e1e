"""What operators of the platform decide about federations: which there are, who signs, what waits for a human."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.federation.acceptance import is_older
from services.identity.federation.errors import FederationUrlTaken, NothingToDecide, WrongKind
from services.identity.federation.faults import FeedFault
from services.identity.federation.fetch import sha1_of
from services.identity.federation.models import Federation, FederationEntity, FederationGeneration
from services.identity.federation.repository import FederationRepository, like
from services.identity.federation.schemas import FederationCreate, FederationUpdate
from services.identity.federation.service.enforcement import Enforcement
from shared.kit import clock
from shared.kit.journal import record
from shared.queue.jobs import start_job
from shared.web.preconditions import check_version

REFRESH = "federation.refresh"
QUERY = "federation.query"
"""Kinds of the jobs that `tasks` runs."""


class FederationAdministration:
    """Federations as the API shows and changes them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = FederationRepository(session)

    async def create(self, body: FederationCreate) -> Federation:
        """A federation whose feed is read as soon as a worker is free. Raises FederationUrlTaken."""
        if await self._repository.find_by_url(body.url):
            raise FederationUrlTaken()
        federation = Federation(**body.model_dump(), next_refresh_at=clock.now())
        self._repository.add(federation)
        await self._session.flush()
        await record(self._session, "federation.created", "federation", federation.id, after=_summary(federation))
        await self._start(federation)
        return federation

    async def change(self, federation_id: UUID, expected_version: int, body: FederationUpdate) -> Federation:
        """Pins, names, limits, state. A changed pin is asked for at once. Raises FederationNotFound, StaleVersion."""
        federation = await self._repository.get_locked(federation_id)
        check_version(expected_version, federation.version)
        before = _summary(federation)
        for name, value in body.model_dump(exclude_unset=True).items():
            setattr(federation, name, value)
        if before["signers"] != federation.signers or before["state"] != federation.state:
            federation.etag = federation.last_modified = None
            await self._start(federation)
        federation.touch()
        after = _summary(federation)
        await record(self._session, "federation.changed", "federation", federation.id, before=before, after=after)
        return federation

    async def refresh(self, federation_id: UUID) -> UUID:
        """Read the feed now, whatever the clock says; the job's id. Raises FederationNotFound."""
        return await self._start(await self._repository.get_locked(federation_id))

    async def ask_for(self, federation_id: UUID, entity_id: str) -> UUID:
        """Ask a metadata query service for one entity; the job's id. Raises FederationNotFound, WrongKind."""
        federation = await self._repository.get(federation_id)
        if federation.kind != "mdq":
            raise WrongKind()
        return await start_job(self._session, QUERY, {"federation": federation_id, "sha1": sha1_of(entity_id)})

    async def approve(self, federation_id: UUID, generation_id: UUID) -> Federation:
        """Put a generation that waits into force. Raises FederationNotFound, NothingToDecide.

        Time has passed since it was fetched, so its end and its age are judged again.
        """
        federation, generation = await self._waiting(federation_id, generation_id)
        current = await self._repository.find_generation(federation.current_generation_id)
        end = generation.valid_until
        if end is None or end <= clock.now():
            raise NothingToDecide(FeedFault.expired.words)
        if current is not None and is_older(generation.published_at, end, current.published_at, current.valid_until):
            raise NothingToDecide(FeedFault.rolled_back.words)
        await Enforcement(self._session).put_in_force(federation, generation, current)
        federation.refreshed_at = generation.fetched_at
        return await self._decided(federation, generation, "approved")

    async def refuse(self, federation_id: UUID, generation_id: UUID) -> Federation:
        """Never put it into force. Raises FederationNotFound, NothingToDecide."""
        federation, generation = await self._waiting(federation_id, generation_id)
        generation.status, generation.reason = "refused", FeedFault.by_operator
        federation.pending_generation_id = None
        federation.etag = federation.last_modified = None
        await self._repository.drop_entities(generation.id)
        return await self._decided(federation, generation, "refused")

    async def get(self, federation_id: UUID) -> Federation:
        """Raises FederationNotFound."""
        return await self._repository.get(federation_id)

    async def list(self, limit: int, after: UUID | None) -> Sequence[Federation]:
        return await self._repository.page(limit, after)

    async def current(self, federation: Federation) -> FederationGeneration | None:
        """The generation that logins read; None before the first."""
        return await self._repository.find_generation(federation.current_generation_id)

    async def generations(self, federation_id: UUID, limit: int, before: UUID | None) -> Sequence[FederationGeneration]:
        """The latest first. Raises FederationNotFound."""
        await self._repository.get(federation_id)
        return await self._repository.generations(federation_id, limit, before)

    async def entities(
        self, federation: Federation, words: str, limit: int, after: str | None
    ) -> Sequence[FederationEntity]:
        """The identity providers in force whose name, keyword, scope or entityID holds `words`."""
        if federation.current_generation_id is None:
            return []
        return await self._repository.entities(federation.current_generation_id, like(words), limit, after)

    async def _waiting(self, federation_id: UUID, generation_id: UUID) -> tuple[Federation, FederationGeneration]:
        federation = await self._repository.get_locked(federation_id)
        generation = await self._repository.find_generation(generation_id)
        if generation is None or federation.pending_generation_id != generation.id:
            raise NothingToDecide()
        return federation, generation

    async def _decided(self, federation: Federation, generation: FederationGeneration, how: str) -> Federation:
        federation.touch()
        after = {"generationId": str(generation.id), "identityProviders": generation.identity_providers}
        await record(self._session, f"federation.generation_{how}", "federation", federation.id, after=after)
        return federation

    async def _start(self, federation: Federation) -> UUID:
        federation.next_refresh_at = clock.now()
        return await start_job(self._session, REFRESH, {"federation": federation.id})


def _summary(federation: Federation) -> dict[str, object]:
    return {
        "url": federation.url,
        "kind": federation.kind,
        "signers": list(federation.signers),
        "loaMap": federation.loa_map,
        "state": federation.state,
    }
