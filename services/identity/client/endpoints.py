"""A tenant's clients over HTTP. The platform's own clients are not managed here."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.identity.client.auth import ClientsRead, ClientsWrite, refusal_to_write
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
from shared.auth import Principal, RoleGrant
from shared.kit import clock
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("clients")

ClientId = Annotated[UUID, Path(alias="clientId", description="Id of the client (`id`, not `clientId` of its tokens)")]


@router.get("/clients")
async def clients_list(
    caller: ClientsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[ClientPublic]:
    """The clients of the caller's tenant."""
    after = page.keys(UUID)
    rows = await ClientService(session).list(page.limit + 1, after[0] if after else None)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, caller, request, lang))


@router.post("/clients", status_code=201)
async def clients_create(
    body: ClientCreate,
    caller: ClientsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> ClientCreated:
    """Register a script or an app. The answer shows its secret, once."""
    registered = await ClientService(session).register(body)
    created(response, request, f"/identity/v1/clients/{registered.client.id}")
    etag(response, registered.client.version)
    response.headers["Cache-Control"] = "no-store"
    shown = _show(registered.client, caller, request, lang)
    return ClientCreated(**shown.model_dump(), client_secret=registered.secret)


@router.get("/clients/{clientId}")
async def clients_get(
    client_id: ClientId,
    caller: ClientsRead,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> ClientPublic:
    """One client."""
    client = await ClientService(session).get(client_id)
    etag(response, client.version)
    return _show(client, caller, request, lang)


@router.patch("/clients/{clientId}")
async def clients_patch(
    client_id: ClientId,
    body: ClientUpdate,
    version: IfMatch,
    caller: ClientsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> ClientPublic:
    """Change, disable or enable a client."""
    client = await ClientService(session).change(client_id, version, body)
    etag(response, client.version)
    return _show(client, caller, request, lang)


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
    response: Response,
) -> SecretRotated:
    """Give the client a new secret, beside which the former one stays good for a while."""
    overlap = timedelta(minutes=body.overlap_minutes)
    client, secret = await ClientService(session).rotate_secret(client_id, version, overlap)
    etag(response, client.version)
    response.headers["Cache-Control"] = "no-store"
    return SecretRotated(client_secret=secret, former_secret_until=client.former_secret_until or clock.now())


def _show(client: Client, caller: Principal, request: Request, lang: Lang) -> ClientPublic:
    grants = [RoleGrant.parse(role) for role in client.roles]
    path = f"/identity/v1/clients/{client.id}"
    computed = {
        "roles": [ClientRole(role=grant.role, unit_id=grant.unit) for grant in grants],
        "allowed_actions": [
            allowed_action(request, lang, "change", "PATCH", path, refused=refusal_to_write(caller)),
            allowed_action(request, lang, "delete", "DELETE", path, refused=refusal_to_write(caller)),
        ],
    }
    return ClientPublic.model_validate(client.model_dump() | computed)
