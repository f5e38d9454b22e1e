"""Every statement about fetches."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.fetching.models import SourceFetch
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

_GOING_ON = ("queued", "waiting", "running")


class FetchRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def add(self, fetch: SourceFetch) -> None:
        self._session.add(fetch)
        await self._session.flush()

    async def get(self, fetch_id: UUID, *, lock: bool = False) -> SourceFetch:
        """Raises NotFound."""
        query = select(SourceFetch).where(SourceFetch.tenant_id == self._tenant, SourceFetch.id == fetch_id)
        query = query.execution_options(populate_existing=True).with_for_update() if lock else query
        fetch = (await self._session.exec(query)).one_or_none()
        if fetch is None:
            raise NotFound()
        return fetch

    async def going_on(self, source_id: UUID) -> SourceFetch | None:
        query = select(SourceFetch).where(
            SourceFetch.tenant_id == self._tenant,
            SourceFetch.source_id == source_id,
            col(SourceFetch.state).in_(_GOING_ON),
        )
        return (await self._session.exec(query)).one_or_none()

    async def list_before(self, source_id: UUID, before: UUID | None, limit: int) -> Sequence[SourceFetch]:
        """The newest first."""
        query = select(SourceFetch).where(SourceFetch.tenant_id == self._tenant, SourceFetch.source_id == source_id)
        if before is not None:
            query = query.where(SourceFetch.id < before)
        return (await self._session.exec(query.order_by(col(SourceFetch.id).desc()).limit(limit))).all()

    async def came_to_nothing(self, upload_id: UUID) -> bool:
        """Whether no run of the delivery is under way, waits for approval, or was applied."""
        query = text(
            "SELECT NOT EXISTS (SELECT FROM run WHERE tenant_id = :tenant AND upload_id = :upload"
            " AND state NOT IN ('failed', 'stale'))"
        )
        return bool(await self._session.scalar(query, {"tenant": self._tenant, "upload": upload_id}))

    async def is_worked_on(self, job_id: UUID | None) -> bool:
        """Whether a job waits or runs. One that was cancelled or lost for good never ends what it was to do."""
        query = text("SELECT state IN ('queued', 'running') FROM job WHERE tenant_id = :tenant AND id = :id")
        return bool(await self._session.scalar(query, {"tenant": self._tenant, "id": job_id}))
