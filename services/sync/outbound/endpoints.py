"""Files for a platform: templates, the packages made from them, and what became of each."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request
from fastapi.responses import StreamingResponse

from services.sync.outbound.auth import ExportsConfirm, ExportsRead, ExportsWrite
from services.sync.outbound.errors import ContentErased
from services.sync.outbound.models import OutboundDelivery, OutboundTemplate
from services.sync.outbound.schemas import (
    OutboundDeliveryCreate,
    OutboundDeliveryPublic,
    OutboundTemplateCreate,
    OutboundTemplatePatch,
    OutboundTemplatePublic,
    ReceiptCreate,
)
from services.sync.outbound.service import SEAL_INFO, DeliveryService, TemplateService
from services.sync.outbound.showing import show_delivery, show_template
from shared.auth import Principal
from shared.kit.files import FileStore
from shared.kit.journal import record
from shared.kit.sealing import Sealer
from shared.web import (
    IfMatch,
    Page,
    PageDep,
    SessionDep,
    check_version,
    new_router,
    runtime,
)
from shared.web.reply import Reply, ReplyDep
from shared.web.route import problem_responses
from shared.web.runtime import transaction_of

router = new_router("outbound")

TemplateId = Annotated[UUID, Path(alias="outboundTemplateId")]
DeliveryId = Annotated[UUID, Path(alias="outboundDeliveryId")]


def _templates(session: SessionDep, request: Request) -> TemplateService:
    return TemplateService(session, Sealer(runtime(request).settings.file_key_bytes(), SEAL_INFO))


def _deliveries(session: SessionDep) -> DeliveryService:
    return DeliveryService(session)


Templates = Annotated[TemplateService, Depends(_templates)]
Deliveries = Annotated[DeliveryService, Depends(_deliveries)]


def _started(reply: Reply, row: OutboundDelivery) -> None:
    if row.job_id is None:
        raise ValueError("nobody works on this package")
    reply.started("sync", row.job_id)


@router.post("/outbound-templates", status_code=201, summary="Declare a template", responses=problem_responses(409))
async def outbound_templates_create(
    body: OutboundTemplateCreate,
    caller: ExportsWrite,
    templates: Templates,
    reply: ReplyDep,
) -> OutboundTemplatePublic:
    """Say how the roster becomes the files that a platform imports, where they go and when.

    Nothing is sent anywhere before a second person of the customer has confirmed the address.
    """
    row = await templates.create(body, caller)
    reply.created(f"/sync/v1/outbound-templates/{row.id}", row.version)
    return show_template(row, templates.credentials(row), caller, reply)


@router.get("/outbound-templates", summary="List templates")
async def outbound_templates_list(
    caller: ExportsRead, templates: Templates, page: PageDep, reply: ReplyDep
) -> Page[OutboundTemplatePublic]:
    """The tenant's templates, the oldest first."""
    keys = page.keys(UUID)
    rows = await templates.list_after(keys[0] if keys else None, page.limit + 1)

    def show(row: OutboundTemplate) -> OutboundTemplatePublic:
        return show_template(row, templates.credentials(row), caller, reply)

    return reply.page(page, rows, show)


@router.get("/outbound-templates/{outboundTemplateId}", summary="Read a template")
async def outbound_templates_get(
    template_id: TemplateId,
    caller: ExportsRead,
    templates: Templates,
    reply: ReplyDep,
) -> OutboundTemplatePublic:
    """How files are made and where they go; which secrets are held, never the secrets."""
    row = await templates.get(template_id)
    reply.version(row.version)
    return show_template(row, templates.credentials(row), caller, reply)


@router.patch(
    "/outbound-templates/{outboundTemplateId}", summary="Change a template", responses=problem_responses(412, 428)
)
async def outbound_templates_patch(
    template_id: TemplateId,
    body: OutboundTemplatePatch,
    caller: ExportsWrite,
    version: IfMatch,
    templates: Templates,
    reply: ReplyDep,
) -> OutboundTemplatePublic:
    """Change what is made or where it goes; `isActive: false` retires the template and keeps its log.

    Another address, account or secret waits until a second person of the customer confirms it; so do national numbers
    and protected persons (by alias) where the platform was not told them before.
    """
    row = await templates.patch(template_id, version, body, caller)
    reply.version(row.version)
    return show_template(row, templates.credentials(row), caller, reply)


@router.post(
    "/outbound-templates/{outboundTemplateId}/confirmations",
    status_code=200,
    summary="Confirm where packages go",
    responses=problem_responses(412, 428),
)
async def outbound_confirmations_create(
    template_id: TemplateId,
    caller: ExportsConfirm,
    version: IfMatch,
    templates: Templates,
    reply: ReplyDep,
) -> OutboundTemplatePublic:
    """Vouch for the address and account as this version shows them; by another person than who said them."""
    row = await templates.confirm(template_id, version, caller)
    reply.version(row.version)
    return show_template(row, templates.credentials(row), caller, reply)


@router.post(
    "/outbound-deliveries", status_code=202, summary="Produce a package", responses=problem_responses(404, 409)
)
async def outbound_deliveries_create(
    body: OutboundDeliveryCreate,
    caller: ExportsWrite,
    deliveries: Deliveries,
    reply: ReplyDep,
) -> OutboundDeliveryPublic:
    """Make a package from the roster as it is now. Rows that the platform would not take are findings."""
    row = await deliveries.ask(body.template_id, body.mode, caller.subject)
    _started(reply, row)
    return show_delivery(row, caller, reply)


@router.get("/outbound-deliveries", summary="List packages")
async def outbound_deliveries_list(
    caller: ExportsRead,
    deliveries: Deliveries,
    page: PageDep,
    reply: ReplyDep,
    template_id: Annotated[UUID | None, Query(alias="templateId", description="Only of this template")] = None,
) -> Page[OutboundDeliveryPublic]:
    """The delivery log, the newest first."""
    keys = page.keys(UUID)
    rows = await deliveries.list_before(template_id, keys[0] if keys else None, page.limit + 1)
    return reply.page(page, rows, lambda row: show_delivery(row, caller, reply))


@router.get("/outbound-deliveries/{outboundDeliveryId}", summary="Read a package")
async def outbound_deliveries_get(
    delivery_id: DeliveryId,
    caller: ExportsRead,
    deliveries: Deliveries,
    reply: ReplyDep,
) -> OutboundDeliveryPublic:
    """What it holds, what was wrong, every attempt to send it, and what the platform said."""
    row = await deliveries.get(delivery_id)
    reply.version(row.version)
    return show_delivery(row, caller, reply)


@router.get(
    "/outbound-deliveries/{outboundDeliveryId}/content",
    summary="Fetch the content of a package",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        **problem_responses(409),
    },
)
async def outbound_deliveries_get_content(
    delivery_id: DeliveryId, caller: ExportsWrite, request: Request
) -> StreamingResponse:
    """The package itself. Every fetch is written to the journal: it makes a copy of personal data."""
    async with transaction_of(request, caller) as session:
        row = await DeliveryService(session).get(delivery_id)
        if row.file_id is None:
            raise ContentErased()
        await record(session, "outbound_delivery.fetch", "outbound_delivery", row.id)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{row.file_name}"'}
    return StreamingResponse(
        _content(request, caller, row.file_id), media_type="application/octet-stream", headers=headers
    )


async def _content(request: Request, caller: Principal, file_id: UUID) -> AsyncIterator[bytes]:
    store: FileStore = runtime(request).resources[FileStore]
    async with transaction_of(request, caller) as session:
        async for piece in store.read(session, file_id):
            yield piece


@router.delete(
    "/outbound-deliveries/{outboundDeliveryId}/content",
    summary="Erase the content of a package",
    responses=problem_responses(409, 412, 428),
)
async def outbound_deliveries_delete_content(
    delivery_id: DeliveryId,
    caller: ExportsWrite,
    version: IfMatch,
    deliveries: Deliveries,
    request: Request,
    reply: ReplyDep,
) -> OutboundDeliveryPublic:
    """Forget the content; the record of it stays."""
    check_version(version, (await deliveries.get(delivery_id, lock=True)).version)
    row = await deliveries.erase(delivery_id, runtime(request).resources[FileStore])
    return show_delivery(row, caller, reply)


@router.post(
    "/outbound-deliveries/{outboundDeliveryId}/sendings",
    status_code=202,
    summary="Send a package",
    responses=problem_responses(409),
)
async def outbound_sendings_create(
    delivery_id: DeliveryId,
    caller: ExportsWrite,
    deliveries: Deliveries,
    reply: ReplyDep,
) -> OutboundDeliveryPublic:
    """Send what was produced, or what failed, to the template's destination; tried for some six hours."""
    row = await deliveries.send(delivery_id, caller.subject)
    _started(reply, row)
    return show_delivery(row, caller, reply)


@router.post(
    "/outbound-deliveries/{outboundDeliveryId}/receipts",
    status_code=201,
    summary="Record the platform's answer",
    responses=problem_responses(409),
)
async def outbound_receipts_create(
    delivery_id: DeliveryId,
    body: ReceiptCreate,
    caller: ExportsWrite,
    deliveries: Deliveries,
    reply: ReplyDep,
) -> OutboundDeliveryPublic:
    """Say whether the platform took the package; the next delta starts from the newest one that it did not reject."""
    row = await deliveries.receive(delivery_id, body)
    reply.created(f"/sync/v1/outbound-deliveries/{row.id}", row.version)
    return show_delivery(row, caller, reply)
