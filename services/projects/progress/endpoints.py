"""Changing activities over HTTP."""

from fastapi import Request, Response

from services.projects.activity.auth import ActivitiesMove, ActivitiesWrite
from services.projects.activity.endpoints import ActivityId
from services.projects.activity.models import Activity
from services.projects.activity.schemas import ActivityPublic
from services.projects.activity.service import ActivityService
from services.projects.activity.view import show
from services.projects.progress.schemas import (
    ActivityChange,
    ActivityCreate,
    ChildrenCreate,
    ChildrenPublic,
    UnitRow,
    UpsertBatch,
    UpsertedItem,
    UpsertPublic,
)
from services.projects.progress.service import ProgressService
from services.projects.progress.upsert import ItemResult, UpsertService, is_applied
from services.projects.project.endpoints import ProjectId
from shared.kit import clock
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, SessionDep, created, etag, new_router
from shared.web.route import problem_responses

router = new_router("activities")


@router.post("/projects/{projectId}/activities", name="activities_create", status_code=201, summary="Add an activity")
async def activities_create(
    project_id: ProjectId,
    body: ActivityCreate,
    caller: ActivitiesWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ActivityPublic:
    """Add a row of your own to the plan. A supplier may add its own and joint rows."""
    activity = await ProgressService(session, caller).create(project_id, body)
    created(response, request, f"/projects/v1/activities/{activity.id}")
    etag(response, activity.version)
    return show(activity, caller, lang, clock.today(), await ActivityService(session).around(activity))


@router.patch(
    "/activities/{activityId}",
    name="activities_patch",
    summary="Change an activity",
    responses=problem_responses(412, 428),
)
async def activities_patch(
    activity_id: ActivityId,
    body: ActivityChange,
    caller: ActivitiesMove,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> ActivityPublic:
    """Move an activity in time or in the plan, change what it says, its state, notes or owner; gates follow at once.

    A supplier may change its own and joint rows. The owner of a row may change its state and notes, and so may the
    head of the unit where it is carried out. A row of the checklist is ticked off by its own side or its owner.
    Approving a delivery or the plan is the customer's approver's.
    """
    activity = await ProgressService(session, caller).change(activity_id, version, body)
    etag(response, activity.version)
    return show(activity, caller, lang, clock.today(), await ActivityService(session).around(activity))


@router.delete(
    "/activities/{activityId}",
    name="activities_delete",
    status_code=204,
    summary="Remove an activity",
    responses=problem_responses(412, 428),
)
async def activities_delete(
    activity_id: ActivityId, caller: ActivitiesWrite, version: IfMatch, session: SessionDep
) -> None:
    """Take a row out of the plan, with its rows per unit. Refused while a gate that is not passed waits for it.

    The history of the plan keeps it.
    """
    await ProgressService(session, caller).remove(activity_id, version)


@router.post(
    "/activities/{activityId}/children",
    name="activity_children_create",
    summary="Carry an activity out at more units",
)
async def activity_children_create(
    activity_id: ActivityId, body: ChildrenCreate, caller: ActivitiesWrite, session: SessionDep
) -> ChildrenPublic:
    """Add a row per unit below an activity; its state follows them from then on. Repeating it adds nothing."""
    added, present = await ProgressService(session, caller).add_units(activity_id, body.unit_ids)
    return ChildrenPublic(activity_id=activity_id, added=_unit_rows(added), present=_unit_rows(present))


@router.post(
    "/projects/{projectId}/activity-upserts",
    name="activity_upserts_create",
    summary="Add or change many activities at once",
    responses=problem_responses(413),
)
async def activity_upserts_create(
    project_id: ProjectId, body: UpsertBatch, caller: ActivitiesWrite, session: SessionDep, lang: LangDep
) -> UpsertPublic:
    """Up to 2 000 rows in one transaction, each with its own result. Nothing is ever written in part.

    `dryRun` answers what would happen. With `allOrNothing`, the default, one refused item keeps all from being written.
    One event `projects.activities.changed.v1` tells of the whole batch.
    """
    flags = {"dry_run": body.dry_run, "all_or_nothing": body.all_or_nothing}
    results = await UpsertService(session, caller).apply(project_id, body.items, **flags)
    outcomes = [one.outcome for one in results]
    return UpsertPublic(
        is_applied=is_applied(results, **flags),
        created=outcomes.count("created"),
        updated=outcomes.count("updated"),
        unchanged=outcomes.count("unchanged"),
        refused=outcomes.count("refused"),
        items=[_upserted(one, lang) for one in results],
    )


def _unit_rows(rows: list[Activity]) -> list[UnitRow]:
    return [UnitRow(unit_id=row.unit_id, activity_id=row.id) for row in rows if row.unit_id is not None]


def _upserted(result: ItemResult, lang: Lang) -> UpsertedItem:
    return UpsertedItem(
        index=result.index,
        outcome=result.outcome,
        activity_id=result.activity_id,
        version=result.version,
        problem=result.problem.document(lang) if result.problem else None,
    )
