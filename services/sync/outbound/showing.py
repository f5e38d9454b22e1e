"""Templates and deliveries as callers see them."""

from services.sync.outbound.auth import refusal_to_confirm, refusal_to_send
from services.sync.outbound.findings import RULES
from services.sync.outbound.models import OutboundDelivery, OutboundTemplate
from services.sync.outbound.schemas import (
    Attempt,
    FileCount,
    OutboundDeliveryPublic,
    OutboundFinding,
    OutboundTemplatePublic,
    Receipt,
)
from services.sync.outbound.service import ANSWERABLE, SENDABLE, waits_for_its_next_try
from services.sync.source.connectors import Credentials
from services.sync.source.pointing import problem_with_confirming
from services.sync.source.schedule import FetchSchedule
from shared.auth import Principal
from shared.kit.text import Lang, Text
from shared.web.reply import Reply

_NOT_NOW = Text(
    sv="Leveransen är inte i ett läge där det går",
    en="The delivery is not in a state in which this can be done",
    da="Leverancen er ikke i en tilstand, hvor det er muligt",
)
_ERASED = Text(sv="Innehållet är raderat", en="The content has been erased", da="Indholdet er slettet")


def show_template(
    row: OutboundTemplate, credentials: Credentials, caller: Principal, reply: Reply
) -> OutboundTemplatePublic:
    path = f"/sync/v1/outbound-templates/{row.id}"
    refused = refusal_to_send(caller)
    names = Credentials.model_fields
    problem = problem_with_confirming(row, caller)
    confirm = refusal_to_confirm(caller) or (problem.title if problem else None)
    return OutboundTemplatePublic(
        id=row.id,
        key=row.key,
        name=row.name,
        template=row.template,
        destination=row.destination,
        held_credentials=sorted(str(names[name].alias or name) for name in credentials.given()),
        auto_send=row.auto_send,
        schedule=FetchSchedule.model_validate(row.schedule) if row.schedule else None,
        scheduled_mode=row.scheduled_mode,
        next_at=row.next_at,
        is_active=row.is_active,
        is_confirmed=row.is_confirmed,
        allowed_actions=[
            reply.action("change", "PATCH", path, refused=refused),
            reply.action("produce", "POST", "/sync/v1/outbound-deliveries", refused=refused),
            reply.action("confirm", "POST", f"{path}/confirmations", refused=confirm),
        ],
    )


def show_delivery(row: OutboundDelivery, caller: Principal, reply: Reply) -> OutboundDeliveryPublic:
    path = f"/sync/v1/outbound-deliveries/{row.id}"
    no_right = refusal_to_send(caller)
    gone = _ERASED if row.file_id is None else None
    can_be_sent = row.state in SENDABLE or waits_for_its_next_try(row)
    send = no_right or (None if can_be_sent else _NOT_NOW) or gone
    answer = no_right or (None if row.state in ANSWERABLE else _NOT_NOW)
    erase = no_right or gone or (_NOT_NOW if row.state in ("queued", "sending") else None)
    return OutboundDeliveryPublic(
        id=row.id,
        template_id=row.template_id,
        mode=row.mode,
        state=row.state,
        roster_version=row.roster_version,
        file_name=row.file_name,
        size=row.size,
        sha256=row.sha256,
        is_erased=row.file_id is None and row.size is not None,
        counts=[FileCount.model_validate(count) for count in row.counts],
        findings=[_finding(found, reply.lang) for found in row.findings],
        attempts=[Attempt.model_validate(attempt) for attempt in row.attempts],
        receipt=Receipt.model_validate(row.receipt) if row.receipt else None,
        sent_at=row.sent_at,
        created_at=row.created_at,
        allowed_actions=[
            reply.action("send", "POST", f"{path}/sendings", refused=send),
            reply.action("answer", "POST", f"{path}/receipts", refused=answer),
            reply.action("erase_content", "DELETE", f"{path}/content", refused=erase),
        ],
    )


def _finding(found: dict[str, object], lang: Lang) -> OutboundFinding:
    rule = RULES[str(found["rule"])]
    return OutboundFinding.model_validate({**found, "message": rule.message.pick(lang), "mend": rule.mend.pick(lang)})
