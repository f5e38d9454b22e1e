"""The life of a comparison: asked for, read and compared by the worker, told to whoever waits for it."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.applying import lock_head
from services.sync.platform.differing import NEEDS_WHOLE, count_by_unit, store_differences
from services.sync.platform.errors import ExportNotStored, ExportOutdated, NotAPlatform
from services.sync.platform.matching import match_export
from services.sync.platform.models import PlatformAccount, PlatformComparison, PlatformDifference
from services.sync.platform.query import DifferenceQuery
from services.sync.platform.repository import PlatformRepository
from services.sync.platform.staging import ExportStaging, Finding, take_in
from services.sync.platform.ties import tells
from services.sync.reading.frames import Frame
from services.sync.reading.mapping import Mapping
from services.sync.recheck.service import ask_verification
from services.sync.rules.catalogue import RULES, severity_of
from services.sync.upload.models import Upload
from services.sync.upload.service import UploadService
from shared.contracts.sync_verification import PlatformCompared
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish, start_job

READ_JOB = "platform-read"
# What is younger than this may simply not have reached the platform yet, where no former comparison tells better.
_RECENT = timedelta(days=2)
_KEPT = timedelta(days=30)


class PlatformService:
    """Comparisons of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = PlatformRepository(session)

    async def start(self, upload_id: UUID, started_by: UUID | None) -> PlatformComparison:
        """Ask the worker to compare an upload; asked again, the same comparison.

        Raises NotFound, ExportNotStored, NotAPlatform, ExportOutdated.
        """
        comparison = await self.prepare(upload_id, started_by)
        if comparison.job_id is None:
            upload = await UploadService(self._session).get(upload_id)
            if await self._is_outdated(upload, await self._rows.newest_done(comparison.source_id)):
                raise ExportOutdated()
            params = {"comparisonId": comparison.id}
            comparison.job_id = await start_job(self._session, READ_JOB, params, created_by=started_by)
        return comparison

    async def prepare(self, upload_id: UUID, started_by: UUID | None = None) -> PlatformComparison:
        """The comparison of an upload, made if it is not there yet."""
        upload = await UploadService(self._session).get(upload_id)
        known = await self._rows.of_upload(upload_id)
        if known is not None:
            return known
        if upload.state != "stored":
            raise ExportNotStored(state=upload.state)
        source = await self._rows.source(source_id=upload.source_id, key=upload.source)
        if source is None or source.role != "platform" or upload.created_at < source.created_at:
            raise NotAPlatform()
        comparison = PlatformComparison(
            tenant_id=tenant_of(self._session),
            id=new_id(),
            source_id=source.id,
            upload_id=upload_id,
            started_by=started_by,
        )
        self._rows.add(comparison)
        await self._session.flush()
        after = {"uploadId": str(upload_id), "sourceId": str(source.id)}
        await record(self._session, "platform.compare", "platform_comparison", comparison.id, after=after)
        return comparison

    async def get(self, comparison_id: UUID, *, lock: bool = False) -> PlatformComparison:
        return await self._rows.get(comparison_id, lock=lock)

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[PlatformComparison]:
        return await self._rows.list_before(before, limit)

    async def differences(self, asked: DifferenceQuery, after: UUID | None, limit: int) -> Sequence[PlatformDifference]:
        return await self._rows.differences(asked, after, limit)

    async def accounts(
        self, person_ids: Sequence[UUID] | None, after: UUID | None, limit: int
    ) -> Sequence[PlatformAccount]:
        return await self._rows.accounts(person_ids, after, limit)

    async def names(self, ids: Collection[UUID]) -> dict[UUID, str]:
        """What these persons are called today: by name, the protected by their alias."""
        return await self._rows.names(ids)

    async def newest(self) -> list[PlatformComparison]:
        """The newest comparison of each platform in use."""
        found = [await self._rows.newest_done(source.id) for source in await self._rows.sources()]
        return [one for one in found if one is not None]

    async def newest_ended(self, source_id: UUID, limit: int) -> Sequence[PlatformComparison]:
        """Comparisons that came to a result or failed, by when their exports came, the newest first."""
        return await self._rows.newest_of(source_id, ("done", "failed"), limit)

    async def compare(self, comparison: PlatformComparison, upload: Upload, frames: AsyncIterator[Frame]) -> None:
        """Read the export and store how it differs. Raises what the frames raise; then nothing may be kept."""
        staging = ExportStaging(self._session, comparison.id)
        done = await take_in(staging, frames)
        comparison.roster_version = await lock_head(self._session)
        former = await self._rows.newest_done(comparison.source_id)
        if await self._is_outdated(upload, former):
            await self.fail(comparison, ExportOutdated.slug)
            return
        now = clock.now()
        told = told_by(Mapping.model_validate(upload.mapping))
        values = {
            "tenant": tenant_of(self._session),
            "comparison": comparison.id,
            "source": comparison.source_id,
            "today": clock.today(),
            "recently": former.ended_at if former and former.ended_at else now - _RECENT,
            "tells_login": "lastLogin" in told,
            **tells(told),
            "forgotten": now - _KEPT,
        }
        comparison.incomplete = sorted(told & {*done.incomplete, *upload.incomplete})
        await match_export(self._session, told, values)
        left_out = NEEDS_WHOLE if comparison.incomplete else frozenset()
        await store_differences(self._session, values, left_out=left_out)
        self._store_findings(comparison, staging.findings)
        comparison.units = await count_by_unit(self._session, values)
        comparison.counts = _added(comparison.units) | done.counts
        comparison.files = done.files
        comparison.state, comparison.ended_at = "done", now
        comparison.touch()
        await self._tell(comparison)

    async def _is_outdated(self, upload: Upload, former: PlatformComparison | None) -> bool:
        """Whether a newer export was compared already: what the platform held before says nothing about now."""
        return (
            former is not None
            and (await UploadService(self._session).get(former.upload_id)).created_at > upload.created_at
        )

    def _store_findings(self, comparison: PlatformComparison, findings: Sequence[Finding]) -> None:
        """What is wrong with the export itself stands among the differences, at no unit."""
        for rule, file, line, column in findings:
            self._rows.add(
                PlatformDifference(
                    tenant_id=comparison.tenant_id,
                    id=new_id(),
                    comparison_id=comparison.id,
                    kind=rule,
                    severity=severity_of(rule).value,
                    file=file,
                    line=line,
                    column_name=column,
                    mark=f"{rule}:{line}",
                )
            )

    async def _tell(self, comparison: PlatformComparison) -> None:
        differences = {kind: count for kind, count in comparison.counts.items() if kind in RULES}
        accounts = sum(count for unit in comparison.units for count in unit["platform"].values())
        told = PlatformCompared(
            comparison_id=comparison.id,
            source_id=comparison.source_id,
            roster_version=comparison.roster_version or 0,
            accounts=accounts,
            differences=differences,
            critical=differences.get("protected_name_shown", 0),
        )
        await publish(self._session, told)
        await ask_verification(self._session)

    async def fail(self, comparison: PlatformComparison, problem: str) -> None:
        """End the comparison without a result."""
        comparison.state, comparison.problem, comparison.ended_at = "failed", problem, clock.now()
        comparison.touch()
        await record(self._session, "platform.fail", "platform_comparison", comparison.id, after={"reason": problem})
        await ask_verification(self._session)


def told_by(mapping: Mapping) -> frozenset[str]:
    """The kinds of rows that a mapping fills, and `lastLogin` where it tells of logins."""
    emits = [emit for file in mapping.files for emit in file.emits if emit.entity]
    kinds = {str(emit.entity) for emit in emits}
    if any(emit.entity == "account" and "lastLogin" in emit.fields for emit in emits):
        kinds.add("lastLogin")
    return frozenset(kinds)


def _added(units: Sequence[dict[str, dict[str, int]]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for unit in units:
        for kind, count in unit["differences"].items():
            total[kind] = total.get(kind, 0) + count
    return dict(sorted(total.items()))
