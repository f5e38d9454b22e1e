"""Decisions about further ways to log in: only what the holder or an administrator confirmed, never by name.

A holder confirms by logging in at the other provider while logged in: the request names account and provider, and the
login must come back to the browser that holds the account's session (`LoginRequest.expected_account_id`).
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.account.service import AccountService
from services.identity.alternative.errors import AlternativeTaken, LinkCaseDecided, LinkCaseNotFound, NotAtHome
from services.identity.alternative.models import AccountAlternative, AlternativeRequest, LinkCase
from services.identity.alternative.repository import AlternativeRepository
from services.identity.alternative.subject import relink_digest, subject_digest
from services.identity.proof.login import ProvenLogin
from services.identity.provider.models import IdentityProvider
from services.identity.revocation.service import Revocation
from shared.contracts.identity_account import AccountAlternativeConfirmed, AccountAlternativeRemoved
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue.outbox import publish

REQUEST_LIFETIME = timedelta(minutes=10)


class AlternativeService:
    """The alternatives of the accounts of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = AlternativeRepository(session)

    async def request(self, account_id: UUID, provider_id: UUID) -> AlternativeRequest:
        """Let the holder's next fresh login at the provider be confirmed. Raises NotAtHome."""
        if await AccountService(self._session).find(account_id) is None:
            raise NotAtHome()
        now = clock.now()
        row = AlternativeRequest(
            tenant_id=tenant_of(self._session),
            account_id=account_id,
            provider_id=provider_id,
            created_at=now,
            expires_at=now + REQUEST_LIFETIME,
        )
        self._repository.add_request(row)
        await self._session.flush()
        after = {"providerId": str(provider_id)}
        await record(self._session, "account_alternative.requested", "account", account_id, after=after)
        return row

    async def find_account(self, provider: IdentityProvider, proven: ProvenLogin) -> Account | None:
        """The account that the provider's own name for the person is confirmed for."""
        return await self._repository.find_account(subject_digest(provider.issuer, proven.subject))

    async def claim(self, account_id: UUID, provider: IdentityProvider, proven: ProvenLogin) -> Account | None:
        """The account, if its holder had asked for a login at this provider; from now on it is a way in.

        None without a request, and when another account got the same subject in the meantime.
        """
        account = await AccountService(self._session).find(account_id)
        if account is None or not await self._repository.use_request(account_id, provider.id, clock.now()):
            return None
        relink = relink_digest(provider.issuer, proven.attributes)
        subject = subject_digest(provider.issuer, proven.subject)
        return account if await self._confirm(account_id, provider.id, subject, relink, "holder") else None

    async def consider_relink(self, provider: IdentityProvider, proven: ProvenLogin) -> bool:
        """Open a case when somebody unknown has the CVR and RID of somebody known; whether there is a new one.

        Called after such a login was refused, in a transaction of its own.
        """
        relink = relink_digest(provider.issuer, proven.attributes)
        former = await self._repository.find_by_relink(provider.id, relink) if relink else ()
        if len(former) != 1:
            return False
        case_id = new_id()
        subject = subject_digest(provider.issuer, proven.subject)
        is_new = await self._repository.open_relink(case_id, former[0], subject, clock.now())
        if is_new:
            after = {"kind": "relink", "accountId": str(former[0].account_id)}
            await record(self._session, "link_case.opened", "link_case", case_id, after=after)
        return is_new

    async def remove(self, alternative_id: UUID) -> None:
        """The way in is closed, and every session of the account with it. Raises AlternativeNotFound."""
        row = await self._repository.get_locked(alternative_id)
        await self._repository.delete(row)
        await Revocation(self._session).of_accounts([row.account_id])
        before = {"providerId": str(row.provider_id), "confirmedBy": row.confirmed_by}
        await record(self._session, "account_alternative.removed", "account", row.account_id, before=before)
        event = AccountAlternativeRemoved(account_alternative_id=row.id, account_id=row.account_id)
        await publish(self._session, event)

    async def decide(self, case_id: UUID, decider: UUID, *, is_one: bool) -> LinkCase:
        """Confirm that both records are one person's, or reject it. Raises LinkCaseNotFound, LinkCaseDecided,
        AlternativeTaken."""
        case = await self._repository.get_case_locked(case_id)
        if case.state != "open":
            raise LinkCaseDecided()
        if is_one:
            await (self._merge(case) if case.kind == "roster" else self._relink(case))
        case.state = "confirmed" if is_one else "rejected"
        case.decided_by, case.decided_at = decider, clock.now()
        case.touch()
        before, after = {"state": "open"}, {"state": case.state}
        await record(self._session, f"link_case.{case.state}", "link_case", case.id, before=before, after=after)
        return case

    async def get_case(self, case_id: UUID) -> LinkCase:
        """The case; raises LinkCaseNotFound."""
        case = await self._repository.find_case(case_id)
        if case is None:
            raise LinkCaseNotFound()
        return case

    async def cases(self, limit: int, after: UUID | None, state: str | None) -> Sequence[LinkCase]:
        return await self._repository.cases(limit, after, state)

    async def cases_of(self, account_id: UUID) -> Sequence[LinkCase]:
        return await self._repository.cases_of(account_id)

    async def list(self, limit: int, after: UUID | None, account_id: UUID | None) -> Sequence[AccountAlternative]:
        return await self._repository.list(limit, after, account_id)

    async def prune(self) -> None:
        """Drop wishes that are too old to mean anything."""
        await self._repository.delete_expired(clock.now() - timedelta(days=1))

    async def _merge(self, case: LinkCase) -> None:
        """The person keeps the account that follows the roster; the other one gives its login name and is closed.

        Its roles are not taken over: who needs them is granted them.
        """
        accounts = AccountService(self._session)
        if case.person_id is None or not await self._repository.move_login(case.account_id, case.person_id):
            raise LinkCaseDecided()
        former = await accounts.get(case.account_id)
        if former.state == "open":
            await accounts.close(former, "administrator")
            former.touch()

    async def _relink(self, case: LinkCase) -> None:
        if case.provider_id is None or case.subject_hash is None:
            raise LinkCaseDecided()
        for former in await self._repository.list(200, None, case.account_id):
            if former.provider_id == case.provider_id:
                relink = former.relink_hash
                await self.remove(former.id)
                break
        else:
            raise LinkCaseDecided()
        if not await self._confirm(case.account_id, case.provider_id, case.subject_hash, relink, "administrator"):
            raise AlternativeTaken()

    async def _confirm(
        self, account_id: UUID, provider_id: UUID, subject: bytes, relink: bytes | None, by: str
    ) -> bool:
        row = AccountAlternative(
            tenant_id=tenant_of(self._session),
            id=new_id(),
            account_id=account_id,
            provider_id=provider_id,
            subject_hash=subject,
            relink_hash=relink,
            confirmed_by=by,
            created_at=clock.now(),
        )
        if not await self._repository.claim(row):
            return False
        after = {"providerId": str(provider_id), "confirmedBy": by}
        await record(self._session, "account_alternative.confirmed", "account", account_id, after=after)
        told = {"account_alternative_id": row.id, "account_id": account_id, "confirmed_by": by}
        await publish(self._session, AccountAlternativeConfirmed.model_validate(told))
        return True
