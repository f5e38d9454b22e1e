"""The platform's truth: compare its export, read what differs and who has an account."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.sync.platform.auth import AccountsRead, ComparisonsRead, ComparisonsWrite, DifferencesRead, units_seen
from services.sync.platform.query import DifferenceQuery
from services.sync.platform.schemas import AccountPublic, ComparisonCreate, ComparisonPublic, DifferencePublic
from services.sync.platform.service import PlatformService
from services.sync.platform.showing import named_differences, show_account, show_difference
from services.sync.rules.rule import Mender, Severity
from shared.web import LangDep, Page, PageDep, SessionDep, created, make_page, new_router

router = new_router("platform")

ComparisonId = Annotated[UUID, Path(alias="comparisonId")]


@router.post("/platform-comparisons", status_code=202, summary="Compare the platform's export")
async def platform_comparisons_create(
    body: ComparisonCreate, caller: ComparisonsWrite, session: SessionDep, request: Request, response: Response
) -> ComparisonPublic:
    """Read a stored export of the platform and name every way in which it differs from the roster.

    Nothing is applied. The same upload is compared once; a new export is a new upload.
    """
    comparison = await PlatformService(session).start(body.upload_id, caller.subject)
    created(response, request, f"/sync/v1/jobs/{comparison.job_id}", status=202)
    return ComparisonPublic.model_validate(comparison)


@router.get("/platform-comparisons", summary="List comparisons")
async def platform_comparisons_list(
    _: ComparisonsRead, session: SessionDep, request: Request, page: PageDep
) -> Page[ComparisonPublic]:
    """Exports that were compared, the newest first."""
    keys = page.keys(UUID)
    rows = await PlatformService(session).list_before(keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=ComparisonPublic.model_validate)


@router.get("/platform-comparisons/{comparisonId}", summary="Read a comparison")
async def platform_comparisons_get(
    comparison_id: ComparisonId, _: ComparisonsRead, session: SessionDep
) -> ComparisonPublic:
    """Both sides by unit, and how they differ in numbers."""
    return ComparisonPublic.model_validate(await PlatformService(session).get(comparison_id))


def _asked(
    comparison_id: Annotated[
        UUID | None, Query(alias="comparisonId", description="Of this comparison; else of the newest of each platform")
    ] = None,
    kind: Annotated[str | None, Query(max_length=60, description="Only differences of this kind")] = None,
    severity: Annotated[Severity | None, Query(description="Only differences of this severity")] = None,
    mender: Annotated[Mender | None, Query(description="Only differences that these can mend")] = None,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only differences at this unit")] = None,
) -> DifferenceQuery:
    return DifferenceQuery([comparison_id] if comparison_id else [], kind, severity, mender, unit_id)


@router.get("/platform-differences", summary="List how the platform differs")
async def platform_differences_list(
    caller: DifferencesRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
    asked: Annotated[DifferenceQuery, Depends(_asked)],
) -> Page[DifferencePublic]:
    """Each difference names the unit, the person by name or alias, the likely cause, and who mends it how.

    A unit's head sees the own units.
    """
    keys = page.keys(UUID)
    found = await named_differences(session, asked, units_seen(caller), (keys[0] if keys else None, page.limit + 1))
    return make_page(
        request, page, found.rows, key=lambda row: (row.id,), show=lambda row: show_difference(row, found.names, lang)
    )


@router.get("/platform-accounts", summary="List accounts at the platform")
async def platform_accounts_list(
    _: AccountsRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    person_id: Annotated[UUID | None, Query(alias="personId", description="Only this person's")] = None,
) -> Page[AccountPublic]:
    """Who has an account at the platform, whether it is active, and when it was last used, by the newest export."""
    keys = page.keys(UUID)
    persons = [person_id] if person_id else None
    rows = await PlatformService(session).accounts(persons, keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=show_account)
