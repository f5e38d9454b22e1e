"""The worker's part: produce what is due, produce a package, send it, try again."""

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.outbound.errors import DeliveryUnderWay
from services.sync.outbound.making import PackageMaker, RosterMoved, note_made
from services.sync.outbound.models import UNDER_WAY, OutboundDelivery
from services.sync.outbound.producing import Mode
from services.sync.outbound.sending import Outcome, Parcel, send
from services.sync.outbound.service import (
    DUE_JOB,
    PRODUCE_JOB,
    SEAL_INFO,
    SEND_JOB,
    DeliveryService,
    TemplateService,
    destination_of,
    goes_by_itself,
    is_recalled,
    schedule_next,
    start_sending,
    template_of,
)
from services.sync.settings import Settings
from shared.contracts.sync_outbound import OutboundFailed, OutboundSent
from shared.kit import clock
from shared.kit.files import FileStore, spooled
from shared.kit.problems import Problem
from shared.kit.sealing import Sealer
from shared.queue import JobContext, JobHandler, publish, start_job
from shared.queue.jobs import MAX_ATTEMPTS
from shared.queue.leases import LeaseLost

# Six hours in all: a platform's night closes before then, and the next day's package is better than a late one.
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 280))


def handlers(settings: Settings) -> dict[str, JobHandler]:
    """The job handlers of what leaves."""
    tasks = OutboundTasks(settings)
    return {DUE_JOB: tasks.due, PRODUCE_JOB: _ended(tasks.produce), SEND_JOB: _ended(tasks.send)}


def _ended(handler: JobHandler) -> JobHandler:
    """Let the delivery say that it has failed once its job is not tried again."""

    async def run(ctx: JobContext) -> dict[str, Any] | None:
        try:
            return await handler(ctx)
        except Exception as error:
            if not isinstance(error, LeaseLost) and (isinstance(error, Problem) or ctx.attempt >= MAX_ATTEMPTS):
                async with ctx.transaction() as session:
                    deliveries = DeliveryService(session)
                    row = await deliveries.get(UUID(ctx.params["deliveryId"]), lock=True)
                    if row.state in UNDER_WAY:
                        await deliveries.give_up(row, error.slug if isinstance(error, Problem) else "fault")
            raise

    return run


class OutboundTasks:
    """Job handlers with what they need of the process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = FileStore(settings.file_key_bytes())
        self._sealer = Sealer(settings.file_key_bytes(), SEAL_INFO)

    async def due(self, ctx: JobContext) -> dict[str, Any]:
        """A template's time has come: produce, and ask for the next time. Nothing where the schedule was changed."""
        async with ctx.transaction() as session:
            template = await TemplateService(session, self._sealer).get(UUID(ctx.params["templateId"]), lock=True)
            if template.next_at is None or template.next_at > clock.now() or not template.is_active:
                return {"outcome": "not_due"}
            await schedule_next(session, template)
            try:
                mode: Mode = "delta" if template.scheduled_mode == "delta" else "total"
                delivery = await DeliveryService(session).ask(template.id, mode, None)
            except DeliveryUnderWay:
                return {"outcome": "under_way"}
        return {"outcome": "asked", "deliveryId": str(delivery.id)}

    async def produce(self, ctx: JobContext) -> dict[str, Any]:
        """Make the package of a delivery, of one state of the roster: held still where it moved the first time."""
        try:
            return await self._produce(ctx, still=False)
        except RosterMoved:
            return await self._produce(ctx, still=True)

    async def _produce(self, ctx: JobContext, *, still: bool) -> dict[str, Any]:
        async with ctx.transaction() as session:
            deliveries = DeliveryService(session)
            row = await deliveries.get(UUID(ctx.params["deliveryId"]))
            if row.state != "queued":
                return {"state": row.state}
            template = await deliveries.template(row)
            made = await PackageMaker(session, self._store, self._settings).make(
                row, template_of(template), still=still
            )
            note_made(row, template.key, made)
            if row.findings:
                await deliveries.hide_protected()
            if row.state == "ready" and template.auto_send and goes_by_itself(template):
                if made.production.is_empty:
                    await self._nothing_to_send(row)
                else:
                    await start_sending(session, row, None)
        return {"deliveryId": str(row.id), "state": row.state}

    async def _nothing_to_send(self, row: OutboundDelivery) -> None:
        """An empty delta is as good as delivered: the platform has what it would say."""
        row.state, row.sent_at = "sent", clock.now()
        row.attempts = [_attempt(Outcome("nothing_changed"))]

    async def send(self, ctx: JobContext) -> dict[str, Any]:
        """One attempt; a later one is asked for where that may help."""
        delivery_id = UUID(ctx.params["deliveryId"])
        async with AsyncExitStack() as held:
            # The content is taken in first: a slow platform must not hold a connection to the database.
            async with ctx.transaction() as session:
                deliveries = DeliveryService(session)
                row = await deliveries.get(delivery_id)
                if row.state != "sending" or row.file_id is None:
                    if is_recalled(row):
                        await deliveries.ask_anew(row)
                    return {"state": row.state}
                template = await deliveries.template(row)
                if not template.is_confirmed:
                    await deliveries.give_up(await deliveries.get(delivery_id, lock=True), "address_unconfirmed")
                    return {"state": row.state}
                credentials = TemplateService(session, self._sealer).credentials(template)
                content = self._store.read(session, row.file_id)
                spool = await held.enter_async_context(spooled(content, self._settings.max_upload_bytes))
                media = "application/zip" if str(row.file_name).endswith(".zip") else "text/csv"
                parcel = Parcel(str(row.id), str(row.file_name), media, str(row.sha256), spool.pieces())
            destination = destination_of(template)
            outcome = await send(destination, credentials, parcel, self._settings)
        async with ctx.transaction() as session:
            return await self._conclude(session, delivery_id, outcome)

    async def _conclude(self, session: AsyncSession, delivery_id: UUID, outcome: Outcome) -> dict[str, Any]:
        row = await DeliveryService(session).get(delivery_id, lock=True)
        is_taken_back = is_recalled(row)
        if row.state == "failed" and outcome.is_sent:
            # Recalled while it was on its way: the platform has it, so the next delta starts from it and takes back.
            row.state, row.sent_at = "sent", clock.now()
            row.attempts = [*row.attempts, _attempt(outcome)]
            row.touch()
        if is_taken_back:
            await DeliveryService(session).ask_anew(row)
        if row.state != "sending":
            return {"state": row.state}
        row.attempts = [*row.attempts, _attempt(outcome)]
        tries = len(row.attempts)
        if outcome.is_sent:
            row.state, row.sent_at = "sent", clock.now()
            rows = sum(int(count["written"]) for count in row.counts)
            await publish(session, OutboundSent(delivery_id=row.id, template_id=row.template_id, rows=rows))
        elif outcome.is_final or tries > len(RETRIES):
            row.state = "failed"
            reason = outcome.reason
            await publish(session, OutboundFailed(delivery_id=row.id, template_id=row.template_id, reason=reason))
        else:
            row.job_id = await start_job(session, SEND_JOB, {"deliveryId": row.id}, after=RETRIES[tries - 1])
        row.touch()
        return {"state": row.state, "outcome": outcome.reason}


def _attempt(outcome: Outcome) -> dict[str, Any]:
    return {"at": clock.now().isoformat(), "outcome": outcome.reason, "status": outcome.status}
