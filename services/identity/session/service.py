"""Starts, finds and ends single sign-on sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.assurance.evaluation import Assurance
from services.identity.provider.models import IdentityProvider
from services.identity.session.models import SsoSession
from services.identity.session.repository import SessionRepository
from shared.auth import Acr
from shared.kit import clock
from shared.kit.db import Database, tenant_of
from shared.kit.handle import Handle


@dataclass(frozen=True)
class LiveSession:
    """Who has logged in, where and how surely. `home` is the tenant whose provider vouched for the account."""

    id: UUID
    home: UUID
    account_id: UUID
    acr: Acr
    auth_time: datetime


@dataclass(frozen=True)
class NewSession:
    """What a session is made of: the login that was proved, our reading of it, and how long it may last.

    `id` is given beforehand, since the provider's name for the person is sealed for that row.
    """

    id: UUID
    provider: IdentityProvider
    assurance: Assurance
    auth_time: datetime
    expires_at: datetime
    upstream_session: str | None
    upstream_subject_hash: bytes
    upstream_subject_sealed: bytes


class SessionService:
    """The sessions of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = SessionRepository(session)

    async def start(self, account: Account, new: NewSession) -> tuple[Handle, LiveSession]:
        """A new session (never a continued one: a fixed cookie must gain nothing) and the secret for its cookie."""
        handle = Handle.new(tenant_of(self._session))
        now = clock.now()
        row = SsoSession(
            tenant_id=account.tenant_id,
            id=new.id,
            secret_hash=handle.digest,
            account_id=account.id,
            provider_id=new.provider.id,
            upstream_session=new.upstream_session,
            upstream_subject_hash=new.upstream_subject_hash,
            upstream_subject_sealed=new.upstream_subject_sealed,
            method=new.provider.method,
            acr=new.assurance.acr.value,
            amr=list(new.assurance.amr),
            factors=new.assurance.factors,
            assurance_source=new.assurance.source,
            auth_time=min(new.auth_time, now),
            created_at=now,
            expires_at=new.expires_at,
        )
        self._repository.add(row)
        await self._session.flush()
        return handle, _live(row)

    async def find(self, handle: Handle) -> LiveSession | None:
        """The live session of a cookie."""
        row = await self._repository.find_live(handle.digest, clock.now())
        return _live(row) if row else None

    async def is_live(self, session_id: UUID) -> bool:
        """Whether a session still stands, so that what hangs on it may go on."""
        return await self._repository.is_live(session_id, clock.now())

    async def of_account(self, account_id: UUID) -> Sequence[SsoSession]:
        """When and how surely an account logged in, as far as it is still kept."""
        return await self._repository.of_account(account_id)

    async def end(self, session_id: UUID) -> bool:
        """End a session; True if it was still open. Its refresh tokens die with it."""
        return await self._repository.end(session_id, clock.now())

    async def prune(self) -> None:
        """Drop sessions that ended by their age a day ago."""
        await self._repository.delete_expired(clock.now() - timedelta(days=1))


async def live_session(database: Database, cookie: str | None) -> LiveSession | None:
    """The session that a request's cookie opens, in a transaction of its own."""
    handle = Handle.parse(cookie)
    if handle is None:
        return None
    async with database.transaction(handle.tenant) as session:
        return await SessionService(session).find(handle)


def _live(row: SsoSession) -> LiveSession:
    return LiveSession(row.id, row.tenant_id, row.account_id, Acr(row.acr), row.auth_time)
