"""Readiness of units and late work over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request

from services.projects.plan.window import Window
from services.projects.project.endpoints import ProjectId
from services.projects.readiness.auth import LateRead, ReadinessList, ReadinessRead, may_see
from services.projects.readiness.errors import UnitNotFound
from services.projects.readiness.facts import overall
from services.projects.readiness.schemas import (
    FactPublic,
    LateCount,
    LateRow,
    LateSummary,
    UnitReadiness,
    UnitReadinessReport,
)
from services.projects.readiness.service import ReadinessService, UnitView
from shared.kit import clock
from shared.kit.text import Lang
from shared.web import AsOf, LangDep, Page, PageDep, SessionDep, make_page, new_router

router = new_router("readiness")


@router.get(
    "/units/{unitId}/readiness",
    name="unit_readiness_get",
    summary="Read how ready a unit is",
    dependencies=[AsOf],
)
async def unit_readiness_get(
    unit_id: Annotated[UUID, Path(alias="unitId")], caller: ReadinessRead, session: SessionDep, lang: LangDep
) -> UnitReadinessReport:
    """For its head and for who follows every unit: what is open, late, missing or unknown, with the reasons in words.

    What no service has told of is unknown, never ready.
    """
    if not may_see(caller, unit_id):
        raise UnitNotFound()
    service = ReadinessService(session)
    unit = await service.unit(unit_id)
    views = await service.of_unit(unit)
    return UnitReadinessReport(
        unit_id=unit.id,
        unit_name=unit.name,
        state=overall(view.state for view in views),
        projects=[_show(view, lang) for view in views],
    )


@router.get(
    "/projects/{projectId}/unit-readiness",
    name="unit_readiness_list",
    summary="List how ready the units of a project are",
    dependencies=[AsOf],
)
async def unit_readiness_list(
    project_id: ProjectId, caller: ReadinessList, session: SessionDep, lang: LangDep, request: Request, page: PageDep
) -> Page[UnitReadiness]:
    """Every school that the project concerns, by name."""
    views = await ReadinessService(session).list_after(project_id, page.keys(str, UUID), page.limit + 1)
    return make_page(
        request, page, views, key=lambda view: [view.unit.name, view.unit.id], show=lambda view: _show(view, lang)
    )


@router.get(
    "/projects/{projectId}/late-work",
    name="late_work_list",
    summary="List what is late in a project",
    dependencies=[AsOf],
)
async def late_work_list(
    project_id: ProjectId, caller: LateRead, session: SessionDep, request: Request, page: PageDep
) -> Page[LateRow]:
    """Open rows whose window is over, the one that is the most late first; a row carried out per unit by its units."""
    after = page.keys(date.fromisoformat, UUID)
    rows = await ReadinessService(session).late(project_id, after, page.limit + 1)
    today = clock.today()
    return make_page(request, page, rows, key=lambda row: [row.window_end, row.id], show=lambda row: _late(row, today))


@router.get(
    "/projects/{projectId}/late-work-summary",
    name="late_work_summary_get",
    summary="Count what is late in a project",
    dependencies=[AsOf],
)
async def late_work_summary_get(project_id: ProjectId, caller: LateRead, session: SessionDep) -> LateSummary:
    """How many rows are late, by side, by role and by unit, the most first."""
    rows = await ReadinessService(session).late_counts(project_id)
    today = clock.today()
    sets: dict[str, list[LateCount]] = {"side": [], "role_key": [], "unit_id": []}
    late = 0
    for row in rows:
        name = _set_of(row)
        if name is None:
            late = row.late
            continue
        key = getattr(row, name)
        sets[name].append(LateCount(key=key and str(key), late=row.late, days_late=(today - row.oldest).days))
    return LateSummary(
        project_id=project_id,
        day=today,
        late=late,
        by_side=sets["side"],
        by_role=sets["role_key"],
        by_unit=sets["unit_id"],
    )


def _set_of(row: Any) -> str | None:
    """The column that a count belongs to; None for the count of all."""
    for name, left_out in (("side", row.no_side), ("role_key", row.no_role), ("unit_id", row.no_unit)):
        if not left_out:
            return name
    return None


def _late(row: Any, today: date) -> LateRow:
    window = Window(
        start=row.window_start, end=row.window_end, precision=row.window_precision, tentative=row.window_tentative
    )
    computed = {
        "window": window,
        "days_late": (today - row.window_end).days,
        "href": f"/projects/v1/activities/{row.id}",
    }
    return LateRow.model_validate(dict(row._mapping) | computed)


def _show(view: UnitView, lang: Lang) -> UnitReadiness:
    now = clock.viewpoint()
    return UnitReadiness(
        unit_id=view.unit.id,
        unit_name=view.unit.name,
        project_id=view.project.id,
        project_name=view.project.name,
        state=view.state,
        open_actions=view.open_actions,
        late_actions=view.late_actions,
        facts=[
            FactPublic.model_validate(
                vars(fact)
                | {
                    "sentence": fact.sentence.pick(lang),
                    "age_days": (now - fact.observed_at).days if fact.observed_at else None,
                }
            )
            for fact in view.facts
        ],
    )
