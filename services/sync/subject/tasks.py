"""The worker's part: ask every service about a person, and go on asking until each has answered."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.erasure.service import ErasureService
from services.sync.person_data import PERSON_DATA
from services.sync.retention.service import RetentionService
from services.sync.settings import Settings
from services.sync.subject.asking import OTHERS, Asker
from services.sync.subject.forgetting import forget_exports
from services.sync.subject.models import PersonErasure, PersonExport
from services.sync.subject.packing import MEDIA, count, pack
from services.sync.subject.service import ERASURE_JOB, EXPORT_JOB, SubjectService, tell
from services.sync.subject.telling import tell as tell_about
from shared.auth.service_tokens import build_token_source
from shared.kit import clock
from shared.kit.files import DataClass, FileStore
from shared.kit.kit_tables import forget_answers
from shared.kit.persondata import ErasureReport
from shared.queue import JobContext, JobHandler, start_job
from shared.queue.asking import InternalCalls, NoAnswer

_MAX_BYTES = 64 * 1024 * 1024
# The law gives a month; a service that is down is asked again at growing distances, at last every hour.
_MOST_TRIES = 24 * 30
R = TypeVar("R", PersonExport, PersonErasure)
Answer = tuple[str, int, dict[str, str]]


def handlers(settings: Settings) -> dict[str, JobHandler]:
    """The job handlers of what data subjects ask for."""

    def asker() -> Asker:
        return Asker(InternalCalls(settings.service_urls, build_token_source(settings)))

    return subject_jobs(asker, FileStore(settings.file_key_bytes()), settings.person_export_days)


def subject_jobs(asker: Callable[[], Asker], store: FileStore, days: int) -> dict[str, JobHandler]:
    """As `handlers`, on other services of the caller's choice. `asker` is made when a job first needs it."""
    tasks = _Tasks(asker, store, days)
    return {EXPORT_JOB: tasks.export, ERASURE_JOB: tasks.erase}


class _Tasks:
    def __init__(self, asker: Callable[[], Asker], store: FileStore, days: int) -> None:
        self._asker = asker
        self._store = store
        self._days = days

    async def export(self, ctx: JobContext) -> dict[str, Any]:
        """Everything of all services in one file; nothing is kept of a try in which a service did not answer."""
        row = await _load(ctx, PersonExport)
        if row.state != "running":
            return {"state": row.state}
        faults = await self._learn(ctx, PersonExport, row)
        async with ctx.transaction() as session:
            own = await PERSON_DATA.export(session, row.person_id) if row.person_id else {}
            about = tell_about(await RetentionService(session).everything())
        found = {"sync": own} | await self._gather(row, faults)
        outcomes: list[Answer] = [(service, count(answer), {}) for service, answer in found.items()]
        if faults:
            return await _again(ctx, PersonExport, outcomes, faults)
        async with ctx.transaction() as session:
            row = await SubjectService(session).get(PersonExport, row.id, lock=True)
            _note(row, outcomes, {})
            await self._keep(session, row, pack(found, about))
            await _end(session, row)
        return {"state": row.state}

    async def _gather(self, row: PersonExport, faults: dict[str, str]) -> dict[str, Any]:
        """What the others answer, by service; who does not answer goes into `faults`."""
        ask, found = self._asker(), dict[str, Any]()
        for service in OTHERS:
            try:
                answers = [await ask.export(service, row.tenant_id, one) for one in _known_by(service, row)]
            except NoAnswer as error:
                faults[service] = str(error)
                continue
            found[service] = _merged(answers)
        return found

    async def _keep(self, session: AsyncSession, row: PersonExport, content: bytes) -> None:
        """Store the file, unless the person was erased while we asked: what was gathered before may not be kept."""
        subjects = SubjectService(session)
        if await subjects.erasure_of(row, "running", "done", since=row.created_at) is not None:
            row.state = "erased"
            return
        stored = await self._store.write(
            session,
            _once(content),
            media_type=MEDIA,
            data_class=DataClass.sensitive,
            max_bytes=_MAX_BYTES,
            retention_days=self._days,
            created_by=row.asked_by,
        )
        row.state, row.file_id, row.file_until = "ready", stored.id, stored.retention_until

    async def erase(self, ctx: JobContext) -> dict[str, Any]:
        """Every service forgets; what each answered is kept at once, so that a later try asks only the others."""
        row = await _load(ctx, PersonErasure)
        if row.state != "running":
            return {"state": row.state}
        faults = await self._learn(ctx, PersonErasure, row)
        row = await _load(ctx, PersonErasure)
        if faults:  # without identity nobody knows which account is the person's
            return await _again(ctx, PersonErasure, [], dict.fromkeys(("sync", *OTHERS), faults["identity"]))
        if not row.is_done("sync"):
            await self._erase_here(ctx, row.id)
        ask = self._asker()
        # The account goes last, when all others have answered: they are found by it.
        for service in sorted(OTHERS, key="identity".__eq__):
            if row.is_done(service) or (service == "identity" and faults):
                continue
            try:
                reports = [await ask.erase(service, row.tenant_id, one) for one in _known_by(service, row)]
            except NoAnswer as error:
                faults[service] = str(error)
                continue
            await _keep(ctx, row.id, _summed(service, reports))
        if faults:
            return await _again(ctx, PersonErasure, [], faults)
        async with ctx.transaction() as session:
            row = await SubjectService(session).get(PersonErasure, row.id, lock=True)
            row.state = "done"
            await _end(session, row)
        return {"state": "done"}

    async def _learn(self, ctx: JobContext, kind: type[R], row: R) -> dict[str, str]:
        """Find the account of the person, or the person of the account, while identity still knows; its fault if not.

        Both ids are kept on the row: a try after identity has forgotten still finds what the others hold.
        """
        if row.is_done("identity") or len(row.ids) > 1:
            return {}
        try:
            answer = await self._asker().export("identity", row.tenant_id, row.ids[0])
        except NoAnswer as error:
            return {"identity": str(error)}
        account = answer.get("account") or {}
        async with ctx.transaction() as session:
            kept = await SubjectService(session).get(kind, row.id, lock=True)
            kept.account_id = row.account_id = row.account_id or _id(account.get("id"))
            kept.person_id = row.person_id = row.person_id or _id(account.get("person_id"))
        return {}

    async def _erase_here(self, ctx: JobContext, erasure_id: UUID) -> None:
        """The roster's part, and the ledger: what a restore of an older copy has to forget again."""
        async with ctx.transaction() as session:
            row = await SubjectService(session).get(PersonErasure, erasure_id, lock=True)
            report = await PERSON_DATA.erase(session, row.person_id) if row.person_id else ErasureReport(0, {})
            if row.account_id is not None:
                await ErasureService(session).log_account(row.account_id, row.id)
            await forget_exports(session, row.ids)
            await forget_answers(session)
            _note(row, [_summed("sync", [report])], {})


async def _load(ctx: JobContext, kind: type[R]) -> R:
    async with ctx.transaction() as session:
        return await SubjectService(session).get(kind, UUID(ctx.params["id"]))


async def _keep(ctx: JobContext, request_id: UUID, answer: Answer) -> None:
    async with ctx.transaction() as session:
        _note(await SubjectService(session).get(PersonErasure, request_id, lock=True), [answer], {})


async def _again(ctx: JobContext, kind: type[R], answers: list[Answer], faults: dict[str, str]) -> dict[str, Any]:
    """Say who has not answered, and ask again later; after a month it has failed, loudly."""
    async with ctx.transaction() as session:
        row = await SubjectService(session).get(kind, UUID(ctx.params["id"]), lock=True)
        _note(row, answers, {name: fault for name, fault in faults.items() if not row.is_done(name)})
        row.tries += 1
        if row.tries >= _MOST_TRIES:
            row.state = "failed"
            await _end(session, row)
        else:
            after = timedelta(minutes=min(60, 2 ** min(row.tries - 1, 6)))
            job = ERASURE_JOB if kind is PersonErasure else EXPORT_JOB
            row.job_id = await start_job(session, job, {"id": row.id}, after=after)
    return {"state": row.state, "waiting": sorted(faults)}


async def _end(session: AsyncSession, row: PersonExport | PersonErasure) -> None:
    row.ended_at = clock.now()
    row.touch()
    await tell(session, row, "end")


def _note(row: PersonExport | PersonErasure, answers: list[Answer], faults: dict[str, str]) -> None:
    at = clock.now().isoformat()
    for service, number, kept in answers:
        row.note({"service": service, "state": "done", "fault": None, "count": number, "kept": kept, "at": at})
    for service, fault in faults.items():
        row.note({"service": service, "state": "waiting", "fault": fault, "count": 0, "kept": {}, "at": at})
    row.touch()


def _known_by(service: str, row: PersonExport | PersonErasure) -> list[UUID]:
    """identity finds the account by either id; elsewhere some rows name the person and others the account."""
    return row.ids[:1] if service == "identity" else row.ids


def _merged(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The answers for the ids of one person as one, what is empty left out."""
    merged: dict[str, Any] = {}
    for answer in answers:
        for name, value in answer.items():
            if not value:
                continue
            if isinstance(value, list) and isinstance(merged.get(name), list):
                merged[name] = merged[name] + [one for one in value if one not in merged[name]]
            elif name in merged and merged[name] != value:
                merged[name] = [merged[name], value]
            else:
                merged[name] = value
    return merged


def _summed(service: str, reports: list[ErasureReport]) -> Answer:
    kept: dict[str, str] = {}
    for report in reports:
        kept |= report.kept
    return service, sum(report.erased for report in reports), kept


def _id(value: object) -> UUID | None:
    return UUID(str(value)) if value else None


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
