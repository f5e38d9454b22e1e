"""Registers clients: a tenant's scripts by its administrator, the platform's by the operator's command line."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import cut_off
from services.identity.client.errors import ClientNotFound, UnusableClient
from services.identity.client.models import Client
from services.identity.client.naming import client_id_for
from services.identity.client.repository import ClientRepository
from services.identity.client.schemas import ClientCreate, ClientUpdate
from shared.auth import Role, RoleGrant
from shared.auth.jws import PublicKey
from shared.auth.principal import API_AUDIENCE
from shared.contracts.identity import ClientDisabled, ClientRegistered
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import digest_of
from shared.kit.ids import new_id
from shared.kit.journal import record
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

    async def register(self, body: ClientCreate) -> Registered:
        """Register a script of the tenant. Raises UnusableClient for roles or keys that cannot be."""
        if any(granted.role is Role.platform_admin for granted in body.roles):
            raise _unusable("#/roles", "a script cannot administer the platform")
        row_id, tenant = new_id(), tenant_of(self._session)
        secret = None if body.public_keys else secrets.token_urlsafe(32)
        client = Client(
            tenant_id=tenant,
            id=row_id,
            client_id=client_id_for(tenant, row_id),
            name=body.name,
            kind="script",
            secret_hash=digest_of(secret) if secret else None,
            public_keys=body.public_keys,
            scopes=[scope.value for scope in body.scopes],
            audiences=[API_AUDIENCE],
            roles=[str(RoleGrant(granted.role, granted.unit_id)) for granted in body.roles],
            side=body.side.value,
        )
        await self.add(client)
        return Registered(client, secret)

    async def add(self, client: Client) -> None:
        """Add a client whose fields are set; raises UnusableClient for keys that are not ES256 public keys."""
        for index, jwk in enumerate(client.public_keys):
            try:
                PublicKey.from_jwk(jwk)
            except ValueError as error:
                raise _unusable(f"#/publicKeys/{index}", str(error)) from error
        self._repository.add(client)
        await self._session.flush()
        after = {"kind": client.kind, "scopes": client.scopes, "roles": client.roles}
        await record(self._session, "client.registered", "client", client.id, after=after)
        await publish(self._session, ClientRegistered(client_id=client.id))

    async def change(self, row_id: UUID, expected_version: int, body: ClientUpdate) -> Client:
        """Rename, disable or enable. A disabled client's tokens are refused within a minute."""
        client = await self._repository.get_locked(row_id)
        check_version(expected_version, client.version)
        before = client.state
        client.name = body.name or client.name
        client.state = body.state or client.state
        client.touch()
        after = {"state": client.state}
        await record(self._session, "client.changed", "client", client.id, before={"state": before}, after=after)
        if before == "active" and client.state == "disabled":
            await publish(self._session, ClientDisabled(client_id=client.id))
            await cut_off(self._session, client.id)
        return client

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


def _unusable(pointer: str, detail: str) -> UnusableClient:
    return UnusableClient(errors=[FieldError(pointer=pointer, detail=detail, code="unusable")])


async def use_assertion_once(session: AsyncSession, digest: bytes, expires_at: datetime) -> bool:
    """Mark an assertion of the session's tenant as used; False when it was used before."""
    return await ClientRepository(session).use_assertion(digest, expires_at)


async def forget_assertions(session: AsyncSession) -> None:
    """Drop the session's tenant's used assertions that have expired: those are refused by their `exp`."""
    await ClientRepository(session).forget_assertions(clock.now() - timedelta(hours=1))
