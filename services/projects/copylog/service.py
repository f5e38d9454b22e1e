"""The copy log as it stands, what is overdue in it, and what the gates hear of it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.copylog.models import CopyLogEntry, MigrationEnvironment, PurgeCertificate
from services.projects.copylog.repository import CopyLogRepository, Row
from services.projects.plan.vocabulary import RECHECK, FactKind
from services.projects.signal.facts import Told
from services.projects.signal.service import SignalService
from shared.contracts.projects_delivery import CopyLogOverdue
from shared.kit import clock
from shared.queue.jobs import start_job
from shared.queue.outbox import publish

_ZONE = ZoneInfo("Europe/Stockholm")


def is_overdue(copy: CopyLogEntry, today: date) -> bool:
    return copy.purged_at is None and today > copy.purge_due


def is_open(environment: MigrationEnvironment) -> bool:
    """Whether anything is left in it; accounts that nobody counted are not known to be gone."""
    held = environment.holds_live_data or environment.test_accounts != 0
    return environment.purged_at is None and held


class CopyLogService:
    """The copies of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._log = CopyLogRepository(session)
        self._signals = SignalService(session)

    async def copy(self, copy_id: UUID, *, lock: bool = False) -> CopyLogEntry:
        """Raises CopyNotFound."""
        return await self._log.copy(copy_id, lock=lock)

    async def environment(self, environment_id: UUID, *, lock: bool = False) -> MigrationEnvironment:
        """Raises EnvironmentNotFound."""
        return await self._log.environment(environment_id, lock=lock)

    async def certificate(self, certificate_id: UUID) -> PurgeCertificate:
        """Raises CertificateNotFound."""
        return await self._log.certificate(certificate_id)

    async def copies_after(
        self, project_id: UUID, open_only: bool | None, after: UUID | None, limit: int
    ) -> Sequence[CopyLogEntry]:
        return await self._log.copies_after(project_id, open_only, after, limit)

    async def environments_after(
        self, project_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[MigrationEnvironment]:
        return await self._log.environments_after(project_id, after, limit)

    async def certificates_before(self, project_id: UUID, before: int | None, limit: int) -> Sequence[PurgeCertificate]:
        return await self._log.certificates_before(project_id, before, limit)

    async def whole(self, project_id: UUID) -> tuple[Sequence[CopyLogEntry], Sequence[MigrationEnvironment]]:
        """All copies and environments of a project, purged ones included."""
        return await self._log.copies(project_id), await self._log.environments(project_id)

    async def next_number(self, project_id: UUID) -> int:
        return await self._log.last_number(project_id) + 1

    async def has_run(self, project_id: UUID, run_id: UUID) -> bool:
        return await self._log.has_run(project_id, run_id)

    async def has_environment(self, project_id: UUID, name: str) -> bool:
        return name in {environment.name for environment in await self._log.environments(project_id)}

    async def held_by(self, account_id: UUID) -> dict[str, list[str]]:
        """Ids of what an account logged, purged and certified."""
        copies, environments, certificates = await self._log.of_account(account_id)
        found: dict[str, Sequence[Row]] = {
            "copyLogEntries": copies,
            "migrationEnvironments": environments,
            "purgeCertificates": certificates,
        }
        return {name: [str(row.id) for row in rows] for name, rows in found.items()}

    async def keep(self, row: Row) -> None:
        self._log.add(row)
        await self._session.flush()

    async def recheck(self, project_id: UUID) -> None:
        """Tell what became overdue, once per copy, and let the gates hear how many copies are left."""
        await self._session.flush()
        copies, environments = await self.whole(project_id)
        if not copies and not environments:
            return
        today = clock.today()
        late = [copy for copy in copies if is_overdue(copy, today)]
        for copy in late:
            if copy.overdue_told_on is None:
                copy.overdue_told_on = today
                told = CopyLogOverdue(project_id=project_id, copy_id=copy.id, purge_due=copy.purge_due)
                await publish(self._session, told)
        left = sum(copy.purged_at is None for copy in copies) + sum(map(is_open, environments))
        value: dict[str, Any] = {"open": left, "overdue": len(late)}
        await self.tell(project_id, value)
        if left:
            await self._recheck_tomorrow(project_id)

    async def tell(self, project_id: UUID, value: dict[str, Any]) -> None:
        """The signal, where it says anything new."""
        known = Told.about(project_id, await self._signals.of_kinds([FactKind.copylog_empty]))
        signal = known.own(FactKind.copylog_empty)
        if signal is None or signal.value != value:
            await self._signals.tell_own(FactKind.copylog_empty, value, project_id=project_id)

    async def _recheck_tomorrow(self, project_id: UUID) -> None:
        """Copies grow overdue without any event: one look a day, asked for each day while any is left."""
        tomorrow = clock.today() + timedelta(days=1)
        after = max(datetime.combine(tomorrow, time(), _ZONE) - clock.now(), timedelta(0)) + timedelta(seconds=1)
        slot = f"{project_id}@{tomorrow.isoformat()}"
        await start_job(self._session, RECHECK, {"project": project_id}, after=after, slot=slot)
