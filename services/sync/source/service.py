"""Declaring sources: what fits together, where secrets go, when a source is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.reading.mapping import Mapping as Reading
from services.sync.source.connectors import UPLOAD_KINDS, AnyFetched, ByUpload, Connector, Credentials
from services.sync.source.errors import SourceInactive, SourceKeyTaken, SourceUnsound
from services.sync.source.models import Source
from services.sync.source.pointing import confirm, leads_elsewhere, point
from services.sync.source.profiles import default_profile, profile_of
from services.sync.source.repository import SourceRepository
from services.sync.source.schedule import FetchSchedule
from shared.auth import Principal, Side
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.sealing import Sealer

_CONNECTOR: TypeAdapter[Any] = TypeAdapter(Connector)


def sealer(file_key: bytes) -> Sealer:
    """What seals the credentials of sources."""
    return Sealer(file_key, b"startklar.sync.source.v1")


@dataclass
class Declaration:
    """What a caller says of a source; the addresses have been checked by the egress rules."""

    key: str
    name: str
    role: str
    kind: str
    connector: Any
    profile: str | None = None
    mapping: Reading | None = None
    credentials: Credentials | None = None
    schedule: FetchSchedule | None = None
    auto_run: bool = True
    is_active: bool = True
    held: frozenset[str] = field(default_factory=frozenset)


class SourceService:
    """Sources of the session's tenant."""

    def __init__(self, session: AsyncSession, seals: Sealer) -> None:
        self._session = session
        self._sources = SourceRepository(session)
        self._seals = seals

    async def create(self, said: Declaration, by: Principal | None = None) -> Source:
        """What a customer declares needs nobody else: its plans do. Raises SourceKeyTaken, SourceUnsound."""
        if await self._sources.find_by_key(said.key) is not None:
            raise SourceKeyTaken()
        source = Source(tenant_id=tenant_of(self._session), id=new_id(), key=said.key, name="", kind=said.kind)
        source.role = said.role
        self._declare(source, said)
        if by is not None and by.side is not Side.customer and not isinstance(said.connector, ByUpload):
            point(source, by)
        await self._sources.add(source)
        await record(self._session, "source.create", "source", source.id, after=_noted(source))
        return source

    async def get(self, source_id: UUID, *, lock: bool = False) -> Source:
        """Raises NotFound."""
        return await self._sources.get(source_id, lock=lock)

    async def active(self, source_id: UUID) -> Source:
        """A source that may take a delivery. Raises NotFound, SourceInactive."""
        source = await self._sources.get(source_id)
        if not source.is_active:
            raise SourceInactive()
        return source

    async def refuse_inactive(self, key: str) -> None:
        """A key that no source has may deliver. Raises SourceInactive where the source of that key is switched off."""
        source = await self._sources.find_by_key(key)
        if source is not None and not source.is_active:
            raise SourceInactive()

    async def find_by_key(self, key: str) -> Source | None:
        return await self._sources.find_by_key(key)

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[Source]:
        """In order of creation."""
        return await self._sources.list_after(after, limit)

    async def change(self, source: Source, changes: Mapping[str, Any], by: Principal) -> Source:
        """Apply what is in `changes` (fields of a Declaration); the source is locked. Raises SourceUnsound."""
        before = _noted(source)
        said = Declaration(source.key, source.name, source.role, source.kind, connector_of(source))
        said.profile, said.auto_run, said.is_active = source.profile, source.auto_run, source.is_active
        said.mapping = None if source.mapping is None else Reading.model_validate(source.mapping)
        said.schedule = schedule_of(source)
        said.held = self.held(source)
        is_led = "connector" in changes and leads_elsewhere(said.connector, changes["connector"])
        if "connector" in changes and changes["connector"].place() != said.connector.place():
            said.held = frozenset()
            source.memory = {}
        if changes.get("mapping") is not None:
            said.profile = None
        elif changes.get("profile") is not None:
            said.mapping = None
        for name, value in changes.items():
            setattr(said, name, value)
        self._declare(source, said)
        if (is_led or changes.get("credentials") is not None) and not isinstance(said.connector, ByUpload):
            point(source, by)
        source.touch()
        after = _noted(source) | {"credentials": "credentials" in changes}
        await record(self._session, "source.change", "source", source.id, before=before, after=after)
        return source

    async def confirm(self, source: Source, caller: Principal) -> None:
        """Let deliveries come from where it leads. Raises as `pointing.confirm` does; the source is locked."""
        confirm(source, caller)
        source.touch()
        await record(self._session, "source.confirm", "source", source.id, after=_noted(source))

    async def deactivate(self, source: Source) -> None:
        """Fetch nothing more and forget the secrets; the key stays taken, since rows of the roster carry it."""
        source.is_active, source.next_fetch_at, source.credentials = False, None, None
        source.touch()
        await record(self._session, "source.deactivate", "source", source.id)

    def held(self, source: Source) -> frozenset[str]:
        """Which secrets are held."""
        return self.credentials(source).given()

    def credentials(self, source: Source) -> Credentials:
        """The secrets in the clear, for the connector alone."""
        if source.credentials is None:
            return Credentials()
        return Credentials.model_validate(orjson.loads(self._seals.open(source.credentials, _seal_place(source))))

    async def take_due(self, at: datetime) -> Sequence[Source]:
        """The sources whose time has come, each moved on to its next time."""
        due = await self._sources.due(at)
        for source in due:
            schedule = schedule_of(source)
            source.next_fetch_at = schedule.next_after(at) if schedule else None
        return due

    def _declare(self, source: Source, said: Declaration) -> None:
        _check(said)
        source.name, source.profile, source.auto_run = said.name, said.profile, said.auto_run
        source.mapping = said.mapping.model_dump(mode="json", by_alias=True) if said.mapping else None
        source.connector = said.connector.model_dump(mode="json", by_alias=True)
        given = said.credentials.given() if said.credentials else said.held
        if said.is_active and (wrong := said.connector.wrong_secrets(given)):
            raise SourceUnsound.at("#/credentials", wrong)
        if said.credentials is not None:
            plain = {name: said.credentials.secret(name) for name in sorted(given)}
            source.credentials = self._seals.seal(orjson.dumps(plain), _seal_place(source)) if plain else None
        elif not said.held:
            source.credentials = None
        source.schedule = said.schedule.model_dump(mode="json", by_alias=True) if said.schedule else None
        source.is_active = said.is_active
        due = said.schedule is not None and said.is_active
        source.next_fetch_at = said.schedule.next_after(clock.now()) if said.schedule and due else None


def connector_of(source: Source) -> Any:
    """How the source is reached."""
    return ByUpload() if source.connector is None else _CONNECTOR.validate_python(source.connector)


def fetched_by(source: Source) -> AnyFetched | None:
    """The same where something may be fetched; None where deliveries are sent, or the address is unconfirmed."""
    return declared_by(source) if source.is_confirmed else None


def declared_by(source: Source) -> AnyFetched | None:
    """How it would be fetched, confirmed or not; None where deliveries are sent."""
    connector = connector_of(source)
    return None if isinstance(connector, ByUpload) else connector


def schedule_of(source: Source) -> FetchSchedule | None:
    return None if source.schedule is None else FetchSchedule.model_validate(source.schedule)


def reading_of(source: Source) -> Reading:
    """The mapping that reads its deliveries."""
    if source.mapping is not None:
        return Reading.model_validate(source.mapping)
    profile = profile_of(source.profile or default_profile(source.kind) or "")
    if profile is None:
        raise ValueError("a source without a way of reading was declared")
    return profile.mapping()


def _check(said: Declaration) -> None:
    """Raises SourceUnsound where the parts do not fit each other."""
    brings = UPLOAD_KINDS.get(said.connector.kind)
    if brings is not None and said.kind not in brings:
        raise SourceUnsound.at("#/kind", f"{said.connector.kind} brings {' or '.join(sorted(brings))}")
    if said.profile is not None and said.mapping is not None:
        raise SourceUnsound.at("#/mapping", "give a profile or a mapping, not both")
    if said.mapping is None:
        name = said.profile or default_profile(said.kind)
        if name is None:
            raise SourceUnsound.at("#/mapping", "joined_files need a profile or a mapping")
        profile = profile_of(name)
        if profile is None or profile.kind != said.kind:
            raise SourceUnsound.at("#/profile", f"there is no profile {name} for {said.kind}")
    if said.schedule is not None and isinstance(said.connector, ByUpload):
        raise SourceUnsound.at("#/schedule", "nothing is fetched from a source that is sent to us")


def _seal_place(source: Source) -> str:
    return f"source:{source.tenant_id}:{source.id}"


def _noted(source: Source) -> dict[str, Any]:
    connector = source.connector or {}
    return {
        "key": source.key,
        "role": source.role,
        "kind": source.kind,
        "connector": connector.get("kind"),
        "profile": source.profile,
        "schedule": source.schedule,
        "autoRun": source.auto_run,
        "isActive": source.is_active,
        "isConfirmed": source.is_confirmed,
    }
