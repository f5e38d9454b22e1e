"""Every query of alternatives, requests for them, and cases."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.alternative.errors import AlternativeNotFound, LinkCaseNotFound
from services.identity.alternative.models import AccountAlternative, AlternativeRequest, LinkCase
from shared.kit.db import tenant_of

# Two who claim it at once wait for each other here, and the second one finds it taken.
_CLAIM = """
INSERT INTO account_alternative (tenant_id, id, account_id, provider_id, subject_hash, relink_hash, confirmed_by,
                                 created_at)
VALUES (:tenant, :id, :account, :provider, :subject, :relink, :by, :now)
ON CONFLICT (tenant_id, subject_hash) DO NOTHING RETURNING id
"""
_OPEN_CASE = """
INSERT INTO link_case (tenant_id, id, kind, fingerprint, account_id, provider_id, subject_hash, state, version,
                       created_at, updated_at)
VALUES (:tenant, :id, 'relink', :subject, :account, :provider, :subject, 'open', 1, :now, :now)
ON CONFLICT (tenant_id, fingerprint) DO NOTHING RETURNING id
"""
# The login name goes from the account that was opened by hand to the person's own.
_MOVE_LOGIN = """
UPDATE account_login l SET account_id = own.id FROM account own
WHERE l.tenant_id = :tenant AND l.account_id = :account AND own.tenant_id = :tenant AND own.person_id = :person
RETURNING own.id
"""


class AlternativeRepository:
    """The alternatives of the accounts of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_account(self, subject: bytes) -> Account | None:
        """The account that a provider's own name for a person leads to."""
        query = (
            select(Account)
            .join(
                AccountAlternative,
                (col(AccountAlternative.tenant_id) == col(Account.tenant_id))
                & (col(AccountAlternative.account_id) == col(Account.id)),
            )
            .where(AccountAlternative.subject_hash == subject)
        )
        return (await self._session.exec(query)).one_or_none()

    async def find_by_relink(self, provider_id: UUID, relink: bytes) -> Sequence[AccountAlternative]:
        query = select(AccountAlternative).where(
            AccountAlternative.provider_id == provider_id, AccountAlternative.relink_hash == relink
        )
        return (await self._session.exec(query)).all()

    async def claim(self, row: AccountAlternative) -> bool:
        """Whether the row is there now; False when the subject is an account's already, perhaps since a moment."""
        values = {
            "tenant": row.tenant_id,
            "id": row.id,
            "account": row.account_id,
            "provider": row.provider_id,
            "subject": row.subject_hash,
            "relink": row.relink_hash,
            "by": row.confirmed_by,
            "now": row.created_at,
        }
        return (await self._session.execute(text(_CLAIM), values)).first() is not None

    async def get_locked(self, alternative_id: UUID) -> AccountAlternative:
        """The alternative, locked; raises AlternativeNotFound."""
        query = select(AccountAlternative).where(AccountAlternative.id == alternative_id).with_for_update()
        row = (await self._session.exec(query)).one_or_none()
        if row is None:
            raise AlternativeNotFound()
        return row

    async def list(self, limit: int, after: UUID | None, account_id: UUID | None) -> Sequence[AccountAlternative]:
        query = select(AccountAlternative).order_by(col(AccountAlternative.id)).limit(limit)
        if after is not None:
            query = query.where(col(AccountAlternative.id) > after)
        if account_id is not None:
            query = query.where(AccountAlternative.account_id == account_id)
        return (await self._session.exec(query)).all()

    async def delete(self, row: AccountAlternative) -> None:
        await self._session.delete(row)
        await self._session.flush()

    def add_request(self, row: AlternativeRequest) -> None:
        self._session.add(row)

    async def use_request(self, account_id: UUID, provider_id: UUID, at: datetime) -> bool:
        """Whether the holder had asked for it; all of the holder's requests at the provider are used up."""
        statement = (
            update(AlternativeRequest)
            .where(
                col(AlternativeRequest.account_id) == account_id,
                col(AlternativeRequest.provider_id) == provider_id,
                col(AlternativeRequest.used_at).is_(None),
                col(AlternativeRequest.expires_at) > at,
            )
            .values(used_at=at)
            .returning(col(AlternativeRequest.id))
        )
        return (await self._session.execute(statement)).first() is not None

    async def delete_expired(self, until: datetime) -> None:
        await self._session.execute(delete(AlternativeRequest).where(col(AlternativeRequest.expires_at) < until))

    async def open_relink(self, case_id: UUID, former: AccountAlternative, subject: bytes, at: datetime) -> bool:
        """Whether a case is there now that was not; one that was decided stays so."""
        values = {
            "tenant": tenant_of(self._session),
            "id": case_id,
            "account": former.account_id,
            "provider": former.provider_id,
            "subject": subject,
            "now": at,
        }
        return (await self._session.execute(text(_OPEN_CASE), values)).first() is not None

    async def find_case(self, case_id: UUID) -> LinkCase | None:
        return (await self._session.exec(select(LinkCase).where(LinkCase.id == case_id))).one_or_none()

    async def get_case_locked(self, case_id: UUID) -> LinkCase:
        """The case, locked; raises LinkCaseNotFound."""
        query = select(LinkCase).where(LinkCase.id == case_id).with_for_update()
        case = (await self._session.exec(query)).one_or_none()
        if case is None:
            raise LinkCaseNotFound()
        return case

    async def cases(self, limit: int, after: UUID | None, state: str | None) -> Sequence[LinkCase]:
        query = select(LinkCase).order_by(col(LinkCase.id)).limit(limit)
        if after is not None:
            query = query.where(col(LinkCase.id) > after)
        if state is not None:
            query = query.where(LinkCase.state == state)
        return (await self._session.exec(query)).all()

    async def cases_of(self, account_id: UUID) -> Sequence[LinkCase]:
        query = select(LinkCase).where(LinkCase.account_id == account_id).order_by(col(LinkCase.id))
        return (await self._session.exec(query)).all()

    async def move_login(self, account_id: UUID, person_id: UUID) -> bool:
        """Give the login names of an account to the account of a person; False where the person has none."""
        values = {"tenant": tenant_of(self._session), "account": account_id, "person": person_id}
        return (await self._session.execute(text(_MOVE_LOGIN), values)).first() is not None
