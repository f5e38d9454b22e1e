"""Every SELECT of login trials."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.trial.errors import TrialNotFound
from services.identity.trial.models import LoginTrial


class TrialRepository:
    """The trials of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, trial: LoginTrial) -> None:
        self._session.add(trial)

    async def get(self, provider_id: UUID, trial_id: UUID) -> LoginTrial:
        """The trial; raises TrialNotFound."""
        query = select(LoginTrial).where(LoginTrial.id == trial_id, LoginTrial.provider_id == provider_id)
        trial = (await self._session.exec(query)).one_or_none()
        if trial is None:
            raise TrialNotFound()
        return trial

    async def get_open(self, trial_id: UUID) -> LoginTrial:
        """The trial that waits for its login, locked; raises TrialNotFound."""
        query = select(LoginTrial).where(LoginTrial.id == trial_id, LoginTrial.state == "open").with_for_update()
        trial = (await self._session.exec(query)).one_or_none()
        if trial is None:
            raise TrialNotFound()
        return trial

    async def list(self, provider_id: UUID, limit: int, before: UUID | None) -> Sequence[LoginTrial]:
        """Newest first."""
        query = select(LoginTrial).where(LoginTrial.provider_id == provider_id)
        if before is not None:
            query = query.where(col(LoginTrial.id) < before)
        return (await self._session.exec(query.order_by(col(LoginTrial.id).desc()).limit(limit))).all()

    async def all_of(self, provider_id: UUID) -> Sequence[LoginTrial]:
        """Every trial of a provider, oldest first; people make a handful."""
        query = select(LoginTrial).where(LoginTrial.provider_id == provider_id).order_by(col(LoginTrial.id))
        return (await self._session.exec(query.limit(1000))).all()

    async def of_account(self, account_id: UUID) -> Sequence[LoginTrial]:
        query = select(LoginTrial).where(LoginTrial.account_id == account_id).order_by(col(LoginTrial.id))
        return (await self._session.exec(query)).all()

    async def forget(self, account_id: UUID) -> int:
        """Take an account and its values out of the trials; how many named it."""
        statement = (
            update(LoginTrial)
            .where(col(LoginTrial.account_id) == account_id)
            .values(account_id=None, evidence_sealed=None, evidence_until=None)
        )
        return int((await self._session.execute(statement)).rowcount)  # type: ignore[attr-defined]

    async def drop_evidence(self, at: datetime) -> int:
        """Delete the values whose day is over; of how many trials."""
        statement = (
            update(LoginTrial)
            .where(col(LoginTrial.evidence_until) <= at)
            .values(evidence_sealed=None, evidence_until=None)
        )
        return int((await self._session.execute(statement)).rowcount)  # type: ignore[attr-defined]
