"""Every statement about copies, environments and purge certificates."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.copylog.errors import CertificateNotFound, CopyNotFound, EnvironmentNotFound
from services.projects.copylog.models import CopyLogEntry, MigrationEnvironment, PurgeCertificate
from services.projects.transfer.models import MigrationRun
from shared.kit.db import tenant_of

Row = CopyLogEntry | MigrationEnvironment | PurgeCertificate


class CopyLogRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    def add(self, row: Row) -> None:
        self._session.add(row)

    async def copy(self, copy_id: UUID, *, lock: bool = False) -> CopyLogEntry:
        """Raises CopyNotFound."""
        query = select(CopyLogEntry).where(CopyLogEntry.tenant_id == self._tenant, CopyLogEntry.id == copy_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise CopyNotFound()
        return found

    async def environment(self, environment_id: UUID, *, lock: bool = False) -> MigrationEnvironment:
        """Raises EnvironmentNotFound."""
        query = select(MigrationEnvironment).where(
            MigrationEnvironment.tenant_id == self._tenant, MigrationEnvironment.id == environment_id
        )
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise EnvironmentNotFound()
        return found

    async def certificate(self, certificate_id: UUID) -> PurgeCertificate:
        """Raises CertificateNotFound."""
        query = select(PurgeCertificate).where(
            PurgeCertificate.tenant_id == self._tenant, PurgeCertificate.id == certificate_id
        )
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise CertificateNotFound()
        return found

    async def copies(self, project_id: UUID) -> Sequence[CopyLogEntry]:
        """All of a project, fresh, oldest first."""
        query = select(CopyLogEntry).where(
            CopyLogEntry.tenant_id == self._tenant, CopyLogEntry.project_id == project_id
        )
        query = query.order_by(col(CopyLogEntry.id)).execution_options(populate_existing=True)
        return (await self._session.exec(query)).all()

    async def environments(self, project_id: UUID) -> Sequence[MigrationEnvironment]:
        """All of a project, fresh, oldest first."""
        query = select(MigrationEnvironment).where(
            MigrationEnvironment.tenant_id == self._tenant, MigrationEnvironment.project_id == project_id
        )
        query = query.order_by(col(MigrationEnvironment.id)).execution_options(populate_existing=True)
        return (await self._session.exec(query)).all()

    async def copies_after(
        self, project_id: UUID, is_open: bool | None, after: UUID | None, limit: int
    ) -> Sequence[CopyLogEntry]:
        query = select(CopyLogEntry).where(
            CopyLogEntry.tenant_id == self._tenant, CopyLogEntry.project_id == project_id
        )
        if is_open is not None:
            query = query.where(col(CopyLogEntry.purged_at).is_(None) == is_open)
        if after is not None:
            query = query.where(col(CopyLogEntry.id) > after)
        return (await self._session.exec(query.order_by(col(CopyLogEntry.id)).limit(limit))).all()

    async def environments_after(
        self, project_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[MigrationEnvironment]:
        query = select(MigrationEnvironment).where(
            MigrationEnvironment.tenant_id == self._tenant, MigrationEnvironment.project_id == project_id
        )
        if after is not None:
            query = query.where(col(MigrationEnvironment.id) > after)
        return (await self._session.exec(query.order_by(col(MigrationEnvironment.id)).limit(limit))).all()

    async def certificates_before(self, project_id: UUID, before: int | None, limit: int) -> Sequence[PurgeCertificate]:
        """Newest first."""
        query = select(PurgeCertificate).where(
            PurgeCertificate.tenant_id == self._tenant, PurgeCertificate.project_id == project_id
        )
        if before is not None:
            query = query.where(PurgeCertificate.number < before)
        return (await self._session.exec(query.order_by(col(PurgeCertificate.number).desc()).limit(limit))).all()

    async def last_number(self, project_id: UUID) -> int:
        query = select(func.max(PurgeCertificate.number)).where(
            PurgeCertificate.tenant_id == self._tenant, PurgeCertificate.project_id == project_id
        )
        return (await self._session.exec(query)).one() or 0

    async def has_run(self, project_id: UUID, run_id: UUID) -> bool:
        query = select(MigrationRun.id).where(
            MigrationRun.tenant_id == self._tenant, MigrationRun.project_id == project_id, MigrationRun.id == run_id
        )
        return (await self._session.exec(query)).one_or_none() is not None

    async def of_account(
        self, account_id: UUID
    ) -> tuple[Sequence[CopyLogEntry], Sequence[MigrationEnvironment], Sequence[PurgeCertificate]]:
        """What an account logged or purged, and what it certified."""
        copies = select(CopyLogEntry).where(
            CopyLogEntry.tenant_id == self._tenant,
            (col(CopyLogEntry.made_by) == account_id) | (col(CopyLogEntry.purged_by) == account_id),
        )
        environments = select(MigrationEnvironment).where(
            MigrationEnvironment.tenant_id == self._tenant, MigrationEnvironment.purged_by == account_id
        )
        certificates = select(PurgeCertificate).where(
            PurgeCertificate.tenant_id == self._tenant, PurgeCertificate.issued_by == account_id
        )
        return (
            (await self._session.exec(copies)).all(),
            (await self._session.exec(environments)).all(),
            (await self._session.exec(certificates)).all(),
        )
