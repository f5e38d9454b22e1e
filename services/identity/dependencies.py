"""What identity's routes need beside the session: its long-lived resources, from the runtime."""

from contextlib import AsyncExitStack
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from sqlalchemy import text

from services.identity.client.authentication import ClientAuthenticator
from services.identity.client.directory import ClientDirectory
from services.identity.client.key_set import ClientKeySets
from services.identity.key.ring import KeyRing
from services.identity.provider.directory import ProviderDirectory
from services.identity.secret.sealing import Sealer
from services.identity.settings import Settings
from services.identity.tenantkey.ring import TenantKeyRing
from services.identity.upstream.client import Upstream
from shared.auth.cutoffs import AccessCutoffs
from shared.kit.db import Database
from shared.kit.egress import EgressClient
from shared.web.runtime import Runtime, runtime


async def use_identity(held: Runtime, _: AsyncExitStack) -> None:
    """Start-up step: the sealer, the ring of signing keys and the client that calls identity providers."""
    settings = _settings(held)
    sealer = Sealer(settings.file_key_bytes())
    ring = KeyRing(held.database, sealer, days=settings.key_days)
    tenant_ring = TenantKeyRing(held.database, sealer, urlsplit(settings.issuer).hostname or "startklar")
    egress = EgressClient(allow_private=settings.may_call_private_networks)
    directory = ClientDirectory(held.database, ClientKeySets(egress))
    held.resources[ClientAuthenticator] = ClientAuthenticator(directory, settings.issuer)
    held.resources[ProviderDirectory] = ProviderDirectory(held.database)
    held.resources.update({Sealer: sealer, KeyRing: ring, TenantKeyRing: tenant_ring, Upstream: Upstream(egress)})


async def refuse_demo_data(held: Runtime, _: AsyncExitStack) -> None:
    """Start-up step: production does not start on a database that holds demo clients or demo logins."""
    if held.settings.environment == "production":
        async with held.database.transaction(None) as session:
            holds_demo = (await session.execute(text("SELECT holds_demo_data()"))).scalar_one()
        if holds_demo:
            raise RuntimeError("the database holds demo clients or demo identity providers; production does not start")


def _settings(held: Runtime) -> Settings:
    settings = held.settings
    if not isinstance(settings, Settings):
        raise TypeError("identity needs its own settings")
    return settings


# Dependencies are coroutines, even where nothing is awaited: FastAPI sends each plain function to a thread.


def settings_of(request: Request) -> Settings:
    """The settings of the app that serves `request`."""
    return _settings(runtime(request))


async def _settings_of(request: Request) -> Settings:
    return settings_of(request)


async def _database(request: Request) -> Database:
    return runtime(request).database


async def _sealer(request: Request) -> Sealer:
    sealer: Sealer = runtime(request).resources[Sealer]
    return sealer


async def _ring(request: Request) -> KeyRing:
    ring: KeyRing = runtime(request).resources[KeyRing]
    return ring


async def _tenant_ring(request: Request) -> TenantKeyRing:
    ring: TenantKeyRing = runtime(request).resources[TenantKeyRing]
    return ring


async def _upstream(request: Request) -> Upstream:
    upstream: Upstream = runtime(request).resources[Upstream]
    return upstream


async def _clients(request: Request) -> ClientAuthenticator:
    clients: ClientAuthenticator = runtime(request).resources[ClientAuthenticator]
    return clients


async def _providers(request: Request) -> ProviderDirectory:
    providers: ProviderDirectory = runtime(request).resources[ProviderDirectory]
    return providers


async def _cutoffs(request: Request) -> AccessCutoffs:
    cutoffs: AccessCutoffs = runtime(request).resources[AccessCutoffs]
    return cutoffs


SettingsDep = Annotated[Settings, Depends(_settings_of)]
# For flows that call an identity provider: no transaction may wait for a stranger's answer, so they open their own.
DatabaseDep = Annotated[Database, Depends(_database)]
SealerDep = Annotated[Sealer, Depends(_sealer)]
KeyRingDep = Annotated[KeyRing, Depends(_ring)]
TenantKeyRingDep = Annotated[TenantKeyRing, Depends(_tenant_ring)]
UpstreamDep = Annotated[Upstream, Depends(_upstream)]
CutoffsDep = Annotated[AccessCutoffs, Depends(_cutoffs)]
ClientsDep = Annotated[ClientAuthenticator, Depends(_clients)]
ProvidersDep = Annotated[ProviderDirectory, Depends(_providers)]
