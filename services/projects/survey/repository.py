"""Every statement about surveys that is more than a row by its id."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.survey.models import SurveyComment, SurveyDefinition, SurveyResponse, SurveyUnit
from shared.kit.db import tenant_of


class SurveyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def last_revision(self, project_id: UUID, key: str) -> int:
        query = select(func.max(SurveyDefinition.revision)).where(
            SurveyDefinition.tenant_id == tenant_of(self._session),
            SurveyDefinition.project_id == project_id,
            SurveyDefinition.key == key,
        )
        return (await self._session.exec(query)).one() or 0

    async def known_keys(self, project_id: UUID) -> set[str]:
        query = select(SurveyDefinition.key).where(
            SurveyDefinition.tenant_id == tenant_of(self._session), SurveyDefinition.project_id == project_id
        )
        return set((await self._session.exec(query)).all())

    async def units(self, surveys: Collection[UUID]) -> Sequence[SurveyUnit]:
        query = select(SurveyUnit).where(
            SurveyUnit.tenant_id == tenant_of(self._session), col(SurveyUnit.survey_id).in_(surveys)
        )
        return (await self._session.exec(query.order_by(col(SurveyUnit.unit_id)))).all()

    async def responses(self, survey_id: UUID) -> Sequence[SurveyResponse]:
        """Without an order that tells who answered when."""
        query = select(SurveyResponse).where(
            SurveyResponse.tenant_id == tenant_of(self._session), SurveyResponse.survey_id == survey_id
        )
        return (await self._session.exec(query.order_by(col(SurveyResponse.unit_id), col(SurveyResponse.id)))).all()

    async def is_answered(self, survey_id: UUID, *, unit_id: UUID | None, account_id: UUID | None) -> bool:
        """Whether the unit (or, where that is None, the account) has answered by name."""
        query = select(SurveyResponse.id).where(
            SurveyResponse.tenant_id == tenant_of(self._session), SurveyResponse.survey_id == survey_id
        )
        by = SurveyResponse.unit_id == unit_id if unit_id else SurveyResponse.respondent_id == account_id
        return (await self._session.exec(query.where(by).limit(1))).first() is not None

    async def comments(
        self, survey_id: UUID, units: frozenset[UUID] | None, after: UUID | None, limit: int
    ) -> Sequence[SurveyComment]:
        """Of these units; None is all, and those of no unit."""
        query = select(SurveyComment).where(
            SurveyComment.tenant_id == tenant_of(self._session), SurveyComment.survey_id == survey_id
        )
        if units is not None:
            query = query.where(col(SurveyComment.unit_id).in_(units))
        if after is not None:
            query = query.where(col(SurveyComment.id) > after)
        return (await self._session.exec(query.order_by(col(SurveyComment.id)).limit(limit))).all()
