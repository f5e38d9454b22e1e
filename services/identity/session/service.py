"""Starts, finds and ends single sign-on sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.assurance.evaluation import Assurance
from services.identity.session.errors import SessionNotFound
from services.identity.session.models import SessionClient, SsoSession
from services.identity.session.repository import SessionRepository
from shared.auth import Acr
from shared.contracts.identity_logout import SessionEndReason
from shared.kit import clock
from shared.kit.db import Database, tenant_of
from shared.kit.handle import Handle
from shared.kit.ids import new_id


@dataclass(frozen=True)
class LiveSession:
    """Who has logged in, where and how surely. `home` is the tenant whose provider vouched for the account."""

    id: UUID
    home: UUID
    account_id: UUID
    acr: Acr
    auth_time: datetime
    amr: tuple[str, ...] = ()


class LoginMethod(Protocol):
    """By what somebody logged in: an identity provider, or the way in for when there is none."""

    @property
    def id(self) -> UUID: ...
    @property
    def method(self) -> str: ...


@dataclass(frozen=True)
class NewSession:
    """What a session is made of: the login that was proved, our reading of it, and how long it may last.

    `id` is given beforehand, since the provider's name for the person is sealed for that row.
    """

    id: UUID
    provider: LoginMethod
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
        row = SsoSession(**session_values(handle, account.id, new))
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

    async def page_of_account(self, account_id: UUID, limit: int, before: UUID | None) -> Sequence[SsoSession]:
        """The account's sessions, newest first."""
        return await self._repository.page_of_account(account_id, limit, before)

    async def get(self, session_id: UUID, account_id: UUID | None = None) -> SsoSession:
        """The session, of that account if one is named; raises SessionNotFound."""
        row = await self._repository.find_by_id(session_id)
        if row is None or account_id not in (None, row.account_id):
            raise SessionNotFound()
        return row

    async def live_of_account(self, account_id: UUID) -> Sequence[SsoSession]:
        """The account's open sessions, locked."""
        return await self._repository.live_of_account(account_id, clock.now())

    async def live_upstream(
        self, provider_id: UUID, subject_hash: bytes | None, sessions: Sequence[str]
    ) -> Sequence[SsoSession]:
        """The open sessions, locked, that began at a provider: of a person, of its named sessions, or of both."""
        if subject_hash is None and not sessions:
            return []
        return await self._repository.live_upstream(provider_id, subject_hash, sessions, clock.now())

    async def end(self, session_id: UUID, reason: SessionEndReason) -> bool:
        """End a session; True if it was still open. Its refresh tokens die with it.

        Whoever took part is told by `LogoutService`, which calls this.
        """
        return await self._repository.end(session_id, clock.now(), reason)

    async def succeed(self, former: UUID, following: LiveSession) -> None:
        """A new login in a browser takes the place of the one before: a stolen cookie must not outlive a step-up.

        Of the same person the clients go along, so that a later logout reaches them.
        """
        old = await self._repository.find_by_id(former)
        if old is None or not await self.end(old.id, "replaced"):
            return
        if old.account_id == following.account_id:
            await self._repository.move_clients(old.id, following.id)

    async def took_part(self, session_id: UUID, client_id: str, token_tenant: UUID) -> None:
        """Remember that a client has been given tokens in a session."""
        values = {
            "tenant_id": tenant_of(self._session),
            "id": new_id(),
            "session_id": session_id,
            "client_id": client_id,
            "token_tenant_id": token_tenant,
            "told_session_id": session_id,
            "created_at": clock.now(),
        }
        await self._repository.add_client(values)

    async def clients(self, session_ids: Sequence[UUID]) -> Sequence[SessionClient]:
        """Who took part in the sessions."""
        return await self._repository.clients(session_ids)

    async def prune(self) -> None:
        """Drop sessions that ended by their age a day ago."""
        await self._repository.delete_expired(clock.now() - timedelta(days=1))


def session_values(handle: Handle, account_id: UUID, new: NewSession) -> dict[str, Any]:
    """The row of a new session, by column; `handle` opens it."""
    now = clock.now()
    return {
        "tenant_id": handle.tenant,
        "id": new.id,
        "secret_hash": handle.digest,
        "account_id": account_id,
        "provider_id": new.provider.id,
        "upstream_session": new.upstream_session,
        "upstream_subject_hash": new.upstream_subject_hash,
        "upstream_subject_sealed": new.upstream_subject_sealed,
        "method": new.provider.method,
        "acr": new.assurance.acr.value,
        "amr": list(new.assurance.amr),
        "factors": new.assurance.factors,
        "assurance_source": new.assurance.source,
        "auth_time": min(new.auth_time, now),
        "created_at": now,
        "expires_at": new.expires_at,
    }


def live_of(values: Mapping[str, Any]) -> LiveSession:
    """A new session as those who ask see it."""
    amr = tuple(values["amr"])
    return LiveSession(
        values["id"], values["tenant_id"], values["account_id"], Acr(values["acr"]), values["auth_time"], amr
    )


async def live_session(database: Database, cookie: str | None) -> LiveSession | None:
    """The session that a request's cookie opens, in a transaction of its own."""
    handle = Handle.parse(cookie)
    if handle is None:
        return None
    async with database.transaction(handle.tenant) as session:
        return await SessionService(session).find(handle)


def _live(row: SsoSession) -> LiveSession:
    return LiveSession(row.id, row.tenant_id, row.account_id, Acr(row.acr), row.auth_time, tuple(row.amr))
