"""Baselines over HTTP: frozen plans and what has changed since."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.baseline.auth import BaselinesRead, BaselinesWrite
from services.projects.baseline.difference import Comparison, Difference
from services.projects.baseline.models import BaselineCause, BaselineItem
from services.projects.baseline.schemas import (
    BaselineComparison,
    BaselineCreate,
    BaselineItemPublic,
    BaselinePublic,
    DifferencePublic,
)
from services.projects.baseline.service import BaselineService
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand, refusal_to_lead
from shared.auth.scopes import Scope
from shared.web import Page, PageDep, SessionDep, created, make_page, new_router
from shared.web.as_of import AsOf

router = new_router("baselines")

BaselineId = Annotated[UUID, Path(alias="baselineId")]


async def _service(session: SessionDep) -> BaselineService:
    return BaselineService(session)


Baselines = Annotated[BaselineService, Depends(_service)]


@router.get(
    "/projects/{projectId}/baselines",
    name="baselines_list",
    summary="List the baselines of a project",
    dependencies=[AsOf],
)
async def baselines_list(
    project_id: ProjectId,
    caller: BaselinesRead,
    projects: Projects,
    baselines: Baselines,
    request: Request,
    page: PageDep,
) -> Page[BaselinePublic]:
    """Frozen plans, oldest first: one for each approval, each gate that was passed and each decided change."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await baselines.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=BaselinePublic.model_validate)


@router.post("/projects/{projectId}/baselines", name="baselines_create", status_code=201, summary="Freeze the plan")
async def baselines_create(
    project_id: ProjectId,
    body: BaselineCreate,
    caller: BaselinesWrite,
    projects: Projects,
    baselines: Baselines,
    request: Request,
    response: Response,
) -> BaselinePublic:
    """Keep the plan as it stands now, to compare with later."""
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    await projects.get_active(project_id)
    taken = await baselines.take(
        project_id, body.name, BaselineCause.manual, reason=body.reason, taken_by=caller.subject
    )
    created(response, request, f"/projects/v1/baselines/{taken.id}")
    return BaselinePublic.model_validate(taken)


@router.get("/baselines/{baselineId}", name="baselines_get", summary="Read a baseline", dependencies=[AsOf])
async def baselines_get(baseline_id: BaselineId, caller: BaselinesRead, baselines: Baselines) -> BaselinePublic:
    """When, why and by whom a plan was frozen."""
    return BaselinePublic.model_validate(await baselines.get(baseline_id))


@router.get(
    "/baselines/{baselineId}/items",
    name="baseline_items_list",
    summary="Read the rows of a baseline",
    dependencies=[AsOf],
)
async def baseline_items_list(
    baseline_id: BaselineId, caller: BaselinesRead, baselines: Baselines, request: Request, page: PageDep
) -> Page[BaselineItemPublic]:
    """Phases, gates and activities as they stood, in the order of the plan."""
    await baselines.get(baseline_id)
    rows = await baselines.items(baseline_id)
    after = page.keys(int)
    start = after[0] + 1 if after else 0
    numbered = list(enumerate(rows))[start : start + page.limit + 1]
    return make_page(request, page, numbered, key=lambda pair: [pair[0]], show=lambda pair: _item(pair[1]))


@router.get(
    "/baselines/{baselineId}/differences",
    name="baseline_differences_get",
    summary="Compare a baseline with a plan",
    dependencies=[AsOf],
)
async def baseline_differences_get(
    baseline_id: BaselineId,
    caller: BaselinesRead,
    baselines: Baselines,
    to: Annotated[
        UUID | Literal["current"], Query(description="Another baseline of the project, or `current`")
    ] = "current",
) -> BaselineComparison:
    """Every row that was added, removed or changed, and how far it moved."""
    baseline = await baselines.get(baseline_id)
    found = await baselines.compare(baseline, None if to == "current" else to)
    return _comparison(baseline_id, str(to), found)


def _comparison(baseline_id: UUID, compared_with: str, found: Comparison) -> BaselineComparison:
    return BaselineComparison(
        baseline_id=baseline_id,
        compared_with=compared_with,
        unchanged=found.unchanged,
        added=found.count("added"),
        removed=found.count("removed"),
        changed=found.count("changed"),
        latest_shift_days=found.latest_shift_days,
        differences=[_difference(each) for each in found.differences],
    )


def _difference(found: Difference) -> DifferencePublic:
    row, before, after = found.row, found.before, found.after
    return DifferencePublic.model_validate(
        {
            "subject": row.subject,
            "subject_id": row.subject_id,
            "source_ref": row.source_ref,
            "title": row.title,
            "change": found.change,
            "fields": [_CAMEL.get(name, name) for name in found.fields],
            "window_before": before and before.window,
            "window_after": after and after.window,
            "state_before": before and before.state,
            "state_after": after and after.state,
            "end_shift_days": found.end_shift_days,
        }
    )


_CAMEL = {
    "is_enabled": "isEnabled",
    "duration_days_min": "durationDaysMin",
    "duration_days_max": "durationDaysMax",
}


def _item(row: BaselineItem) -> BaselineItemPublic:
    return BaselineItemPublic.model_validate(row.model_dump() | {"window": row.window})
