"""How long what is kept, and the record of processing activities (GDPR articles 5(1)(e) and 30)."""

from typing import Annotated, Literal

from fastapi import Path, Query, Request, Response

from services.sync.retention.auth import RetentionRead, RetentionWrite, refusal_to_write
from services.sync.retention.errors import NotSettable
from services.sync.retention.schemas import (
    ProcessingRecordPublic,
    ProcessingRecords,
    RetentionPut,
    RetentionSchedulePublic,
    RetentionSchedules,
)
from services.sync.retention.service import Kept, RetentionService
from shared.auth import Principal
from shared.kit.text import Lang, Text
from shared.web import IfMatch, LangDep, SessionDep, etag, new_router
from shared.web.actions import allowed_action
from shared.web.negotiation import negotiated
from shared.web.route import problem_responses
from shared.web.sheet import FILES, FORMATS, sheet

router = new_router("data protection")

Key = Annotated[str, Path(alias="retentionKey", min_length=3, max_length=80, description="The kind of data")]
_JSON = "application/json"
_HEADINGS = (
    Text(sv="Behandling", en="Processing", da="Behandling"),
    Text(sv="Tjänst", en="Service", da="Tjeneste"),
    Text(sv="Ändamål", en="Purpose", da="Formål"),
    Text(sv="Registrerade", en="Data subjects", da="Registrerede"),
    Text(sv="Uppgifter", en="Data", da="Oplysninger"),
    Text(sv="Dataklass", en="Data class", da="Dataklasse"),
    Text(sv="Rättslig grund (förslag)", en="Legal ground (proposal)", da="Hjemmel (forslag)"),
    Text(sv="Gallring", en="Retention", da="Slettefrist"),
    Text(sv="Dagar", en="Days", da="Dage"),
    Text(sv="Vid radering", en="On erasure", da="Ved sletning"),
)
_SHEET = Text(sv="Behandlingsregister", en="Records of processing", da="Fortegnelse")


@router.get("/retention-schedules", summary="List how long what is kept")
async def retention_schedules_list(
    caller: RetentionRead, session: SessionDep, request: Request, lang: LangDep
) -> RetentionSchedules:
    """Every kind of personal data in every service: how long it stays, who removes it, and what you may set."""
    every = await RetentionService(session).everything()
    return RetentionSchedules(items=[_schedule(kept, caller, request, lang) for kept in every])


@router.get("/retention-schedules/{retentionKey}", summary="Read how long something is kept")
async def retention_schedules_get(
    key: Key, caller: RetentionRead, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> RetentionSchedulePublic:
    """The days in force, the default and the bounds."""
    kept = await RetentionService(session).get(key)
    etag(response, kept.version)
    return _schedule(kept, caller, request, lang)


@router.put(
    "/retention-schedules/{retentionKey}",
    summary="Set how long something is kept",
    responses=problem_responses(409, 412, 428),
)
async def retention_schedules_put(
    key: Key,
    body: RetentionPut,
    caller: RetentionWrite,
    version: IfMatch,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> RetentionSchedulePublic:
    """From the next night on, in every service: what is older by then is gone for good."""
    kept = await RetentionService(session).set(key, body.days, version, caller)
    etag(response, kept.version)
    return _schedule(kept, caller, request, lang)


@router.get(
    "/processing-records",
    summary="Read the record of processing activities",
    response_model=ProcessingRecords,
    responses=FILES | problem_responses(406),
)
async def processing_records_list(
    _: RetentionRead,
    session: SessionDep,
    request: Request,
    lang: LangDep,
    wanted: Annotated[
        Literal["json", "csv", "xlsx"] | None, Query(alias="format", description="Instead of Accept")
    ] = None,
) -> ProcessingRecords | Response:
    """What the platform processes for you (GDPR article 30), made from the catalogue by which the purges run, with your
    own times; in the language that you ask for. As JSON, CSV or a workbook."""
    records = [_record(kept, lang) for kept in await RetentionService(session).everything()]
    media = negotiated(request, {"json": _JSON, **FORMATS}, asked=wanted)
    if media == _JSON:
        return ProcessingRecords(items=records)
    return sheet(media, _SHEET.pick(lang), [one.pick(lang) for one in _HEADINGS], [_cells(one) for one in records])


def _schedule(kept: Kept, caller: Principal, request: Request, lang: Lang) -> RetentionSchedulePublic:
    one, keep = kept.holding, kept.holding.keep
    refused = refusal_to_write(caller) or (None if keep.is_settable else NotSettable.title)
    path = f"/sync/v1/retention-schedules/{one.key}"
    return RetentionSchedulePublic(
        key=one.key,
        service=one.service,
        title=one.title.pick(lang),
        until=keep.until.pick(lang),
        days=kept.days,
        default_days=keep.days,
        least=keep.least,
        most=keep.most,
        set_at=keep.set_at,
        done_by=keep.done_by,
        is_own=kept.is_own,
        version=kept.version,
        allowed_actions=[allowed_action(request, lang, "set", "PUT", path, refused=refused)],
    )


def _record(kept: Kept, lang: Lang) -> ProcessingRecordPublic:
    one = kept.holding
    return ProcessingRecordPublic(
        key=one.key,
        service=one.service,
        title=one.title.pick(lang),
        purpose=one.purpose.pick(lang),
        whom=[word.value.pick(lang) for word in one.whom],
        what=[word.value.pick(lang) for word in one.what],
        data_class=one.data_class,
        ground=one.ground.value.pick(lang),
        until=one.keep.until.pick(lang),
        days=kept.days,
        on_erasure=one.on_erasure,
        tables=list(one.tables),
    )


def _cells(one: ProcessingRecordPublic) -> list[str | int]:
    return [
        one.title,
        one.service,
        one.purpose,
        ", ".join(one.whom),
        ", ".join(one.what),
        one.data_class,
        one.ground,
        one.until,
        "" if one.days is None else one.days,
        one.on_erasure,
    ]
