"""Endpoints: create, read, change, rotate the secret, delete."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.webhooks.endpoint.auth import EndpointsRead, EndpointsWrite
from services.webhooks.endpoint.dependencies import Endpoints, secret_box, usable_url
from services.webhooks.endpoint.models import Endpoint
from services.webhooks.endpoint.schemas import (
    EndpointCreate,
    EndpointCreated,
    EndpointPatch,
    EndpointPublic,
    SecretRotate,
    SecretRotated,
)
from services.webhooks.endpoint.service import NewEndpoint
from services.webhooks.endpoint.texts import DISABLED
from services.webhooks.settings import Settings
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.kit.text import Lang
from shared.web import (
    AllowedAction,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    check_version,
    created,
    etag,
    make_page,
    new_router,
    runtime,
)

router = new_router("endpoints")

EndpointId = Annotated[UUID, Path(alias="endpointId")]


@router.post("/endpoints", name="endpoints_create", status_code=201, summary="Register an endpoint")
async def endpoints_create(
    body: EndpointCreate,
    caller: EndpointsWrite,
    endpoints: Endpoints,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EndpointCreated:
    """Start sending events to a URL. The answer holds the signing secret, this once.

    Deliveries follow Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp`, `webhook-signature` (v1,
    HMAC-SHA256 over `id.timestamp.body`). Answer with 2xx within 15 seconds; anything else is tried again after 5 s,
    5 min, 30 min, 2, 5, 10, 14, 20 and 24 h. A delivery may come twice: drop a `webhook-id` that you have seen.
    """
    settings = runtime(request).settings
    await usable_url(request, body.url)
    new = NewEndpoint(body.url, body.description, body.event_types, caller.subject)
    limit = settings.endpoints_per_tenant if isinstance(settings, Settings) else 0
    endpoint, secret = await endpoints.create(new, secret_box(request), limit)
    created(response, request, f"/webhooks/v1/endpoints/{endpoint.id}")
    etag(response, endpoint.version)
    response.headers["Cache-Control"] = "no-store"
    shown = _public(endpoint, caller, lang)
    return EndpointCreated(**shown.model_dump(), secret=secret)


@router.get("/endpoints", name="endpoints_list", summary="List endpoints")
async def endpoints_list(
    request: Request, caller: EndpointsRead, endpoints: Endpoints, page: PageDep, lang: LangDep
) -> Page[EndpointPublic]:
    """The tenant's endpoints in order of creation."""
    keys = page.keys(UUID)
    rows = await endpoints.page(keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=lambda row: _public(row, caller, lang))


@router.get("/endpoints/{endpointId}", name="endpoints_get", summary="Read an endpoint")
async def endpoints_get(
    endpoint_id: EndpointId, caller: EndpointsRead, endpoints: Endpoints, response: Response, lang: LangDep
) -> EndpointPublic:
    """One endpoint with its state; never its secrets."""
    endpoint = await endpoints.get(endpoint_id)
    etag(response, endpoint.version)
    return _public(endpoint, caller, lang)


@router.patch("/endpoints/{endpointId}", name="endpoints_patch", summary="Change an endpoint")
async def endpoints_patch(
    endpoint_id: EndpointId,
    body: EndpointPatch,
    caller: EndpointsWrite,
    endpoints: Endpoints,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EndpointPublic:
    """Change the URL, the description or the event types, or stop and start sending. Leave out what stays."""
    if body.url is not None:
        await usable_url(request, body.url)
    endpoint = await endpoints.get(endpoint_id, lock=True)
    check_version(version, endpoint.version)
    changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    endpoint = await endpoints.change(endpoint, changes)
    etag(response, endpoint.version)
    return _public(endpoint, caller, lang)


@router.delete("/endpoints/{endpointId}", name="endpoints_delete", status_code=204, summary="Delete an endpoint")
async def endpoints_delete(endpoint_id: EndpointId, _: EndpointsWrite, endpoints: Endpoints, version: IfMatch) -> None:
    """Remove the endpoint with its secrets and its delivery log; nothing more is sent there."""
    endpoint = await endpoints.get(endpoint_id, lock=True)
    check_version(version, endpoint.version)
    await endpoints.delete(endpoint)


@router.post(
    "/endpoints/{endpointId}/secret-rotations",
    name="endpoint_secret_rotations_create",
    status_code=201,
    summary="Rotate the signing secret",
)
async def endpoint_secret_rotations_create(
    endpoint_id: EndpointId,
    body: SecretRotate,
    _: EndpointsWrite,
    endpoints: Endpoints,
    request: Request,
    response: Response,
) -> SecretRotated:
    """Make a new secret, shown this once. The former one signs too for `overlapHours`: `webhook-signature` then holds
    two signatures, so that a receiver can change over without losing a delivery."""
    endpoint = await endpoints.get(endpoint_id, lock=True)
    secret, former_end = await endpoints.rotate(endpoint, secret_box(request), timedelta(hours=body.overlap_hours))
    response.headers["Cache-Control"] = "no-store"
    return SecretRotated(secret=secret, former_expires_at=former_end)


def _public(endpoint: Endpoint, caller: Principal, lang: Lang) -> EndpointPublic:
    shown = EndpointPublic.model_validate(endpoint)
    if caller.holds_everywhere(Role.tenant_admin):
        shown.allowed_actions = _actions(endpoint, lang)
    return shown


def _actions(endpoint: Endpoint, lang: Lang) -> list[AllowedAction]:
    href = f"/webhooks/v1/endpoints/{endpoint.id}"
    is_enabled = endpoint.state == "enabled"
    return [
        AllowedAction(action="change", method="PATCH", href=href, allowed=True),
        AllowedAction(action="delete", method="DELETE", href=href, allowed=True),
        AllowedAction(action="rotate_secret", method="POST", href=f"{href}/secret-rotations", allowed=True),
        AllowedAction(
            action="test",
            method="POST",
            href=f"{href}/test-deliveries",
            allowed=is_enabled,
            reason=None if is_enabled else DISABLED.pick(lang),
        ),
    ]
