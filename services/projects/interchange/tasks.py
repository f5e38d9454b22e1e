"""The jobs of imports: the dry run, whose file is read in a process of its own, and erasing what is kept no longer."""

from base64 import b64encode
from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.projects.interchange.errors import FileUnreadable, ImportNotFound
from services.projects.interchange.models import ImportState, PlanImport
from services.projects.interchange.parsed import Parsed
from services.projects.interchange.reading import read_file
from services.projects.interchange.service import DRY_RUN, PURGE, ImportService, context_options, language
from shared.auth.principal import API_AUDIENCE, Principal
from shared.auth.roles import RoleGrant, Side
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.files import FileStore
from shared.kit.problems import Problem
from shared.kit.text import Text
from shared.queue import JobContext, JobHandler, run_in_child
from shared.queue.faults import WorkTooLarge, WorkTooLong

_MEMORY_MB = 1500
_SECONDS = 120
_TOO_MUCH = Text(
    sv="Filen är för stor eller invecklad för att läsas: dela upp den",
    en="The file is too large or intricate to be read: divide it",
    da="Filen er for stor eller indviklet til at blive læst: del den op",
)


def dry_run(store: FileStore) -> JobHandler:
    """The job that judges one file; may run twice, and then finds the same again."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        which = UUID(ctx.params["import"])
        async with ctx.transaction() as session:
            imports = ImportService(session, store)
            found = await imports.get(which)
            if found.state != ImportState.reading:
                return {"state": found.state}
            content = await imports.content(found)
            facts = await imports.plan(found.project_id)
            lang = language(Parsed(""), found.options)
            context = facts.context(lang, context_options(found.options)).model_dump(mode="json")
        try:
            raw = await run_in_child(
                read_file, b64encode(content).decode(), context, memory_mb=_MEMORY_MB, seconds=_SECONDS
            )
        except (FileUnreadable, WorkTooLarge, WorkTooLong) as problem:
            return await _keep_unreadable(ctx, store, which, problem)
        await ctx.progress(1, 2)
        async with ctx.transaction() as session:
            imports = ImportService(session, store)
            found = await imports.get(which, lock=True)
            if found.state == ImportState.reading:
                parsed = Parsed.from_json(deepcopy(raw))
                judged = await imports.judge(found, parsed, _sender(ctx, found))
                await imports.keep_judged(found, parsed, judged, raw)
            return {"importId": str(found.id), "state": found.state, **found.counts}

    return run


async def _keep_unreadable(ctx: JobContext, store: FileStore, which: UUID, problem: Exception) -> dict[str, Any]:
    detail = problem.detail if isinstance(problem, FileUnreadable) else _TOO_MUCH
    title = problem.title if isinstance(problem, Problem) else FileUnreadable.title
    mend = detail if isinstance(detail, Text) else _TOO_MUCH
    finding = {
        "code": FileUnreadable.slug,
        "level": "error",
        "sheet": None,
        "row": None,
        "column": None,
        "value": None,
        "problem": title.model_dump(),
        "mend": mend.model_dump(),
    }
    async with ctx.transaction() as session:
        imports = ImportService(session, store)
        found = await imports.get(which, lock=True)
        if found.state == ImportState.reading:
            await imports.keep_unreadable(found, finding)
        return {"importId": str(found.id), "state": found.state}


def _sender(ctx: JobContext, found: PlanImport) -> Principal:
    """Whoever asked for the dry run, with the rights that they had then. Applying asks for those of the moment."""
    rights = found.rights
    now = clock.now()
    return Principal(
        subject=found.created_by or found.id,
        tenant=ctx.tenant,
        side=Side(rights["side"]) if rights["side"] else None,
        roles=tuple(RoleGrant.parse(each) for each in rights["roles"]),
        scopes=frozenset(Scope(each) for each in rights["scopes"]),
        acr=None,
        auth_time=None,
        client_id=DRY_RUN,
        token_id=str(found.id),
        issued_at=now,
        expires_at=now + timedelta(seconds=_SECONDS),
        audience=API_AUDIENCE,
    )


def purge(store: FileStore) -> JobHandler:
    """The job that erases one import's files; may run twice."""

    async def run(ctx: JobContext) -> None:
        async with ctx.transaction() as session:
            try:
                await ImportService(session, store).erase(UUID(ctx.params["import"]))
            except ImportNotFound:
                return

    return run


def interchange_jobs(store: FileStore | None) -> Mapping[str, JobHandler]:
    """The long work of this feature, by kind, for a worker that holds the file key."""
    return {} if store is None else {DRY_RUN: dry_run(store), PURGE: purge(store)}
