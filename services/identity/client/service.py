"""Registers clients: a tenant's own by its administrator, the platform's by the operator's command line."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import cut_off
from services.identity.client.errors import NO_SECRET, ClientNotFound, UnusableClient
from services.identity.client.models import Client
from services.identity.client.naming import client_id_for
from services.identity.client.registration import faults, key_faults
from services.identity.client.repository import ClientRepository
from services.identity.client.schemas import ClientCreate, ClientUpdate
from services.identity.membership.side import check_side
from shared.auth import Principal, RoleGrant
from shared.auth.principal import API_AUDIENCE
from shared.contracts.identity import ClientDisabled, ClientRegistered
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import digest_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.kit_tables import NO_TENANT
from shared.kit.problems import FieldError
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


@dataclass(frozen=True)
class Registered:
    """A new client and its secret, which exists in the clear only here."""

    client: Client
    secret: str | None


class ClientService:
    """The clients of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = ClientRepository(session)

    async def register(self, body: ClientCreate, caller: Principal) -> Registered:
        """Register a client of the tenant. Raises SideNotYours, UnusableClient with everything that cannot be."""
        side = body.side.value if body.kind == "script" else None
        check_side(caller, side)
        row_id, tenant = new_id(), tenant_of(self._session)
        has_secret = body.kind != "public" and not body.public_keys and body.jwks_uri is None
        secret = secrets.token_urlsafe(32) if has_secret else None
        client = Client(
            tenant_id=tenant,
            id=row_id,
            client_id=client_id_for(tenant, row_id),
            secret_hash=digest_of(secret) if secret else None,
            scopes=[scope.value for scope in body.scopes],
            audiences=[API_AUDIENCE] if body.kind == "script" else [],
            roles=[str(RoleGrant(granted.role, granted.unit_id)) for granted in body.roles],
            side=side,
            **body.model_dump(exclude={"scopes", "roles", "side"}),
        )
        await self.add(client)
        return Registered(client, secret)

    async def add(self, client: Client) -> None:
        """Add a client whose fields are set; raises UnusableClient. The operator's own are judged by their keys."""
        found = faults(client) if client.tenant_id != NO_TENANT else key_faults(client)
        if found:
            raise UnusableClient(errors=found)
        self._repository.add(client)
        await self._session.flush()
        after = {"kind": client.kind, "scopes": client.scopes, "roles": client.roles}
        await record(self._session, "client.registered", "client", client.id, after=after)
        await publish(self._session, ClientRegistered(client_id=client.id))

    async def change(self, row_id: UUID, expected_version: int, body: ClientUpdate, caller: Principal) -> Client:
        """Change, disable or enable. A disabled script is refused within a minute; an app gets no more tokens, and
        those of its people run out within five."""
        client = await self._repository.get_locked(row_id)
        check_version(expected_version, client.version)
        check_side(caller, client.side)
        former = client.state
        changed = body.model_dump(mode="json", exclude_unset=True)
        before = {name: getattr(client, name) for name in changed}
        for name, value in changed.items():
            setattr(client, name, value)
        if found := faults(client):
            raise UnusableClient(errors=found)
        client.touch()
        await record(self._session, "client.changed", "client", client.id, before=before, after=changed)
        if former == "active" and client.state == "disabled":
            await self._switch_off(client)
        return client

    async def rotate_secret(
        self, row_id: UUID, expected_version: int, overlap: timedelta, caller: Principal
    ) -> tuple[Client, str]:
        """A new secret; the former one stays good for `overlap`, the one before it no longer.

        Raises SideNotYours, UnusableClient for a client that has none.
        """
        client = await self._repository.get_locked(row_id)
        check_version(expected_version, client.version)
        check_side(caller, client.side)
        if client.secret_hash is None:
            raise UnusableClient(errors=[FieldError(pointer="#", detail=NO_SECRET, code="unusable")])
        secret = secrets.token_urlsafe(32)
        client.former_secret_hash, client.former_secret_until = client.secret_hash, clock.now() + overlap
        client.secret_hash = digest_of(secret)
        client.touch()
        after = {"former_secret_until": client.former_secret_until.isoformat()}
        await record(self._session, "client.secret_rotated", "client", client.id, after=after)
        return client, secret

    async def remove(self, row_id: UUID, expected_version: int) -> None:
        """Delete a client; it ends as a disabled one does."""
        client = await self._repository.get_locked(row_id)
        check_version(expected_version, client.version)
        before = {"kind": client.kind, "state": client.state}
        await record(self._session, "client.removed", "client", client.id, before=before)
        await self._switch_off(client)
        await self._repository.remove(client)

    async def _switch_off(self, client: Client) -> None:
        await publish(self._session, ClientDisabled(client_id=client.id))
        await cut_off(self._session, client.id)

    async def get(self, row_id: UUID) -> Client:
        """The client; raises ClientNotFound."""
        client = await self._repository.find(row_id)
        if client is None:
            raise ClientNotFound()
        return client

    async def find(self, row_id: UUID) -> Client | None:
        return await self._repository.find(row_id)

    async def find_by_client_id(self, client_id: str) -> Client | None:
        return await self._repository.find_by_client_id(client_id)

    async def list(self, limit: int, after: UUID | None) -> Sequence[Client]:
        return await self._repository.list(limit, after)


async def use_assertion_once(session: AsyncSession, digest: bytes, expires_at: datetime) -> bool:
    """Mark an assertion of the session's tenant as used; False when it was used before."""
    return await ClientRepository(session).use_assertion(digest, expires_at)


async def forget_assertions(session: AsyncSession) -> None:
    """Drop the session's tenant's used assertions that have expired: those are refused by their `exp`."""
    await ClientRepository(session).forget_assertions(clock.now() - timedelta(hours=1))
