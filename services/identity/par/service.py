"""Keeps pushed authorization requests until the browser comes, once and within a minute (RFC 9126)."""

from collections.abc import Mapping
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.client.models import Client
from services.identity.client.naming import tenant_of_client
from services.identity.par.models import PushedRequest
from services.identity.par.repository import PushedRequestRepository
from services.identity.protocol.form import Parameters
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.handle import Handle

LIFETIME = timedelta(seconds=60)
_PREFIX = "urn:ietf:params:oauth:request_uri:"
# Credentials are for the push alone, and hints of who the person is are not for us to keep.
_NOT_KEPT = frozenset({"client_assertion", "client_assertion_type", "client_secret", "login_hint"})


class PushedRequests:
    """The pushed requests of all clients, each under the tenant of its client."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def push(self, client: Client, parameters: Mapping[str, str]) -> str:
        """Keep a request that has been checked; its `request_uri`."""
        handle, now = Handle.new(client.tenant_id), clock.now()
        async with self._database.transaction(handle.tenant) as session:
            PushedRequestRepository(session).add(
                PushedRequest(
                    tenant_id=handle.tenant,
                    handle_hash=handle.digest,
                    client_id=client.client_id,
                    parameters={name: value for name, value in parameters.items() if name not in _NOT_KEPT},
                    created_at=now,
                    expires_at=now + LIFETIME,
                )
            )
        return f"{_PREFIX}{handle.text}"

    async def take(self, client: Client, request_uri: str) -> Parameters | None:
        """The request that this client pushed, used up; None for any other address, and when it is too late."""
        handle = Handle.parse(request_uri.removeprefix(_PREFIX)) if request_uri.startswith(_PREFIX) else None
        if handle is None or handle.tenant != tenant_of_client(client.client_id):
            return None
        async with self._database.transaction(handle.tenant) as session:
            row = await PushedRequestRepository(session).use(handle.digest, client.client_id, clock.now())
        return Parameters(row.parameters) if row else None


async def prune_pushed(session: AsyncSession) -> None:
    """Drop the session's tenant's pushed requests whose time is over."""
    await PushedRequestRepository(session).delete_expired(clock.now() - timedelta(hours=1))
