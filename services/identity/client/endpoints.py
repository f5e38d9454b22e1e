"""A tenant's clients over HTTP. The platform's own clients are not managed here."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.identity.client.auth import ClientsRead, ClientsWrite, refusal_to_write
from services.identity.client.errors import NO_SECRET
from services.identity.client.models import Client
from services.identity.client.schemas import (
    ClientCreate,
    ClientCreated,
    ClientPublic,
    ClientRole,
    ClientUpdate,
    SecretRotated,
    SecretRotation,
)
from services.identity.client.service import ClientService
from services.identity.membership.side import refusal_to_side
from shared.auth import Principal, RoleGrant
from shared.kit import clock
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router
from shared.web.reply import Reply, ReplyDep

router = new_router("clients")

ClientId = Annotated[UUID, Path(alias="clientId", description="Id of the client (`id`, not `clientId` of its tokens)")]


@router.get("/clients")
async def clients_list(caller: ClientsRead, session: SessionDep, page: PageDep, reply: ReplyDep) -> Page[ClientPublic]:
    """The clients of the caller's tenant."""
    after = page.keys(UUID)
    rows = await ClientService(session).list(page.limit + 1, after[0] if after else None)
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.post("/clients", status_code=201)
async def clients_create(
    body: ClientCreate, caller: ClientsWrite, session: SessionDep, reply: ReplyDep
) -> ClientCreated:
    """Register a script or an app. The answer shows its secret, once."""
    registered = await ClientService(session).register(body, caller)
    reply.created(f"/identity/v1/clients/{registered.client.id}", registered.client.version)
    reply.keep_secret()
    shown = _show(registered.client, caller, reply)
    return ClientCreated(**shown.model_dump(), client_secret=registered.secret)


@router.get("/clients/{clientId}")
async def clients_get(client_id: ClientId, caller: ClientsRead, session: SessionDep, reply: ReplyDep) -> ClientPublic:
    """One client."""
    client = await ClientService(session).get(client_id)
    reply.version(client.version)
    return _show(client, caller, reply)


@router.patch("/clients/{clientId}")
async def clients_patch(
    client_id: ClientId,
    body: ClientUpdate,
    version: IfMatch,
    caller: ClientsWrite,
    session: SessionDep,
    reply: ReplyDep,
) -> ClientPublic:
    """Change, disable or enable a client."""
    client = await ClientService(session).change(client_id, version, body, caller)
    reply.version(client.version)
    return _show(client, caller, reply)


@router.delete("/clients/{clientId}", status_code=204)
async def clients_delete(client_id: ClientId, version: IfMatch, caller: ClientsWrite, session: SessionDep) -> None:
    """Delete a client. It ends as a disabled one does."""
    await ClientService(session).remove(client_id, version)


@router.post("/clients/{clientId}/secret-rotations", status_code=200)
async def client_secrets_rotate(
    client_id: ClientId,
    body: SecretRotation,
    caller: ClientsWrite,
    version: IfMatch,
    session: SessionDep,
    reply: ReplyDep,
) -> SecretRotated:
    """Give the client a new secret, beside which the former one stays good for a while."""
    overlap = timedelta(minutes=body.overlap_minutes)
    client, secret = await ClientService(session).rotate_secret(client_id, version, overlap, caller)
    reply.version(client.version)
    reply.keep_secret()
    return SecretRotated(client_secret=secret, former_secret_until=client.former_secret_until or clock.now())


def _show(client: Client, caller: Principal, reply: Reply) -> ClientPublic:
    grants = [RoleGrant.parse(role) for role in client.roles]
    path, refused = f"/identity/v1/clients/{client.id}", refusal_to_write(caller)
    foreign = refused or refusal_to_side(caller, client.side)
    without = NO_SECRET if client.secret_hash is None else None
    computed = {
        "roles": [ClientRole(role=grant.role, unit_id=grant.unit) for grant in grants],
        "allowed_actions": [
            reply.action("change", "PATCH", path, refused=foreign),
            reply.action("rotate", "POST", f"{path}/secret-rotations", refused=foreign or without),
            reply.action("delete", "DELETE", path, refused=refused),
        ],
    }
    return ClientPublic.model_validate(client.model_dump() | computed)
