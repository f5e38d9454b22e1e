"""Imports: a file is kept encrypted, its dry run made by a job, and applied as it was looked at, or not at all."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.interchange.applying import apply_links
from services.projects.interchange.errors import (
    ImportAlreadyApplied,
    ImportErased,
    ImportHasErrors,
    ImportNotJudged,
    ImportOutdated,
)
from services.projects.interchange.judging import Judge, Judged
from services.projects.interchange.models import ImportState, PlanImport
from services.projects.interchange.parsed import Parsed
from services.projects.interchange.repository import InterchangeRepository
from services.projects.interchange.standing import PlanFacts, read_plan
from services.projects.progress.upsert import UpsertService, is_applied
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.contracts.projects import PlanImported
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.files import DataClass, FileStore
from shared.kit.journal import record
from shared.kit.text import LANGUAGES, Lang
from shared.queue.jobs import start_job
from shared.queue.outbox import publish

DRY_RUN, PURGE = "imports.dry_run", "imports.purge"
MOST_BYTES = 20 * 1024 * 1024
RETENTION_DAYS = 30
_MOST_OUTCOME = 200 * 1024 * 1024
_OUTCOME = "application/json"


class ImportRecords:
    """Who sent and applied what, without any file."""

    def __init__(self, session: AsyncSession) -> None:
        self._imports = InterchangeRepository(session)

    async def of_account(self, account_id: UUID) -> Sequence[PlanImport]:
        """What an account sent or applied."""
        return await self._imports.of_account(account_id)

    async def forget(self, account_id: UUID) -> int:
        """Take an account off the imports that it sent or applied; returns how many there were."""
        rows = await self._imports.of_account(account_id)
        for row in rows:
            row.created_by = None if row.created_by == account_id else row.created_by
            row.applied_by = None if row.applied_by == account_id else row.applied_by
            row.touch()
        return len(rows)


class ImportService:
    """The imports of the session's tenant. `store` keeps the files."""

    def __init__(self, session: AsyncSession, store: FileStore) -> None:
        self._session = session
        self._store = store
        self._imports = InterchangeRepository(session)

    async def get(self, import_id: UUID, *, lock: bool = False) -> PlanImport:
        """Raises ImportNotFound."""
        return await self._imports.get(import_id, lock=lock)

    async def list_before(self, project_id: UUID, before: UUID | None, limit: int) -> Sequence[PlanImport]:
        return await self._imports.list_before(project_id, before, limit)

    async def plan(self, project_id: UUID) -> PlanFacts:
        """The plan as it stands. Raises ProjectNotFound."""
        return await read_plan(self._session, project_id, await self._imports.plan(project_id))

    async def receive(
        self, project_id: UUID, content: AsyncIterator[bytes], options: Mapping[str, Any], caller: Principal
    ) -> PlanImport:
        """Keep a file and ask for its dry run. Raises ProjectNotFound, ProjectClosed, files.FileTooLarge."""
        await ProjectService(self._session).get_active(project_id)
        stored = await self._store.write(
            self._session,
            content,
            media_type="application/octet-stream",
            data_class=DataClass.confidential,  # notes may speak of people
            max_bytes=MOST_BYTES,
            retention_days=RETENTION_DAYS,
            created_by=caller.subject,
        )
        found = PlanImport(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            size=stored.size,
            sha256=stored.sha256,
            options=dict(options),
            file_id=stored.id,
            created_by=caller.subject,
            purge_after=stored.retention_until,
        )
        self._imports.add(found)
        await self._ask(found, caller)
        retention = timedelta(days=RETENTION_DAYS)
        await start_job(self._session, PURGE, {"import": found.id}, after=retention, created_by=caller.subject)
        after = {"project_id": project_id, "size": stored.size, "sha256": stored.sha256}
        await record(self._session, "import.receive", "plan_import", found.id, after=after)
        return found

    async def judge_again(self, import_id: UUID, options: Mapping[str, Any], caller: Principal) -> PlanImport:
        """A new dry run of the same file. Raises ImportNotFound, ImportErased, ImportAlreadyApplied, ProjectClosed."""
        found = await self._open(import_id)
        await ProjectService(self._session).get_active(found.project_id)
        found.options = dict(options)
        found.state, found.plan_hash, found.counts = ImportState.reading.value, None, {}
        await self._ask(found, caller)
        found.touch()
        return found

    async def content(self, found: PlanImport) -> bytes:
        """The file as it was sent. Raises ImportErased."""
        return await self._read(found.file_id)

    async def keep_judged(self, found: PlanImport, parsed: Parsed, judged: Judged, raw: dict[str, Any]) -> None:
        """The dry run is done: `raw` is the file as it was understood, before the plan was looked at."""
        outcome = {"parsed": raw, "findings": judged.findings.items, "changes": judged.changes}
        await self._keep_outcome(found, outcome)
        found.state, found.format = ImportState.judged.value, parsed.format
        found.plan_hash, found.counts, found.judged_at = judged.plan_hash, judged.counts, clock.now()
        found.rights = {}
        found.touch()

    async def keep_unreadable(self, found: PlanImport, finding: dict[str, Any]) -> None:
        """The file as a whole says nothing that can be used."""
        await self._keep_outcome(found, {"parsed": None, "findings": [finding], "changes": []})
        found.state, found.counts, found.judged_at = ImportState.unreadable.value, {"errors": 1}, clock.now()
        found.touch()

    async def outcome(self, found: PlanImport) -> dict[str, Any]:
        """What the dry run found. Raises ImportErased, ImportNotJudged."""
        if found.outcome_id is None and found.state != ImportState.erased:
            raise ImportNotJudged()
        value: dict[str, Any] = orjson.loads(await self._read(found.outcome_id))
        return value

    async def judge(self, found: PlanImport, parsed: Parsed, caller: Principal) -> Judged:
        """What the file would change in the plan as it stands now."""
        lang = language(parsed, found.options)
        return await Judge(self._session, await self.plan(found.project_id), caller, lang).judge(
            parsed, context_options(found.options)
        )

    async def apply(self, import_id: UUID, plan_hash: str, caller: Principal, *, all_or_nothing: bool) -> PlanImport:
        """Carry the dry run out, whole, in the session's transaction.

        Raises ImportNotFound, ImportErased, ImportNotJudged, ImportAlreadyApplied, ProjectClosed, ImportOutdated where
        it would by now change anything else, ImportHasErrors.
        """
        found = await self._open(import_id)
        if found.state != ImportState.judged:
            raise ImportNotJudged()
        if found.plan_hash != plan_hash:
            raise ImportOutdated()
        await ProjectService(self._session).lock_active(found.project_id)
        known = await self.outcome(found)
        judged = await self.judge(found, Parsed.from_json(known["parsed"]), caller)
        if judged.plan_hash != plan_hash:
            raise ImportOutdated(_differing(known["changes"], judged.changes))
        refused = judged.counts["refused"] + judged.counts["errors"]
        if all_or_nothing and refused:
            raise ImportHasErrors(refused=refused)
        await self._write(found, judged, caller)
        found.state, found.applied_by, found.applied_at = ImportState.applied.value, caller.subject, clock.now()
        found.touch()
        return found

    async def erase(self, import_id: UUID) -> None:
        """Forget file and outcome; the row stays as a record without them. Idempotent. Raises ImportNotFound."""
        found = await self._imports.get(import_id, lock=True)
        for file_id in (found.file_id, found.outcome_id):
            if file_id is not None:
                await self._store.delete(self._session, file_id)
        if found.state == ImportState.erased:
            return
        if found.state != ImportState.applied:
            found.state = ImportState.erased.value
        found.options = {}
        found.file_id = found.outcome_id = None
        found.touch()
        await record(self._session, "import.erase", "plan_import", found.id)

    async def _write(self, found: PlanImport, judged: Judged, caller: Principal) -> None:
        flags = {"dry_run": False, "all_or_nothing": False}
        ids: dict[str, UUID] = {}
        if judged.items:
            results = await UpsertService(self._session, caller).apply(found.project_id, judged.items, **flags)
            if not is_applied(results, **flags) or any(
                now.outcome != then.outcome for now, then in zip(results, judged.results, strict=True)
            ):
                raise ImportOutdated()
            ids = {
                wish.node: result.activity_id
                for wish, result in zip(judged.wishes, results, strict=True)
                if result.activity_id is not None
            }
        links = await apply_links(self._session, found.project_id, judged.links, ids, caller)
        counts = {"created": judged.counts["created"], "updated": judged.counts["updated"], "links": links}
        await record(self._session, "import.apply", "plan_import", found.id, after=counts)
        event = PlanImported(project_id=found.project_id, import_id=found.id, format=found.format or "", **counts)
        await publish(self._session, event)

    async def _open(self, import_id: UUID) -> PlanImport:
        found = await self._imports.get(import_id, lock=True)
        if found.state == ImportState.applied:
            raise ImportAlreadyApplied()
        if found.state == ImportState.erased:
            raise ImportErased()
        return found

    async def _ask(self, found: PlanImport, caller: Principal) -> None:
        found.rights = {
            "side": caller.side.value if caller.side else None,
            "roles": [str(grant) for grant in caller.roles],
            "scopes": sorted(scope.value for scope in caller.scopes),
        }
        found.created_by = caller.subject
        found.job_id = await start_job(self._session, DRY_RUN, {"import": found.id}, created_by=caller.subject)
        await self._session.flush()

    async def _keep_outcome(self, found: PlanImport, outcome: dict[str, Any]) -> None:
        if found.outcome_id is not None:
            await self._store.delete(self._session, found.outcome_id)
        left = max(1, (found.purge_after - clock.now()).days + 1)

        async def pieces() -> AsyncIterator[bytes]:
            yield orjson.dumps(outcome)

        stored = await self._store.write(
            self._session,
            pieces(),
            media_type=_OUTCOME,
            data_class=DataClass.confidential,
            max_bytes=_MOST_OUTCOME,
            retention_days=left,
            created_by=found.created_by,
        )
        found.outcome_id = stored.id

    async def _read(self, file_id: UUID | None) -> bytes:
        if file_id is None:
            raise ImportErased()
        return b"".join([piece async for piece in self._store.read(self._session, file_id)])


def language(parsed: Parsed, options: Mapping[str, Any]) -> Lang:
    """The language in which the file's texts are: its own, else that of whoever sent it."""
    said = parsed.lang or options.get("lang")
    return next((lang for lang in LANGUAGES if lang == said), "sv")


def context_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """What a parser is told of the options."""
    return {name: options[name] for name in ("sections", "default_phase", "system") if options.get(name) is not None}


def _differing(then: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[str]:
    """The rows of which the two dry runs say different things."""
    before = {str(one.get("activityId")): one for one in then}
    after = {str(one.get("activityId")): one for one in now}
    both = (before.keys() | after.keys()) - {"None"}
    return sorted(key for key in both if orjson.dumps(before.get(key)) != orjson.dumps(after.get(key)))
