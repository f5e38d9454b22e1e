"""Decisions about accounts: who may log in, and that a closed one is refused everywhere within a minute."""

from collections.abc import Collection, Sequence
from typing import Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.errors import AccountFollowsRoster, AccountNotFound, LoginNameTaken
from services.identity.account.login_name import login_digest
from services.identity.account.models import Account
from services.identity.account.repository import AccountRepository
from services.identity.account.schemas import AccountCreate, AccountUpdate
from services.identity.eviction.service import end_sessions
from services.identity.tenant.service import acting_in
from shared.auth.cutoffs import set_cutoffs
from shared.contracts.identity import AccessRevoked, AccountClosed, AccountCreated, AccountReopened, BulkAccessRevoked
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue.outbox import publish, publish_all
from shared.web.preconditions import check_version

# Consumers apply a few hundred events a second: ten thousand one by one would outlast the minute that is promised.
_ONE_BY_ONE = 20
_BULK = 500

CloseReason = Literal["roster_ended", "administrator", "erased"]


class AccountService:
    """The accounts whose home is the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = AccountRepository(session)

    async def open(self, body: AccountCreate, unit_id: UUID | None = None) -> Account:
        """Open an account by hand, at a unit if its administrator does it. Raises LoginNameTaken."""
        digest = login_digest(body.login_name)
        if await self._repository.find_by_login(digest):
            raise LoginNameTaken()
        account = Account(
            tenant_id=tenant_of(self._session),
            display_name=body.display_name,
            login_name=body.login_name.lower(),
            unit_id=unit_id,
        )
        self._repository.add(account)
        await self._session.flush()
        self._repository.add_login(account, digest)
        after = {"source": account.source, "unitId": unit_id}
        await record(self._session, "account.created", "account", account.id, after=after)
        await publish(self._session, AccountCreated(account_id=account.id))
        return account

    async def open_without_login(self, display_name: str) -> Account:
        """An account that no identity provider leads to, for `breakglass`."""
        account = Account(tenant_id=tenant_of(self._session), display_name=display_name)
        self._repository.add(account)
        await self._session.flush()
        await record(self._session, "account.created", "account", account.id, after={"source": account.source})
        await publish(self._session, AccountCreated(account_id=account.id))
        return account

    async def change(self, account_id: UUID, expected_version: int, body: AccountUpdate) -> Account:
        """Rename, close or reopen. Raises AccountNotFound, StaleVersion, AccountFollowsRoster."""
        account = await self._repository.get_locked(account_id)
        check_version(expected_version, account.version)
        if body.display_name is not None and body.display_name != account.display_name:
            if problem := problem_with_renaming(account):
                raise problem
            account.display_name = body.display_name
        if body.state == "closed" and account.state == "open":
            await self.close(account, "administrator")
        elif body.state == "open" and account.state == "closed":
            await self._reopen(account)
        account.touch()
        return account

    async def close(self, account: Account, reason: CloseReason, note: str | None = None) -> None:
        """No login and no refresh from now on, and no token issued until now, in any tenant; applications are told.

        `note` is what the administrator said, for the journal.
        """
        account.state, account.closed_reason = "closed", reason
        before, after = {"state": "open"}, {"state": "closed"}
        await record(
            self._session, "account.closed", "account", account.id, before=before, after=after, reason=note or reason
        )
        event = AccountClosed(account_id=account.id, person_id=account.person_id, reason=reason)
        await publish(self._session, event)
        await end_sessions(self._session, [account.id])
        await self.cut_off_everywhere([account.id])

    async def cut_off_everywhere(self, accounts: Sequence[UUID]) -> None:
        """Refuse every token of the accounts that was issued until now: wherever they hold a role, and at home, where
        an open wave needs none."""
        access = {**await self._repository.access(accounts), tenant_of(self._session): accounts}
        for tenant, there in access.items():
            async with acting_in(self._session, tenant):
                await cut_off(self._session, *there)

    async def log_out_without_roles(self, accounts: Sequence[UUID]) -> None:
        """End the sessions of those who hold no role in any tenant any more."""
        access = await self._repository.access(accounts)
        holders = {account for there in access.values() for account in there}
        if idle := [account for account in accounts if account not in holders]:
            await end_sessions(self._session, idle)

    async def _reopen(self, account: Account) -> None:
        if problem := problem_with_reopening(account):
            raise problem
        account.state, account.closed_reason = "open", None
        before, after = {"state": "closed"}, {"state": "open"}
        await record(self._session, "account.reopened", "account", account.id, before=before, after=after)
        await publish(self._session, AccountReopened(account_id=account.id, person_id=account.person_id))

    async def get(self, account_id: UUID) -> Account:
        """The account; raises AccountNotFound."""
        account = await self._repository.find(account_id)
        if account is None:
            raise AccountNotFound()
        return account

    async def get_locked(self, account_id: UUID) -> Account:
        """The account, for a change; raises AccountNotFound."""
        return await self._repository.get_locked(account_id)

    async def has_roles_elsewhere(self, account_id: UUID) -> bool:
        """Whether another tenant gave the account a role."""
        return bool(set(await self._repository.access([account_id])) - {tenant_of(self._session)})

    async def of_units(self, limit: int, after: UUID | None, units: Collection[UUID] | None) -> Sequence[Account]:
        """What these units (None: all) opened by hand and no roster keeps."""
        return await self._repository.of_units(limit, after, units)

    async def find(self, account_id: UUID) -> Account | None:
        return await self._repository.find(account_id)

    async def find_by_login(self, login_name: str) -> Account | None:
        """The account that an identity provider's login name stands for."""
        return await self._repository.find_by_login(login_digest(login_name))

    async def find_by_person(self, person_id: UUID) -> Account | None:
        return await self._repository.find_by_person(person_id)

    async def list(self, limit: int, after: UUID | None, state: str | None) -> Sequence[Account]:
        return await self._repository.list(limit, after, state)

    async def erase(self, account: Account) -> None:
        """Close the account and delete its row with everything that hangs on it."""
        if account.state == "open":
            await self.close(account, "erased")
        await record(self._session, "account.erased", "account", account.id)
        await self._repository.delete(account)
        await self._session.flush()


def problem_with_renaming(account: Account) -> AccountFollowsRoster | None:
    """Why nobody can rename the account here; None where an administrator may."""
    return AccountFollowsRoster() if account.source == "roster" else None


def problem_with_reopening(account: Account) -> AccountFollowsRoster | None:
    """Why nobody can reopen the closed account here; None where an administrator may."""
    is_kept_closed = account.source == "roster" and account.closed_reason == "roster_ended"
    return AccountFollowsRoster() if is_kept_closed else None


async def cut_off(session: AsyncSession, *accounts: UUID) -> None:
    """Refuse tokens of accounts, clients or sessions in the session's tenant: here at once, elsewhere by the event."""
    not_before = clock.now()
    await set_cutoffs(session, accounts, not_before)
    if len(accounts) <= _ONE_BY_ONE:
        await publish_all(session, [AccessRevoked(account_id=one, not_before=not_before) for one in accounts])
        return
    for start in range(0, len(accounts), _BULK):
        some = accounts[start : start + _BULK]
        event = BulkAccessRevoked(revocation_id=new_id(), account_ids=some, not_before=not_before)
        await publish(session, event)
