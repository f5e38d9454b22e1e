"""Every SELECT of accounts."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.errors import AccountNotFound
from services.identity.account.models import Account, AccountLogin

_ACCESS = """
SELECT one.account_id, t.tenant_id FROM unnest(CAST(:accounts AS uuid[])) AS one (account_id)
CROSS JOIN LATERAL account_tenants(one.account_id) AS t (tenant_id) ORDER BY 2, 1
"""


class AccountRepository:
    """The accounts whose home is the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, account: Account) -> None:
        self._session.add(account)

    def add_login(self, account: Account, digest: bytes) -> None:
        self._session.add(AccountLogin(tenant_id=account.tenant_id, digest=digest, account_id=account.id))

    async def find(self, account_id: UUID) -> Account | None:
        return (await self._session.exec(select(Account).where(Account.id == account_id))).one_or_none()

    async def get_locked(self, account_id: UUID) -> Account:
        """The account, locked for a change; raises AccountNotFound."""
        query = select(Account).where(Account.id == account_id).with_for_update()
        account = (await self._session.exec(query)).one_or_none()
        if account is None:
            raise AccountNotFound()
        return account

    async def find_by_login(self, digest: bytes) -> Account | None:
        query = (
            select(Account)
            .join(
                AccountLogin,
                (col(AccountLogin.tenant_id) == col(Account.tenant_id))
                & (col(AccountLogin.account_id) == col(Account.id)),
            )
            .where(AccountLogin.digest == digest)
        )
        return (await self._session.exec(query)).one_or_none()

    async def find_by_person(self, person_id: UUID) -> Account | None:
        return (await self._session.exec(select(Account).where(Account.person_id == person_id))).one_or_none()

    async def list(self, limit: int, after: UUID | None, state: str | None) -> Sequence[Account]:
        query = select(Account).order_by(col(Account.id)).limit(limit)
        if after is not None:
            query = query.where(col(Account.id) > after)
        if state is not None:
            query = query.where(Account.state == state)
        return (await self._session.exec(query)).all()

    async def of_units(self, limit: int, after: UUID | None, units: Collection[UUID] | None) -> Sequence[Account]:
        query = select(Account).where(col(Account.unit_id).is_not(None), Account.source == "manual")
        if units is not None:
            query = query.where(col(Account.unit_id).in_(units))
        if after is not None:
            query = query.where(col(Account.id) > after)
        return (await self._session.exec(query.order_by(col(Account.id)).limit(limit))).all()

    async def access(self, accounts: Sequence[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        """By tenant: which of the accounts hold a role there.

        Asks the definer function `account_tenants`: row security shows a home tenant nothing of the others.
        """
        found: dict[UUID, list[UUID]] = {}
        for row in await self._session.execute(text(_ACCESS), {"accounts": sorted(set(accounts))}):
            found.setdefault(row.tenant_id, []).append(row.account_id)
        return found

    async def delete(self, account: Account) -> None:
        await self._session.delete(account)
