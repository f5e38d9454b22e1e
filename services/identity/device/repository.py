"""Every SELECT of device logins. Single use and counting are decided by the database, never by Python."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.device.models import DeviceGrant, DeviceGuess
from shared.kit.db import tenant_of


class DeviceRepository:
    """The device logins of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: DeviceGrant) -> bool:
        """Whether the row could be added: no other device waits under the same user code."""
        values = row.model_dump()
        statement = insert(DeviceGrant).values(values).on_conflict_do_nothing().returning(col(DeviceGrant.id))
        return (await self._session.execute(statement)).first() is not None

    async def find_by_device(self, device_hash: bytes) -> DeviceGrant | None:
        """The grant that a device polls for, locked."""
        query = select(DeviceGrant).where(DeviceGrant.device_hash == device_hash).with_for_update()
        return (await self._session.exec(query)).one_or_none()

    async def find_pending(self, user_code_hash: bytes, at: datetime) -> DeviceGrant | None:
        """The grant of a user code while it waits for an answer, locked."""
        query = (
            select(DeviceGrant)
            .where(
                DeviceGrant.user_code_hash == user_code_hash,
                DeviceGrant.state == "pending",
                col(DeviceGrant.expires_at) > at,
            )
            .with_for_update()
        )
        return (await self._session.exec(query)).one_or_none()

    async def use(self, grant_id: UUID) -> bool:
        """Whether an approved grant became tokens now, and not before."""
        statement = (
            update(DeviceGrant)
            .where(col(DeviceGrant.id) == grant_id, col(DeviceGrant.state) == "approved")
            .values(state="used")
            .returning(col(DeviceGrant.id))
        )
        return (await self._session.execute(statement)).first() is not None

    async def count_guess(self, account_id: UUID, at: datetime, window: timedelta) -> int:
        """Count one code typed by the account; how many there are now within the window."""
        first = {"tenant_id": tenant_of(self._session), "account_id": account_id, "failures": 1}
        is_over = col(DeviceGuess.expires_at) <= at
        statement = (
            insert(DeviceGuess)
            .values(**first, expires_at=at + window)
            .on_conflict_do_update(
                index_elements=["tenant_id", "account_id"],
                set_={
                    "failures": case((is_over, 1), else_=col(DeviceGuess.failures) + 1),
                    "expires_at": case((is_over, at + window), else_=col(DeviceGuess.expires_at)),
                },
            )
            .returning(col(DeviceGuess.failures))
        )
        return int((await self._session.execute(statement)).scalar_one())

    async def forgive_guess(self, account_id: UUID) -> None:
        """Take the last one back: it was right."""
        statement = (
            update(DeviceGuess)
            .where(col(DeviceGuess.account_id) == account_id)
            .values(failures=col(DeviceGuess.failures) - 1)
        )
        await self._session.execute(statement)

    async def delete_expired(self, until: datetime) -> None:
        await self._session.execute(delete(DeviceGrant).where(col(DeviceGrant.expires_at) < until))
        await self._session.execute(delete(DeviceGuess).where(col(DeviceGuess.expires_at) < until))
