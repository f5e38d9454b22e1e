"""The clients of our own services: registered by the operator, each with the public half of its key."""

from collections.abc import Mapping
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.client.models import Client
from services.identity.client.service import ClientService
from services.identity.tenant.service import acting_in
from shared.auth import Scope
from shared.auth.jws import public_jwk_of_pem
from shared.auth.principal import service_audience
from shared.auth.service_tokens import service_client_id
from shared.kit.kit_tables import NO_TENANT

SERVICES = ("identity", "projects", "sync", "training", "webhooks")
# What each may do at the internal routes of the others. sync owns persons, so it asks for exports and erasures.
_FOLLOW = (Scope.events_read, Scope.changes_read)
_SCOPES = {"sync": (*_FOLLOW, Scope.persons_read, Scope.persons_write)}


def read_service_keys(folder: Path) -> dict[str, dict[str, str]]:
    """The public JWK of each service from `<service>.pem` in `folder`, a public or private key."""
    found = {name: folder / f"{name}.pem" for name in SERVICES}
    return {name: public_jwk_of_pem(path.read_bytes()) for name, path in found.items() if path.is_file()}


async def register_service_clients(session: AsyncSession, keys: Mapping[str, dict[str, str]]) -> None:
    """Register each service, or replace its key; ValueError for a name that is none of our services."""
    for name in keys:
        if name not in SERVICES:
            raise ValueError(f"{name} is not one of our services")
    async with acting_in(session, NO_TENANT):
        for name, jwk in keys.items():
            await _register(session, name, jwk)


async def _register(session: AsyncSession, name: str, jwk: dict[str, str]) -> None:
    clients = ClientService(session)
    scopes = [scope.value for scope in _SCOPES.get(name, _FOLLOW)]
    audiences = [service_audience(callee) for callee in SERVICES]
    client = await clients.find_by_client_id(service_client_id(name))
    if client is None:
        await clients.add(
            Client(
                tenant_id=NO_TENANT,
                client_id=service_client_id(name),
                name=f"Startklar {name}",
                kind="service",
                public_keys=[jwk],
                scopes=scopes,
                audiences=audiences,
            )
        )
    elif (client.public_keys, client.scopes, client.audiences) != ([jwk], scopes, audiences):
        client.public_keys, client.scopes, client.audiences = [jwk], scopes, audiences
        client.touch()
