"""Ends sessions everywhere: here at once, in our services by a cutoff, at the applications by being told.

One transaction ends the sessions, cuts their tokens off, writes what is to be told, and journals it. Nobody outside is
called in it; the worker tells the applications, the person's browser goes to the identity provider.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import cut_off
from services.identity.client.models import Client
from services.identity.client.naming import tenant_of_client
from services.identity.client.service import ClientService
from services.identity.eviction.service import take_untold
from services.identity.logout.models import Logout, LogoutDelivery
from services.identity.logout.repository import LogoutRepository
from services.identity.provider.models import IdentityProvider
from services.identity.session.models import SessionClient, SsoSession
from services.identity.session.service import SessionService
from services.identity.tenant.service import acting_in
from shared.contracts.identity_logout import LogoutUndelivered, SessionEnded, SessionEndReason
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish, start_job
from shared.queue.outbox import publish_all

DELIVER = "logouts.deliver"
# 1, 4, 16, 64 and 256 seconds apart: an application that restarts still hears of it.
ATTEMPTS = 6
_PAGE_LIFETIME = timedelta(minutes=15)
_KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Return:
    """Where the person goes after the logout: a registered address of the client, with the client's state."""

    address: str
    state: str | None


@dataclass(frozen=True)
class Ending:
    """A logout that has begun, and the handle by which its page and the provider's answer find it."""

    logout: Logout
    handle: Handle
    ended: int
    told: int


class LogoutService:
    """The logouts of the session's tenant; `issuer` is ours, as applications know us."""

    def __init__(self, session: AsyncSession, issuer: str) -> None:
        self._session = session
        self._issuer = issuer
        self._sessions = SessionService(session)
        self._repository = LogoutRepository(session)

    async def end(self, rows: Sequence[SsoSession], reason: SessionEndReason, back: Return | None = None) -> Ending:
        """End these sessions; those that somebody else has ended meanwhile are left to that one."""
        ended = [row for row in rows if await self._sessions.end(row.id, reason)]
        taking_part = await self._sessions.clients([row.id for row in ended])
        clients = await self._clients({one.client_id for one in taking_part})
        logout, handle = self._new_logout(back)
        self._repository.add(logout)
        await self._session.flush()
        told = 0
        for row in ended:
            parts = [one for one in taking_part if one.session_id == row.id]
            await self._cut_off(row, parts)
            deliveries = await self._tell(logout, row.account_id, parts, clients)
            told += deliveries
            await self._account_for(row, reason, deliveries)
        return Ending(logout, handle, len(ended), told)

    async def tell_evicted(self, most: int) -> int:
        """Tell the applications of up to `most` sessions that the tenant ended (`eviction`); how many sessions."""
        rows = await take_untold(self._session, most)
        if not rows:
            return 0
        parts = defaultdict(list)
        for part in await self._sessions.clients([row.id for row in rows]):
            parts[part.session_id].append(part)
        clients = await self._clients({part.client_id for there in parts.values() for part in there})
        logout, _ = self._new_logout(None)
        self._repository.add(logout)
        await self._session.flush()
        events = []
        for row in rows:
            told = await self._tell(logout, row.account_id, parts[row.id], clients)
            events.append(SessionEnded(session_id=row.id, account_id=row.account_id, reason="administrator", told=told))
        logout.front_channel = []  # nobody's browser is here to load them
        await publish_all(self._session, events)
        return len(rows)

    async def find(self, handle: Handle) -> Logout | None:
        """The logout of a handle that is not too old."""
        return await self._repository.find(handle.digest, clock.now())

    async def deliveries(self, logout: Logout) -> Sequence[LogoutDelivery]:
        """What each application was told, and whether it has confirmed."""
        return await self._repository.deliveries(logout.id)

    async def find_delivery(self, delivery_id: UUID) -> LogoutDelivery | None:
        """One delivery, locked."""
        return await self._repository.find_delivery(delivery_id)

    async def note(self, delivery_id: UUID, attempt: int, fault: str | None, *, is_final: bool) -> None:
        """How an attempt to tell an application went; after the last one its silence is published."""
        row = await self._repository.find_delivery(delivery_id)
        if row is None:
            return
        row.attempts, row.fault, row.updated_at = attempt, fault, clock.now()
        row.state = "delivered" if fault is None else "failed" if is_final else "waiting"
        if row.state == "failed":
            event = LogoutUndelivered(logout_delivery_id=row.id, session_id=row.session_id, client_id=row.client_id)
            await publish(self._session, event)

    async def await_provider(self, logout_id: UUID, provider: IdentityProvider, request_id: str | None) -> None:
        """The browser goes on to the identity provider, which will answer."""
        await self._repository.set_provider(logout_id, provider, "waiting", request_id)

    async def leave_provider(self, logout_id: UUID, provider: IdentityProvider) -> None:
        """The person stays logged in at the identity provider, and shall be told so."""
        await self._repository.set_provider(logout_id, provider, "none", None)

    async def provider_answered(self, handle: Handle, state: str) -> Logout | None:
        """Note what the identity provider says, once; None when no logout waits for it."""
        return await self._repository.answered(handle.digest, clock.now(), state)

    def _new_logout(self, back: Return | None) -> tuple[Logout, Handle]:
        handle, now = Handle.new(tenant_of(self._session)), clock.now()
        logout = Logout(
            tenant_id=handle.tenant,
            id=new_id(),
            handle_hash=handle.digest,
            return_to=back.address if back else None,
            return_state=back.state if back else None,
            created_at=now,
            expires_at=now + _PAGE_LIFETIME,
        )
        return logout, handle

    async def _clients(self, client_ids: set[str]) -> dict[str, Client]:
        """The registrations of those that can be told. A disabled one is told too: it may still hold a session."""
        found: dict[str, Client] = {}
        for client_id in sorted(client_ids):
            async with acting_in(self._session, tenant_of_client(client_id)):
                client = await ClientService(self._session).find_by_client_id(client_id)
            if client is not None:
                found[client_id] = client
        return found

    async def _cut_off(self, row: SsoSession, parts: Sequence[SessionClient]) -> None:
        """Refuse the session's access tokens wherever some were given: the account's other sessions go on."""
        for tenant in sorted({row.tenant_id, *(part.token_tenant_id for part in parts)}):
            for session_id in sorted({row.id, *(part.told_session_id for part in parts)}):
                async with acting_in(self._session, tenant):
                    await cut_off(self._session, session_id)

    async def _tell(
        self, logout: Logout, account_id: UUID, parts: Sequence[SessionClient], clients: dict[str, Client]
    ) -> int:
        """Write what the worker delivers and what the page loads; the number of deliveries."""
        now, told = clock.now(), 0
        for client_id, session_id in sorted({(part.client_id, part.told_session_id) for part in parts}):
            client = clients.get(client_id)
            if client is None:
                continue
            if client.frontchannel_logout_uri:
                uri = add_params_to_uri(
                    client.frontchannel_logout_uri, [("iss", self._issuer), ("sid", str(session_id))]
                )
                logout.front_channel = [*logout.front_channel, {"name": client.name, "uri": uri}]
            if client.backchannel_logout_uri:
                delivery = LogoutDelivery(
                    tenant_id=logout.tenant_id,
                    id=new_id(),
                    logout_id=logout.id,
                    session_id=session_id,
                    account_id=account_id,
                    client_id=client_id,
                    client_name=client.name,
                    uri=client.backchannel_logout_uri,
                    created_at=now,
                    updated_at=now,
                )
                self._repository.add(delivery)
                await start_job(self._session, DELIVER, {"delivery_id": delivery.id}, max_attempts=ATTEMPTS)
                told += 1
        return told

    async def _account_for(self, row: SsoSession, reason: SessionEndReason, told: int) -> None:
        if reason != "logout":
            await record(self._session, "session.ended", "sso_session", row.id, after={"told": told}, reason=reason)
        event = SessionEnded(session_id=row.id, account_id=row.account_id, reason=reason, told=told)
        await publish(self._session, event)


def frame_sources(logout: Logout) -> list[str]:
    """The origins that the logout's page may load in frames."""
    parts = [urlsplit(one["uri"]) for one in logout.front_channel]
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts})


async def prune_logouts(session: AsyncSession) -> None:
    """Forget logouts of yesterday in the session's tenant."""
    await LogoutRepository(session).delete_expired(clock.now() - _KEPT_FOR)
