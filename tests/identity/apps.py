"""Apps of the test's making, in the running world."""

from typing import Any

from services.identity.client.models import Client
from shared.kit.kit_tables import NO_TENANT
from tests.identity.world import SCOPE, World


async def register_app(world: World, client_id: str, kind: str = "public", **fields: Any) -> str:
    """An app of the platform for people, once; with the demo app's address unless `fields` say another."""
    known = {"redirect_uris": [world.redirect_uri], "scopes": [*SCOPE.split(), "offline_access", "projects:read"]}
    client = Client(tenant_id=NO_TENANT, client_id=client_id, name=f"App {client_id}", kind=kind, **(known | fields))
    async with world.database.transaction(NO_TENANT) as session:
        session.add(client)
    return client_id
