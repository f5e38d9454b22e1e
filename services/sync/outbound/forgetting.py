"""A person's identity became protected, or was erased: no package that may hold the name is kept or sent."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.outbound.models import OutboundDelivery
from services.sync.outbound.repository import OutboundRepository
from services.sync.outbound.service import DeliveryService
from shared.contracts.sync_outbound import OutboundFailed
from shared.kit import clock
from shared.kit.files import forget_file
from shared.kit.journal import record
from shared.queue import publish


async def forget_packages(session: AsyncSession, _: Sequence[UUID]) -> None:
    """Erase the content of every package: which of them hold the person cannot be told without opening them.

    What was about to be sent is made anew, without the person; what the platform has, the next delta takes back.
    """
    rows = OutboundRepository(session)
    for delivery in await rows.with_content():
        if delivery.file_id is not None:
            await forget_file(session, delivery.file_id)
        delivery.file_id = None
        if delivery.state == "sending":
            await _recall(session, delivery)
        delivery.touch()
        await record(session, "outbound_delivery.recall", "outbound_delivery", delivery.id)


async def _recall(session: AsyncSession, delivery: OutboundDelivery) -> None:
    delivery.state = "failed"
    attempt = {"at": clock.now().isoformat(), "outcome": "recalled", "status": None}
    delivery.attempts = [*delivery.attempts, attempt]
    await session.flush()
    await publish(session, OutboundFailed(delivery_id=delivery.id, template_id=delivery.template_id, reason="recalled"))
    template = await OutboundRepository(session).template(delivery.template_id)
    if template.is_active and template.auto_send:
        await DeliveryService(session).ask(template.id, "delta" if delivery.mode == "delta" else "total", None)
