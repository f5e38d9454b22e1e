"""Every statement about the log of logins."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.identity.loginlog.filter import LogFilter
from services.identity.loginlog.models import LoginEntry, LoginFailure, LoginLogSetting
from shared.kit.ids import new_id

_COUNT = text(
    "INSERT INTO login_failure (tenant_id, id, day, provider_id, fault, count)"
    " VALUES (:tenant_id, :id, :day, :provider_id, :fault, 1)"
    " ON CONFLICT (tenant_id, day, provider_id, fault) DO UPDATE SET count = login_failure.count + 1"
)


class LoginLogRepository:
    """The log of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: LoginEntry | LoginLogSetting) -> None:
        self._session.add(row)

    async def count(self, tenant: UUID, day: date, provider_id: UUID, fault: str) -> None:
        values: dict[str, Any] = {"tenant_id": tenant, "id": new_id(), "day": day}
        await self._session.execute(_COUNT, values | {"provider_id": provider_id, "fault": fault})

    async def list(self, wanted: LogFilter, limit: int, before: UUID | None) -> Sequence[LoginEntry]:
        """Newest first."""
        query = _narrowed(select(LoginEntry), wanted).order_by(col(LoginEntry.id).desc()).limit(limit)
        if before is not None:
            query = query.where(col(LoginEntry.id) < before)
        return (await self._session.exec(query)).all()

    async def failures(self, since: date) -> Sequence[LoginFailure]:
        query = select(LoginFailure).where(LoginFailure.day >= since)
        return (await self._session.exec(query.order_by(col(LoginFailure.day).desc(), col(LoginFailure.id)))).all()

    async def newest_success(self, provider_id: UUID, since: datetime) -> LoginEntry | None:
        """The last login that a provider vouched for after `since`."""
        query = (
            select(LoginEntry)
            .where(LoginEntry.provider_id == provider_id, LoginEntry.outcome == "succeeded", col(LoginEntry.at) > since)
            .order_by(col(LoginEntry.id).desc())
            .limit(1)
        )
        return (await self._session.exec(query)).one_or_none()

    async def of_account(self, account_id: UUID) -> Sequence[LoginEntry]:
        query = select(LoginEntry).where(LoginEntry.account_id == account_id).order_by(col(LoginEntry.id))
        return (await self._session.exec(query)).all()

    async def forget(self, account_id: UUID) -> int:
        """Take an account out of the log; how many entries named it."""
        statement = update(LoginEntry).where(col(LoginEntry.account_id) == account_id).values(account_id=None)
        return int((await self._session.execute(statement)).rowcount)  # type: ignore[attr-defined]

    async def setting(self, *, is_locked: bool = False) -> LoginLogSetting | None:
        query = select(LoginLogSetting)
        return (await self._session.exec(query.with_for_update() if is_locked else query)).one_or_none()

    async def delete_until(self, until: datetime, day: date) -> int:
        """Delete what is older; how many entries that was."""
        deleted = await self._session.execute(delete(LoginEntry).where(col(LoginEntry.at) < until))
        await self._session.execute(delete(LoginFailure).where(col(LoginFailure.day) < day))
        return int(deleted.rowcount)  # type: ignore[attr-defined]


def _narrowed(query: SelectOfScalar[LoginEntry], wanted: LogFilter) -> SelectOfScalar[LoginEntry]:
    for column, value in (
        (LoginEntry.account_id, wanted.account_id),
        (LoginEntry.provider_id, wanted.provider_id),
        (LoginEntry.method, wanted.method),
        (LoginEntry.outcome, wanted.outcome),
        (LoginEntry.acr, wanted.acr),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(col(LoginEntry.at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(LoginEntry.at) < wanted.until)
    return query
