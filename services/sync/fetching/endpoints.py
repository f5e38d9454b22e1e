"""Fetches: ask for a delivery now, follow it; and test whether a source can be reached at all."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.sync.fetching.auth import FetchesRead, FetchesWrite
from services.sync.fetching.connector import Fetch
from services.sync.fetching.errors import FetchFailed, NothingToFetch, SourceAway, translated
from services.sync.fetching.package import package_sink
from services.sync.fetching.registry import CONNECTORS
from services.sync.fetching.schemas import ConnectionTest, FetchPublic
from services.sync.fetching.service import FetchService
from services.sync.fetching.showing import show_fetch, words_for
from services.sync.fetching.trust import egress_for
from services.sync.settings import Settings
from services.sync.source.dependencies import seals
from services.sync.source.service import SourceService, declared_by
from services.sync.upload.service import UploadService
from shared.kit import clock
from shared.kit.egress import EgressError
from shared.kit.journal import record
from shared.kit.text import Lang
from shared.web import LangDep, Page, PageDep, SessionDep, created, make_page, new_router, runtime
from shared.web.runtime import transaction_of

router = new_router("sources")

SourceId = Annotated[UUID, Path(alias="sourceId")]
FetchId = Annotated[UUID, Path(alias="fetchId")]
_PATIENCE = 30.0


@router.post("/sources/{sourceId}/fetches", status_code=202, summary="Fetch a delivery now")
async def source_fetches_create(
    source_id: SourceId, caller: FetchesWrite, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> FetchPublic:
    """Ask the worker to fetch. What comes is stored as an upload and, where the source says so, planned at once."""
    fetch = await FetchService(session, seals(request)).ask(source_id, "request", caller.subject)
    created(response, request, f"/sync/v1/jobs/{fetch.job_id}", status=202)
    return show_fetch(fetch, None, lang)


@router.get("/sources/{sourceId}/fetches", summary="List the fetches of a source")
async def source_fetches_list(
    source_id: SourceId, _: FetchesRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[FetchPublic]:
    """The newest first, failed ones included."""
    keys = page.keys(UUID)
    rows = await FetchService(session, seals(request)).list_before(source_id, keys[0] if keys else None, page.limit + 1)
    uploads = await UploadService(session).of_ids([row.upload_id for row in rows if row.upload_id])
    return make_page(
        request,
        page,
        rows,
        key=lambda row: (row.id,),
        show=lambda row: show_fetch(row, uploads.get(row.upload_id), lang),
    )


@router.get("/sources/{sourceId}/fetches/{fetchId}", summary="Read a fetch")
async def source_fetches_get(
    source_id: SourceId, fetch_id: FetchId, _: FetchesRead, session: SessionDep, request: Request, lang: LangDep
) -> FetchPublic:
    """How far it has come, what came of it, and when a failed one is tried again."""
    fetch = await FetchService(session, seals(request)).get(source_id, fetch_id)
    uploads = await UploadService(session).of_ids([fetch.upload_id] if fetch.upload_id else [])
    return show_fetch(fetch, uploads.get(fetch.upload_id), lang)


@router.post("/sources/{sourceId}/connection-tests", summary="Test the connection to a source")
async def source_connection_tests_create(
    source_id: SourceId, caller: FetchesWrite, request: Request, lang: LangDep
) -> ConnectionTest:
    """Reach the source and log in, within half a minute; fetch nothing. Shows the host key that was seen, to pin."""
    # Two short transactions: a slow server must not hold a connection to the database meanwhile.
    async with transaction_of(request, caller) as session:
        sources = SourceService(session, seals(request))
        source = await sources.active(source_id)
        settings, credentials = declared_by(source), sources.credentials(source)
        if settings is None:
            raise NothingToFetch()
    held = runtime(request).settings
    if not isinstance(held, Settings):
        raise TypeError("sync needs its own settings")
    try:
        with package_sink(0) as sink:
            async with asyncio.timeout(_PATIENCE):
                fetch = Fetch(
                    source_id, settings, credentials, {}, egress_for(held, settings), sink, None, _quietly, clock.now()
                )
                probed = await CONNECTORS[settings.kind].probe(fetch)
        result = ConnectionTest(ok=True, problem=None, message=None, seen=dict(probed.seen))
    except FetchFailed as problem:
        result = _failed(problem, lang)
    except EgressError as error:
        result = _failed(translated(error), lang)
    except TimeoutError:
        result = _failed(SourceAway(reason="timeout"), lang)
    async with transaction_of(request, caller) as session:
        after = {"ok": result.ok, "problem": result.problem}
        await record(session, "source.test", "source", source_id, after=after)
    return result


def _failed(problem: FetchFailed, lang: Lang) -> ConnectionTest:
    return ConnectionTest(
        ok=False, problem=problem.slug, message=words_for(problem.slug, lang), seen=dict(problem.extensions)
    )


async def _quietly(done: int, total: int | None, message: str) -> None:
    return None
