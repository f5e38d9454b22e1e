"""What people enter into the copy log, purge, and certify: row, journal, event and signal in one transaction."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.copylog.errors import (
    AlreadyPurged,
    CopiesOpen,
    DatesBackwards,
    MediumNotEncrypted,
    NameTaken,
    RunElsewhere,
)
from services.projects.copylog.models import CopyLogEntry, MigrationEnvironment, PurgeCertificate
from services.projects.copylog.rights import refusal_to_certify, refusal_to_keep
from services.projects.copylog.schemas import (
    CertificateCreate,
    CopyChange,
    CopyCreate,
    EnvironmentChange,
    EnvironmentCreate,
    PurgeCreate,
)
from services.projects.copylog.service import CopyLogService, is_open
from services.projects.copylog.vocabulary import PHYSICAL
from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.contracts.projects_delivery import PurgeCertified, TransferChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.models import ApiPatch
from shared.web.preconditions import check_version

_FREE_TEXT = ("what", "place")


class CopyLogChanges:
    """Entries by one caller. Every method raises NotYours, and ProjectClosed for a closed project."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._log = CopyLogService(session)
        self._projects = ProjectService(session)

    async def log(self, project_id: UUID, given: CopyCreate) -> CopyLogEntry:
        """A copy that the caller's side made. Raises ProjectNotFound, MediumNotEncrypted, DatesBackwards."""
        await self._projects.lock_active(project_id)
        side = str(self._caller.side or "")
        demand(refusal_to_keep(self._caller, side))
        _demand_encrypted(given.medium, given.is_encrypted)
        if given.made_at > clock.now():
            raise DatesBackwards("madeAt")
        if given.purge_due < given.made_at.date():
            raise DatesBackwards("purgeDue")
        if given.run_id is not None and not await self._log.has_run(project_id, given.run_id):
            raise RunElsewhere()
        copy = CopyLogEntry(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            made_by=self._caller.subject,
            made_side=side,
            **given.model_dump(),
        )
        await self._log.keep(copy)
        after = {"medium": copy.medium, "data_class": copy.data_class, "purge_due": copy.purge_due.isoformat()}
        await self._tell("copy", "create", copy, after)
        return copy

    async def change_copy(self, copy_id: UUID, version: int, change: CopyChange) -> CopyLogEntry:
        """Raises CopyNotFound, StaleVersion, AlreadyPurged, MediumNotEncrypted, DatesBackwards."""
        copy = await self._log.copy(copy_id, lock=True)
        await self._demand_kept(copy.project_id, copy.made_side)
        check_version(version, copy.version)
        if copy.purged_at is not None:
            raise AlreadyPurged()
        if not (after := _apply(copy, change)):
            return copy
        _demand_encrypted(copy.medium, copy.is_encrypted)
        if copy.purge_due < copy.made_at.date():
            raise DatesBackwards("purgeDue")
        if "purge_due" in after:
            copy.overdue_told_on = None
        await self._tell("copy", "change", copy, after)
        return copy

    async def purge_copy(self, copy_id: UUID, given: PurgeCreate) -> CopyLogEntry:
        """Raises CopyNotFound, AlreadyPurged."""
        copy = await self._log.copy(copy_id, lock=True)
        await self._demand_kept(copy.project_id, copy.made_side)
        await self._purge("copy", copy, given)
        return copy

    async def add_environment(self, project_id: UUID, given: EnvironmentCreate) -> MigrationEnvironment:
        """Raises ProjectNotFound, NameTaken."""
        await self._projects.lock_active(project_id)
        demand(refusal_to_keep(self._caller, given.owner_side))
        if await self._log.has_environment(project_id, given.name):
            raise NameTaken()
        environment = MigrationEnvironment(
            tenant_id=tenant_of(self._session), project_id=project_id, **given.model_dump()
        )
        await self._log.keep(environment)
        after = {"kind": environment.kind, "holds_live_data": environment.holds_live_data}
        await self._tell("environment", "create", environment, after)
        return environment

    async def change_environment(
        self, environment_id: UUID, version: int, change: EnvironmentChange
    ) -> MigrationEnvironment:
        """Raises EnvironmentNotFound, StaleVersion, AlreadyPurged."""
        environment = await self._log.environment(environment_id, lock=True)
        await self._demand_kept(environment.project_id, environment.owner_side)
        check_version(version, environment.version)
        if environment.purged_at is not None:
            raise AlreadyPurged()
        if after := _apply(environment, change):
            await self._tell("environment", "change", environment, after)
        return environment

    async def purge_environment(self, environment_id: UUID, given: PurgeCreate) -> MigrationEnvironment:
        """Raises EnvironmentNotFound, AlreadyPurged."""
        environment = await self._log.environment(environment_id, lock=True)
        await self._demand_kept(environment.project_id, environment.owner_side)
        await self._purge("environment", environment, given)
        return environment

    async def certify(self, project_id: UUID, given: CertificateCreate) -> PurgeCertificate:
        """State that nothing is left; also where nothing was ever logged. Raises ProjectNotFound, CopiesOpen.

        The project is held, so that no copy is logged beside it.
        """
        await self._projects.lock_active(project_id)
        demand(refusal_to_certify(self._caller))
        copies, environments = await self._log.whole(project_id)
        left = [copy.id for copy in copies if copy.purged_at is None]
        standing = [environment.id for environment in environments if is_open(environment)]
        if left or standing:
            raise CopiesOpen(left, standing)
        entries = [*_entries("copy", copies), *_entries("environment", environments)]
        certificate = PurgeCertificate(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            number=await self._log.next_number(project_id),
            statement=given.statement,
            copies=len(copies),
            environments=len(environments),
            entries=entries,
            digest=digest_of(entries),
            issued_by=self._caller.subject,
        )
        await self._log.keep(certificate)
        after = {"number": certificate.number, "digest": certificate.digest}
        await record(self._session, "purge_certificate.create", "purge_certificate", certificate.id, after=after)
        told = PurgeCertified(
            project_id=project_id,
            certificate_id=certificate.id,
            copies=certificate.copies,
            environments=certificate.environments,
        )
        await publish(self._session, told)
        await self._log.tell(project_id, {"open": 0, "overdue": 0})
        return certificate

    async def _demand_kept(self, project_id: UUID, side: str) -> None:
        demand(refusal_to_keep(self._caller, side))
        await self._projects.lock_active(project_id)

    async def _purge(
        self,
        entity: Literal["copy", "environment"],
        row: CopyLogEntry | MigrationEnvironment,
        given: PurgeCreate,
    ) -> None:
        if row.purged_at is not None:
            raise AlreadyPurged()
        row.purged_at, row.purged_by, row.purge_proof = clock.now(), self._caller.subject, given.proof
        row.touch()
        await self._tell(entity, "purge", row, {"purged_at": row.purged_at.isoformat()})

    async def _tell(
        self,
        entity: Literal["copy", "environment"],
        verb: str,
        row: CopyLogEntry | MigrationEnvironment,
        after: dict[str, Any],
    ) -> None:
        name = "copy_log_entry" if entity == "copy" else "migration_environment"
        await record(self._session, f"{name}.{verb}", name, row.id, after=after)
        told = TransferChanged(project_id=row.project_id, entity=entity, entity_id=row.id, version=row.version)
        await publish(self._session, told)
        await self._log.recheck(row.project_id)


def digest_of(entries: Sequence[dict[str, Any]]) -> str:
    """SHA-256 of the entries as JSON with sorted keys and no spaces, hexadecimal."""
    return hashlib.sha256(json.dumps(entries, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _entries(kind: str, rows: Sequence[CopyLogEntry] | Sequence[MigrationEnvironment]) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "id": str(row.id), "purgedAt": row.purged_at.isoformat() if row.purged_at else None}
        for row in rows
    ]


def _demand_encrypted(medium: str, is_encrypted: bool) -> None:
    if medium in PHYSICAL and not is_encrypted:
        raise MediumNotEncrypted()


def _apply(row: CopyLogEntry | MigrationEnvironment, change: ApiPatch) -> dict[str, Any]:
    """Set what differs; what it is now, for the journal, which says of free text only that it changed."""
    after: dict[str, Any] = {}
    for name in change.model_fields_set:
        value = getattr(change, name)
        if value != getattr(row, name):
            setattr(row, name, value)
            after[name] = "changed" if name in _FREE_TEXT else value
    if after:
        row.touch()
    return after
