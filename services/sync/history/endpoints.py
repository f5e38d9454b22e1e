"""The roster's versions one by one: what a version held, and what differs between two."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request

from services.sync.history.auth import HistoryRead
from services.sync.history.schemas import Difference, PastRow, VersionDetail
from services.sync.history.service import HistoryService, read_as_of
from services.sync.history.showing import show_difference, show_past
from services.sync.reading.mapping import Kind
from shared.web import Page, PageDep, SessionDep, make_page, new_router

router = new_router("roster")

MOST = 2**53 - 1
VersionNumber = Annotated[int, Path(alias="versionNumber", ge=0, le=MOST)]


@router.get("/roster-versions/{versionNumber}", summary="Read a roster version")
async def roster_versions_get(number: VersionNumber, _: HistoryRead, session: SessionDep) -> VersionDetail:
    """A version, the hash of the whole roster as it was then, and how many rows of each kind it held."""
    version, state, rows = await HistoryService(session).version(number)
    return VersionDetail.model_validate(
        {
            "number": version.number,
            "run_id": version.run_id,
            "origin": version.origin,
            "counts": version.counts,
            "applied_at": version.applied_at,
            "state_hash": state,
            "rows": rows,
        }
    )


@router.get(
    "/roster-versions/{versionNumber}/differences/{otherNumber}", summary="List what differs between two versions"
)
async def roster_version_differences_list(
    number: VersionNumber,
    other: Annotated[int, Path(alias="otherNumber", ge=0, le=MOST, description="0 is the roster before the first")],
    _: HistoryRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    kind: Annotated[Kind | None, Query(description="Only rows of this kind")] = None,
) -> Page[Difference]:
    """Every row that was created, changed or ended from the one version to the other; they may stand in any order."""
    keys = page.keys(str, UUID)
    rows = await HistoryService(session).differences(
        number, other, (keys[0], keys[1]) if keys else None, page.limit + 1, kind
    )
    return make_page(request, page, rows, key=lambda row: (row.kind, row.id), show=show_difference)


@router.get("/roster-rows", summary="Read the roster as it was")
async def roster_rows_list(
    _: HistoryRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    kind: Annotated[Kind, Query(description="Which rows")],
    as_of: Annotated[
        str,
        Query(
            alias="asOf",
            pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,15})$",
            description="A version's number, or a day, whose end counts",
            examples=["2026-10-01"],
        ),
    ],
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only rows that stand at this unit")] = None,
) -> Page[PastRow]:
    """Units, persons, enrolments, memberships and so on as they were in a version or on a day.

    Who is protected today is shown by alias in every past; who was erased is in none.
    """
    history = HistoryService(session)
    keys = page.keys(UUID)
    version = await history.number_of(read_as_of(as_of))
    rows = await history.rows(kind, version, keys[0] if keys else None, page.limit + 1, unit_id)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=show_past)
