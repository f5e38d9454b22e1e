"""The platform's own apps: public clients that people of every tenant log in with, registered by the operator."""

import re
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.client.models import Client
from services.identity.client.service import ClientService
from services.identity.protocol.parameters import DEVICE_CODE
from services.identity.tenant.service import acting_in
from shared.auth import Scope
from shared.kit.kit_tables import NO_TENANT

_CLIENT_ID = re.compile(r"[a-z][a-z0-9-]{1,60}", re.ASCII)
# A code must not travel in the clear, except within the person's own machine (RFC 8252 section 7.3).
_ADDRESS = re.compile(r"(https://[^\s#/?]+|http://(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?)(/[^\s#]*)?", re.ASCII)


async def register_app(session: AsyncSession, client_id: str, redirect_uris: Sequence[str]) -> None:
    """Register an app, or replace its addresses; ValueError for an id or an address that cannot be.

    Without an address people log in by a code that the app shows (RFC 8628): a terminal has nothing else.
    """
    if not _CLIENT_ID.fullmatch(client_id) or client_id.startswith("service-"):
        raise ValueError(f"{client_id} is not an app's id: small letters, digits and hyphens, not service-")
    if wrong := [address for address in redirect_uris if not _ADDRESS.fullmatch(address)]:
        raise ValueError(f"redirect addresses are https or on this machine, without a fragment: {', '.join(wrong)}")
    async with acting_in(session, NO_TENANT):
        clients = ClientService(session)
        client = await clients.find_by_client_id(client_id)
        if client is None:
            client = Client(tenant_id=NO_TENANT, client_id=client_id, name=client_id, kind="public")
            await clients.add(client)
        client.redirect_uris, client.post_logout_redirect_uris = list(redirect_uris), list(redirect_uris)
        client.grant_types = [] if redirect_uris else [DEVICE_CODE]
        client.scopes = [scope.value for scope in Scope]
        client.touch()
