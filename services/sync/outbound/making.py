"""Makes the package of a delivery: chooses what a delta starts from, writes content and manifest, notes the outcome."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.outbound.basing import Basis, can_be_compared
from services.sync.outbound.declared import Template
from services.sync.outbound.manifest import Manifest, read_manifest
from services.sync.outbound.models import OutboundDelivery
from services.sync.outbound.producing import Mode, Production
from services.sync.outbound.reading import Reader
from services.sync.outbound.service import DeliveryService
from services.sync.plan.applying import lock_head
from services.sync.plan.keys import civic_keys
from services.sync.settings import Settings
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.files import DataClass, FileStore, StoredFile, spooled

TOLD_WHOLE: dict[str, Any] = {"file": "", "rule": "told_whole", "column": "", "key": []}


class RosterMoved(Exception):
    """The roster changed while a package was made of it: the package may show two states, or a name hidden since."""


@dataclass(frozen=True)
class Made:
    """A package that is written. `files` are its content and manifest; None where it is held back."""

    production: Production
    base_id: UUID | None
    roster_version: int
    files: tuple[StoredFile, StoredFile] | None


class PackageMaker:
    """Makes packages of the session's tenant."""

    def __init__(self, session: AsyncSession, store: FileStore, settings: Settings) -> None:
        self._session = session
        self._store = store
        self._settings = settings
        self._keys = civic_keys(settings.file_key_bytes(), tenant_of(session))

    async def make(self, row: OutboundDelivery, template: Template, *, still: bool) -> Made:
        """The package of `row`; `still` keeps everybody from changing the roster meanwhile. Raises RosterMoved.

        Afterwards the roster is held: whoever protects or erases somebody then finds the package and recalls it.
        """
        deliveries = DeliveryService(self._session)
        version = await lock_head(self._session) if still else await deliveries.roster_version()
        production, base_id = await self._prepare(await deliveries.basis(row.template_id), row.mode, template)
        async with spooled(production.pieces(), self._settings.max_upload_bytes) as content:
            is_held = bool(production.wrong) and template.on_invalid == "hold"
            files = None if is_held else await self._write(row, template, content.pieces(), production.manifest)
        if await lock_head(self._session) != version:
            raise RosterMoved()
        return Made(production, base_id, version, files)

    async def _prepare(self, found: Basis, asked: str, template: Template) -> tuple[Production, UUID | None]:
        mode: Mode = "delta" if asked == "delta" else "total"
        base, base_id, findings = Manifest(self._keys.hashing), None, []
        if mode == "delta" and found.base is not None and can_be_compared(found, _keys(template)):
            base_id = found.base.id
            base = await self._manifest(found.base.manifest_id)
            for perhaps in found.doubted:
                base.doubt(await self._manifest(perhaps.manifest_id))
        elif mode == "delta" and (found.base or found.doubted):
            mode, findings = "total", [TOLD_WHOLE]
        reader, manifest = Reader(self._keys.open, clock.today()), Manifest(self._keys.hashing)
        return Production(self._session, template, mode, reader, manifest, base, findings=findings), base_id

    async def _manifest(self, file_id: UUID | None) -> Manifest:
        if file_id is None:
            raise ValueError("a package without a manifest is no base")
        return await read_manifest(self._keys.hashing, self._store.read(self._session, file_id))

    async def _write(
        self, row: OutboundDelivery, template: Template, content: Any, told: Manifest
    ) -> tuple[StoredFile, StoredFile]:
        stored = await self._store.write(
            self._session,
            content,
            media_type="application/zip" if template.package == "zip" else "text/csv",
            data_class=DataClass.confidential,
            max_bytes=self._settings.max_upload_bytes,
            retention_days=self._settings.outbound_retention_days,
            created_by=row.asked_by,
        )
        manifest = await self._store.write(
            self._session,
            told.pieces(),
            media_type="application/gzip",
            data_class=DataClass.confidential,
            max_bytes=self._settings.max_upload_bytes,
            retention_days=self._settings.outbound_manifest_days,
        )
        return stored, manifest


def note_made(row: OutboundDelivery, key: str, made: Made) -> None:
    """Write to the log what was made; `key` is the template's."""
    production = made.production
    row.mode, row.base_id, row.roster_version = production.mode, made.base_id, made.roster_version
    row.counts, row.findings = production.counts, production.findings
    row.state = "ready" if made.files else "invalid"
    if made.files:
        stored, manifest = made.files
        template = production.template
        ending = template.files[0].file.rpartition(".")[2] if template.package == "single" else "zip"
        row.file_name = f"{key}-{row.mode}-{row.roster_version}.{ending}"
        row.file_id, row.manifest_id = stored.id, manifest.id
        row.size, row.sha256 = stored.size, stored.sha256
    row.touch()


def _keys(template: Template) -> dict[str, tuple[str, ...]]:
    return {file.file: file.key for file in template.files}
