"""Every plain statement about comparisons, accounts and differences."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.platform.models import PlatformAccount, PlatformComparison, PlatformDifference
from services.sync.platform.query import DifferenceQuery
from services.sync.roster.alias import display_name_sql
from services.sync.rules.catalogue import mended_by
from services.sync.source.models import Source
from services.sync.upload.models import Upload
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

_THESE = "p.tenant_id = :tenant AND p.id = ANY (:ids)"


class PlatformRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    def add(self, row: PlatformComparison | PlatformDifference) -> None:
        self._session.add(row)

    async def get(self, comparison_id: UUID, *, lock: bool = False) -> PlatformComparison:
        """Raises NotFound."""
        query = select(PlatformComparison).where(
            PlatformComparison.tenant_id == self._tenant, PlatformComparison.id == comparison_id
        )
        query = query.execution_options(populate_existing=True).with_for_update() if lock else query
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise NotFound()
        return found

    async def of_upload(self, upload_id: UUID) -> PlatformComparison | None:
        query = select(PlatformComparison).where(
            PlatformComparison.tenant_id == self._tenant, PlatformComparison.upload_id == upload_id
        )
        return (await self._session.exec(query)).one_or_none()

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[PlatformComparison]:
        """The newest first."""
        query = select(PlatformComparison).where(PlatformComparison.tenant_id == self._tenant)
        query = query if before is None else query.where(PlatformComparison.id < before)
        return (await self._session.exec(query.order_by(col(PlatformComparison.id).desc()).limit(limit))).all()

    async def newest_done(self, source_id: UUID) -> PlatformComparison | None:
        return next(iter(await self.newest_of(source_id, ("done",), 1)), None)

    async def newest_of(self, source_id: UUID, states: Collection[str], limit: int) -> Sequence[PlatformComparison]:
        """By when their exports came, the newest first."""
        of_upload = and_(
            col(Upload.tenant_id) == PlatformComparison.tenant_id, col(Upload.id) == PlatformComparison.upload_id
        )
        query = select(PlatformComparison).join(Upload, of_upload)
        query = query.where(PlatformComparison.tenant_id == self._tenant, PlatformComparison.source_id == source_id)
        query = query.where(col(PlatformComparison.state).in_(states))
        query = query.order_by(col(Upload.created_at).desc(), col(PlatformComparison.id).desc())
        return (await self._session.exec(query.limit(limit))).all()

    async def source(self, *, source_id: UUID | None, key: str) -> Source | None:
        """The declared source of an upload: by id, else by the key that the upload carries."""
        query = select(Source).where(Source.tenant_id == self._tenant)
        query = query.where(Source.id == source_id if source_id else Source.key == key)
        return (await self._session.exec(query)).one_or_none()

    async def sources(self) -> Sequence[Source]:
        """The platforms in use."""
        query = select(Source).where(Source.tenant_id == self._tenant, Source.role == "platform")
        return (await self._session.exec(query.where(col(Source.is_active)).order_by(col(Source.id)))).all()

    async def differences(self, asked: DifferenceQuery, after: UUID | None, limit: int) -> Sequence[PlatformDifference]:
        query = select(PlatformDifference).where(
            PlatformDifference.tenant_id == self._tenant,
            col(PlatformDifference.comparison_id).in_(asked.comparison_ids),
        )
        wanted = {"kind": asked.kind, "severity": asked.severity, "unit_id": asked.unit_id}
        for column, value in wanted.items():
            query = query if value is None else query.where(col(getattr(PlatformDifference, column)) == value)
        if asked.unit_ids is not None:
            query = query.where(col(PlatformDifference.unit_id).in_(asked.unit_ids))
        if asked.mender is not None:
            query = query.where(col(PlatformDifference.kind).in_(mended_by(asked.mender)))
        if after is not None:
            query = query.where(PlatformDifference.id > after)
        return (await self._session.exec(query.order_by(col(PlatformDifference.id)).limit(limit))).all()

    async def accounts(
        self, person_ids: Sequence[UUID] | None, after: UUID | None, limit: int
    ) -> Sequence[PlatformAccount]:
        query = select(PlatformAccount).where(PlatformAccount.tenant_id == self._tenant)
        query = query.where(col(PlatformAccount.person_id).is_not(None))
        if person_ids is not None:
            query = query.where(col(PlatformAccount.person_id).in_(person_ids))
        query = query if after is None else query.where(PlatformAccount.id > after)
        return (await self._session.exec(query.order_by(col(PlatformAccount.id)).limit(limit))).all()

    async def names(self, ids: Collection[UUID]) -> dict[UUID, str]:
        statement = f"SELECT p.id, {display_name_sql('p')} AS name FROM person p WHERE {_THESE}"
        values = {"tenant": self._tenant, "ids": list(ids)}
        return {row.id: row.name for row in (await self._session.execute(text(statement), values)).all()}
