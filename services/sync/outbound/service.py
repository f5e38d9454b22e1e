"""Templates, and the life of a delivery: asked for, produced, sent, answered."""

from collections.abc import Sequence
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.outbound.basing import Basis, basis
from services.sync.outbound.declared import Template
from services.sync.outbound.destination import DESTINATION, AnyDestination
from services.sync.outbound.errors import (
    ContentErased,
    DeliveryUnderWay,
    NoDelta,
    NotReady,
    SecretsWrong,
    TemplateKeyTaken,
    TemplateOff,
)
from services.sync.outbound.models import OutboundDelivery, OutboundTemplate
from services.sync.outbound.producing import Mode
from services.sync.outbound.repository import OutboundRepository
from services.sync.outbound.schemas import OutboundTemplateCreate, OutboundTemplatePatch, ReceiptCreate
from services.sync.source.connectors import Credentials
from services.sync.source.errors import AddressUnconfirmed
from services.sync.source.pointing import confirm, leads_elsewhere, point
from services.sync.source.schedule import FetchSchedule
from shared.auth import Principal
from shared.contracts.sync_outbound import OutboundFailed
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.files import FileStore, forget_files
from shared.kit.journal import record
from shared.kit.sealing import Sealer
from shared.queue import publish, start_job
from shared.queue.jobs import hasten_job
from shared.web.preconditions import check_version

SEAL_INFO = b"startklar.sync.outbound.seal.v1"
PRODUCE_JOB = "outbound-produce"
SEND_JOB = "outbound-send"
DUE_JOB = "outbound-due"
SENDABLE = ("ready", "failed")
ANSWERABLE = ("ready", "sent", "accepted", "rejected")


class TemplateService:
    """Templates of the session's tenant. Credentials are sealed before they are stored."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._rows = OutboundRepository(session)
        self._sealer = sealer

    async def create(self, body: OutboundTemplateCreate, by: Principal) -> OutboundTemplate:
        """Raises TemplateKeyTaken, NoDelta."""
        if await self._rows.has_key(body.key):
            raise TemplateKeyTaken()
        row = OutboundTemplate(
            tenant_id=tenant_of(self._session),
            key=body.key,
            name=body.name,
            template=body.declared().model_dump(mode="json", by_alias=True),
            destination=body.destination.model_dump(mode="json", by_alias=True),
            auto_send=body.auto_send,
            scheduled_mode=body.scheduled_mode,
        )
        self._seal(row, body.credentials)
        self._check_delta(row)
        if body.destination.kind != "download":
            point(row, by)
        self._rows.add(row)
        await self._schedule(row, body.schedule)
        await record(self._session, "outbound_template.create", "outbound_template", row.id, after={"key": row.key})
        return row

    async def get(self, template_id: UUID, *, lock: bool = False) -> OutboundTemplate:
        return await self._rows.template(template_id, lock=lock)

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[OutboundTemplate]:
        return await self._rows.templates_after(after, limit)

    async def patch(
        self, template_id: UUID, version: int, body: OutboundTemplatePatch, by: Principal
    ) -> OutboundTemplate:
        """Raises NotFound, StaleVersion, SecretsWrong, NoDelta."""
        row = await self._rows.template(template_id, lock=True)
        check_version(version, row.version)
        given, held = body.model_fields_set, self.credentials(row)
        is_led = _is_led_elsewhere(row, body)
        for name in given & {"name", "auto_send", "is_active", "scheduled_mode"}:
            setattr(row, name, getattr(body, name))
        if body.template is not None:
            row.template = body.template.model_dump(mode="json", by_alias=True)
        if body.destination is not None:
            # Secrets are meant for the place that they were given for.
            held = held if body.destination.place() == destination_of(row).place() else Credentials()
            row.destination = body.destination.model_dump(mode="json", by_alias=True)
        if "credentials" in given or body.destination is not None:
            self._seal(row, body.credentials if "credentials" in given else held)
        self._check_delta(row)
        if is_led:
            point(row, by)
        if given & {"schedule", "is_active"}:
            kept = FetchSchedule.model_validate(row.schedule) if row.schedule else None
            await self._schedule(row, body.schedule if "schedule" in given else kept)
        row.touch()
        await record(
            self._session,
            "outbound_template.change",
            "outbound_template",
            row.id,
            after={"changed": sorted(given), "isConfirmed": row.is_confirmed},
        )
        return row

    async def confirm(self, template_id: UUID, version: int, caller: Principal) -> OutboundTemplate:
        """Let packages go where it leads. Raises NotFound, StaleVersion, and as `pointing.confirm` does."""
        row = await self._rows.template(template_id, lock=True)
        check_version(version, row.version)
        confirm(row, caller)
        row.touch()
        after = {"destination": destination_of(row).kind}
        await record(self._session, "outbound_template.confirm", "outbound_template", row.id, after=after)
        return row

    def credentials(self, row: OutboundTemplate) -> Credentials:
        """The secrets in the clear."""
        if row.credentials is None:
            return Credentials()
        return Credentials.model_validate_json(self._sealer.open(row.credentials, _place(row)))

    def _seal(self, row: OutboundTemplate, credentials: Credentials | None) -> None:
        given = credentials.given() if credentials else frozenset()
        if wrong := destination_of(row).wrong_secrets(given):
            raise SecretsWrong(wrong)
        row.credentials = None
        if credentials is not None and given:
            plain = orjson.dumps({name: credentials.secret(name) for name in given})
            row.credentials = self._sealer.seal(plain, _place(row))

    def _check_delta(self, row: OutboundTemplate) -> None:
        if row.scheduled_mode == "delta" and template_of(row).delta is None:
            raise NoDelta()

    async def _schedule(self, row: OutboundTemplate, schedule: FetchSchedule | None) -> None:
        row.schedule = schedule.model_dump(mode="json", by_alias=True) if schedule else None
        await schedule_next(self._session, row)


async def schedule_next(session: AsyncSession, row: OutboundTemplate) -> None:
    """Ask for the next production by the template's schedule; a job of an earlier schedule finds that it is not due."""
    now = clock.now()
    active = row.schedule is not None and row.is_active
    row.next_at = FetchSchedule.model_validate(row.schedule).next_after(now) if active else None
    if row.next_at is not None:
        slot = f"{row.id}:{row.next_at.isoformat()}"
        await start_job(session, DUE_JOB, {"templateId": row.id}, after=row.next_at - now, slot=slot)


class DeliveryService:
    """Deliveries of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = OutboundRepository(session)

    async def ask(self, template_id: UUID, mode: Mode, asked_by: UUID | None) -> OutboundDelivery:
        """Ask the worker for a package. Raises NotFound, TemplateOff, NoDelta, DeliveryUnderWay."""
        template = await self._rows.template(template_id, lock=True)
        if not template.is_active:
            raise TemplateOff()
        if mode == "delta" and template_of(template).delta is None:
            raise NoDelta()
        recalled = await self._rows.newest(template_id)
        if recalled is not None and is_recalled(recalled) and await self._rows.is_worked_on(recalled.job_id):
            raise DeliveryUnderWay()
        return await self._ask(template, mode, asked_by)

    async def _ask(self, template: OutboundTemplate, mode: Mode, asked_by: UUID | None) -> OutboundDelivery:
        for earlier in await self._rows.under_way(template.id):
            if await self._rows.is_worked_on(earlier.job_id):
                raise DeliveryUnderWay()
            await self.give_up(earlier, "worker_lost")
        row = OutboundDelivery(
            tenant_id=tenant_of(self._session), template_id=template.id, mode=mode, asked_by=asked_by
        )
        self._rows.add(row)
        await self._session.flush()
        row.job_id = await start_job(self._session, PRODUCE_JOB, {"deliveryId": row.id}, created_by=asked_by)
        await record(self._session, "outbound_delivery.ask", "outbound_delivery", row.id, after={"mode": mode})
        return row

    async def get(self, delivery_id: UUID, *, lock: bool = False) -> OutboundDelivery:
        return await self._rows.delivery(delivery_id, lock=lock)

    async def list_before(
        self, template_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[OutboundDelivery]:
        return await self._rows.deliveries_before(template_id, before, limit)

    async def send(self, delivery_id: UUID, asked_by: UUID | None) -> OutboundDelivery:
        """Send a produced package, one that failed, or at once one that waits for its next try.

        Raises NotReady, ContentErased, AddressUnconfirmed.
        """
        row = await self._rows.delivery(delivery_id, lock=True)
        if waits_for_its_next_try(row) and row.job_id is not None and await hasten_job(self._session, row.job_id):
            return row
        template = await self._rows.template(row.template_id)
        if not template.is_confirmed:
            raise AddressUnconfirmed()
        if problem := problem_with_sending(row, destination_of(template)):
            raise problem
        await start_sending(self._session, row, asked_by)
        return row

    async def receive(self, delivery_id: UUID, body: ReceiptCreate) -> OutboundDelivery:
        """The platform has answered; a package that was fetched counts as sent by that. Raises NotReady."""
        row = await self._rows.delivery(delivery_id, lock=True)
        if row.state not in ANSWERABLE:
            raise NotReady(state=row.state)
        now = clock.now()
        row.receipt = {**body.model_dump(mode="json", by_alias=True), "at": now.isoformat()}
        row.state, row.sent_at = body.outcome, row.sent_at or now
        row.touch()
        after = {"outcome": body.outcome}
        await record(self._session, "outbound_delivery.receipt", "outbound_delivery", row.id, after=after)
        return row

    async def template(self, row: OutboundDelivery) -> OutboundTemplate:
        """The template that the package is made by."""
        return await self._rows.template(row.template_id)

    async def basis(self, template_id: UUID) -> Basis:
        """What the platform has, and perhaps has, of the template's rows."""
        return basis(await self._rows.told(template_id))

    async def roster_version(self) -> int:
        return await self._rows.roster_version()

    async def hide_protected(self) -> None:
        """Findings name nobody who is protected."""
        await self._rows.forget_keys()

    async def recall(self, ids: Sequence[UUID]) -> None:
        """Erase the content of every package; what was about to be sent is made anew. Findings name none of `ids`."""
        if ids:
            await self._rows.forget_keys(ids)
        rows = await self._rows.with_content()
        await forget_files(self._session, [row.file_id for row in rows if row.file_id is not None])
        for row in rows:
            row.file_id = None
            row.touch()
            await record(self._session, "outbound_delivery.recall", "outbound_delivery", row.id)
            if row.state == "sending":
                await self._make_anew(row)

    async def _make_anew(self, row: OutboundDelivery) -> None:
        row.state = "failed"
        row.attempts = [*row.attempts, {"at": clock.now().isoformat(), "outcome": "recalled", "status": None}]
        await self._session.flush()
        failed = OutboundFailed(delivery_id=row.id, template_id=row.template_id, reason="recalled")
        await publish(self._session, failed)
        # What may be on its way arrives first: what is made anew must not be overtaken by it. Its job asks then.
        if row.job_id is not None and await self._rows.is_worked_on(row.job_id):
            await hasten_job(self._session, row.job_id)
        else:
            await self.ask_anew(row)

    async def ask_anew(self, row: OutboundDelivery) -> None:
        """Have a recalled package made again, where it goes out by itself."""
        template = await self._rows.template(row.template_id)
        if template.is_active and template.auto_send:
            await self._ask(template, "delta" if row.mode == "delta" else "total", None)

    async def give_up(self, row: OutboundDelivery, reason: str) -> None:
        """Nobody works on the package any more; it must not stand in the way of the next."""
        row.state = "failed"
        row.attempts = [*row.attempts, {"at": clock.now().isoformat(), "outcome": reason, "status": None}]
        row.touch()
        await record(self._session, "outbound_delivery.fail", "outbound_delivery", row.id, after={"reason": reason})
        await publish(self._session, OutboundFailed(delivery_id=row.id, template_id=row.template_id, reason=reason))

    async def erase(self, delivery_id: UUID, store: FileStore) -> OutboundDelivery:
        """Erase the content, not the record of it. Idempotent. Raises NotReady while it is being made or sent."""
        row = await self._rows.delivery(delivery_id, lock=True)
        if row.state in ("queued", "sending"):
            raise NotReady(state=row.state)
        await self._forget(row, store)
        await record(self._session, "outbound_delivery.erase", "outbound_delivery", row.id)
        return row

    async def _forget(self, row: OutboundDelivery, store: FileStore) -> None:
        if row.file_id is not None:
            await store.delete(self._session, row.file_id)
            row.file_id = None
            row.touch()


async def start_sending(session: AsyncSession, row: OutboundDelivery, asked_by: UUID | None) -> None:
    """Let the worker send a package."""
    row.state = "sending"
    row.job_id = await start_job(session, SEND_JOB, {"deliveryId": row.id}, created_by=asked_by)
    row.touch()
    await record(session, "outbound_delivery.send", "outbound_delivery", row.id)


def is_recalled(row: OutboundDelivery) -> bool:
    """Whether it was taken back while it was about to be sent, or was being sent."""
    return row.state == "failed" and any(attempt["outcome"] == "recalled" for attempt in row.attempts)


def waits_for_its_next_try(row: OutboundDelivery) -> bool:
    return row.state == "sending" and bool(row.attempts)


def problem_with_sending(row: OutboundDelivery, destination: AnyDestination) -> NotReady | ContentErased | None:
    """Why the package cannot be sent now; None where it can."""
    if row.state not in SENDABLE or destination.kind == "download":
        return NotReady(state=row.state)
    return ContentErased() if row.file_id is None else None


def goes_by_itself(template: OutboundTemplate) -> bool:
    """Whether we send it, to an address that somebody else has confirmed."""
    return template.is_confirmed and template.destination["kind"] != "download"


def _is_led_elsewhere(row: OutboundTemplate, body: OutboundTemplatePatch) -> bool:
    """Whether somebody else could come by the data, or by more of them than before."""
    goes_to = body.destination or destination_of(row)
    if goes_to.kind == "download":
        return False
    return _is_widened(row, body) or body.credentials is not None or leads_elsewhere(destination_of(row), goes_to)


def _is_widened(row: OutboundTemplate, body: OutboundTemplatePatch) -> bool:
    """Whether national numbers or protected persons would be told that were not told before."""
    before, after = template_of(row), body.template
    if after is None:
        return False
    tells_protected = after.protected == "alias" and before.protected == "leave_out"
    return tells_protected or (after.national_ids and not before.national_ids)


def template_of(row: OutboundTemplate) -> Template:
    return Template.model_validate(row.template)


def destination_of(row: OutboundTemplate) -> AnyDestination:
    return DESTINATION.validate_python(row.destination)


def _place(row: OutboundTemplate) -> str:
    return f"outbound_template:{row.id}"
