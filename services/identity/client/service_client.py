"""The clients of our own services: registered by the operator, each with the public half of its key."""

from collections.abc import Mapping, Sequence
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


def read_service_keys(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The public JWKs of each service from `<service>.pem` in `folder`, and from `<service>.other.pem`: the next key
    before it is used, or the former one while some process still signs with it. Public or private keys.
    """
    found: dict[str, list[dict[str, str]]] = {}
    for name in SERVICES:
        files = [path for path in (folder / f"{name}.pem", folder / f"{name}.other.pem") if path.is_file()]
        if files:
            found[name] = [public_jwk_of_pem(path.read_bytes()) for path in files]
    return found


async def register_service_clients(session: AsyncSession, keys: Mapping[str, Sequence[dict[str, str]]]) -> None:
    """Register each service, or replace its keys; ValueError for a name that is none of our services."""
    for name in keys:
        if name not in SERVICES:
            raise ValueError(f"{name} is not one of our services")
    async with acting_in(session, NO_TENANT):
        for name, jwks in keys.items():
            await _register(session, name, list(jwks))


async def _register(session: AsyncSession, name: str, jwks: list[dict[str, str]]) -> None:
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
                public_keys=jwks,
                scopes=scopes,
                audiences=audiences,
            )
        )
    elif (client.public_keys, client.scopes, client.audiences) != (jwks, scopes, audiences):
        client.public_keys, client.scopes, client.audiences = jwks, scopes, audiences
        client.touch()
