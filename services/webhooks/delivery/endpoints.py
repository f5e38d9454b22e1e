"""The delivery log, manual redelivery, and the test of an endpoint."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.webhooks.delivery.auth import DeliveriesRead, DeliveriesWrite, EndpointsTest
from services.webhooks.delivery.models import Delivery
from services.webhooks.delivery.schemas import AttemptPublic, DeliveryDetail, DeliveryPublic, DeliveryState
from services.webhooks.delivery.service import DeliveryService
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.kit.text import Lang, Text
from shared.web import AllowedAction, LangDep, Page, PageDep, SessionDep, created, make_page, new_router

router = new_router("deliveries")

_STILL_TRYING = Text(
    sv="Leveransen försöks fortfarande", en="The delivery is still being tried", da="Leverancen forsøges stadig"
)


async def _service(session: SessionDep) -> DeliveryService:
    return DeliveryService(session)


Deliveries = Annotated[DeliveryService, Depends(_service)]
DeliveryId = Annotated[UUID, Path(alias="deliveryId")]
EndpointId = Annotated[UUID, Path(alias="endpointId")]
OfEndpoint = Annotated[UUID | None, Query(alias="endpointId", description="Only those to this endpoint")]
InState = Annotated[DeliveryState | None, Query(description="Only those in this state")]


@router.get("/deliveries", name="deliveries_list", summary="List deliveries")
async def deliveries_list(
    request: Request,
    _: DeliveriesRead,
    deliveries: Deliveries,
    page: PageDep,
    endpoint_id: OfEndpoint = None,
    state: InState = None,
) -> Page[DeliveryPublic]:
    """What was sent or is about to be, the newest first; kept for 30 days after it ended."""
    keys = page.keys(UUID)
    rows = await deliveries.list(endpoint_id, state, keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=_public)


@router.get("/deliveries/{deliveryId}", name="deliveries_get", summary="Read a delivery with its attempts")
async def deliveries_get(
    delivery_id: DeliveryId, caller: DeliveriesRead, deliveries: Deliveries, lang: LangDep
) -> DeliveryDetail:
    """One delivery with every attempt: when, how long, what was answered."""
    delivery = await deliveries.get(delivery_id)
    log = [AttemptPublic.model_validate(attempt) for attempt in await deliveries.attempts(delivery_id)]
    actions = _actions(delivery, lang) if _may_write(caller) else []
    return DeliveryDetail(**_public(delivery).model_dump(), attempt_log=log, allowed_actions=actions)


@router.post(
    "/deliveries/{deliveryId}/redeliveries",
    name="delivery_redeliveries_create",
    status_code=202,
    summary="Send a delivery again",
)
async def delivery_redeliveries_create(
    delivery_id: DeliveryId, _: DeliveriesWrite, deliveries: Deliveries, request: Request, response: Response
) -> DeliveryPublic:
    """Start the retry schedule anew for a delivery that has ended, with the same `webhook-id` and body."""
    delivery = await deliveries.redeliver(delivery_id)
    created(response, request, f"/webhooks/v1/deliveries/{delivery.id}", status=202)
    return _public(delivery)


@router.post(
    "/endpoints/{endpointId}/test-deliveries",
    name="endpoint_test_deliveries_create",
    status_code=202,
    summary="Send a test event",
)
async def endpoint_test_deliveries_create(
    endpoint_id: EndpointId, _: EndpointsTest, deliveries: Deliveries, request: Request, response: Response
) -> DeliveryPublic:
    """Send `webhooks.endpoint.tested.v1` to this endpoint alone; the delivery at Location tells how it went."""
    delivery = await deliveries.test(endpoint_id)
    created(response, request, f"/webhooks/v1/deliveries/{delivery.id}", status=202)
    return _public(delivery)


def _public(delivery: Delivery) -> DeliveryPublic:
    return DeliveryPublic(
        id=delivery.id,
        endpoint_id=delivery.endpoint_id,
        event_id=delivery.event_id,
        state=delivery.state,
        attempts=delivery.attempts,
        next_attempt_at=delivery.due_at if delivery.state == "pending" else None,
        created_at=delivery.created_at,
        finished_at=delivery.finished_at,
    )


def _may_write(caller: Principal) -> bool:
    return caller.holds_everywhere(Role.tenant_admin)


def _actions(delivery: Delivery, lang: Lang) -> list[AllowedAction]:
    has_ended = delivery.state != "pending"
    return [
        AllowedAction(
            action="redeliver",
            method="POST",
            href=f"/webhooks/v1/deliveries/{delivery.id}/redeliveries",
            allowed=has_ended,
            reason=None if has_ended else _STILL_TRYING.pick(lang),
        )
    ]
