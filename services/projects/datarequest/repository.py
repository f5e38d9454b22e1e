"""Every statement about data requests that is more than a row by its id."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.datarequest.models import DataRequest, DataRequestUnit
from shared.kit.db import tenant_of


@dataclass(frozen=True)
class RequestFilter:
    """What a list is narrowed to; None is no narrowing."""

    is_open: bool | None = None
    is_overdue: bool | None = None
    unit_id: UUID | None = None


class DataRequestRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list_after(
        self, project_id: UUID, narrowed: RequestFilter, after: UUID | None, limit: int, today: date
    ) -> Sequence[DataRequest]:
        """Oldest first."""
        tenant = tenant_of(self._session)
        query = select(DataRequest).where(DataRequest.tenant_id == tenant, DataRequest.project_id == project_id)
        if after is not None:
            query = query.where(col(DataRequest.id) > after)
        if narrowed.is_open is not None:
            is_open = col(DataRequest.closed_at).is_(None)
            query = query.where(is_open if narrowed.is_open else ~is_open)
        if narrowed.is_overdue is not None:
            late = self._late(today)
            query = query.where(late if narrowed.is_overdue else ~late)
        if narrowed.unit_id is not None:
            asked = select(DataRequestUnit.request_id).where(
                DataRequestUnit.tenant_id == tenant, DataRequestUnit.unit_id == narrowed.unit_id
            )
            query = query.where(col(DataRequest.id).in_(asked))
        return (await self._session.exec(query.order_by(col(DataRequest.id)).limit(limit))).all()

    async def units(self, requests: Collection[UUID]) -> Sequence[DataRequestUnit]:
        query = select(DataRequestUnit).where(
            DataRequestUnit.tenant_id == tenant_of(self._session), col(DataRequestUnit.request_id).in_(requests)
        )
        return (await self._session.exec(query.order_by(col(DataRequestUnit.unit_id)))).all()

    def _late(self, today: date) -> ColumnElement[bool]:
        """SQL of `view.overdue_of`; a test holds the two together."""
        waiting = select(DataRequestUnit.request_id).where(
            DataRequestUnit.tenant_id == tenant_of(self._session), col(DataRequestUnit.answered_at).is_(None)
        )
        return col(DataRequest.closed_at).is_(None) & (
            ((col(DataRequest.due) < today) & col(DataRequest.id).in_(waiting))
            | ((col(DataRequest.follow_up_due) < today) & col(DataRequest.followed_up_at).is_(None))
            | ((col(DataRequest.feedback_due) < today) & col(DataRequest.feedback_at).is_(None))
        )
