"""Measurements over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.goal.auth import GoalsLead, GoalsRead
from services.projects.goal.endpoints.indicators import IndicatorId, Indicators
from services.projects.goal.schemas.measurement import (
    MeasurementChange,
    MeasurementCreate,
    MeasurementPublic,
    MeasurementUpserts,
    UpsertResults,
    exact,
)
from services.projects.goal.service import MeasurementService, Reading, UpsertService, reading_of
from services.projects.goal.view import show_measurement
from services.projects.goal.vocabulary import MeasurementKind
from services.projects.project.rights import demand, refusal_to_lead
from shared.auth.scopes import Scope
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.web import (
    AsOf,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    check_version,
    created,
    etag,
    make_page,
    new_router,
)
from shared.web.route import problem_responses

router = new_router("measurements")

MeasurementId = Annotated[UUID, Path(alias="measurementId")]
_BACKWARDS = Text(sv="Perioden slutar innan den börjar", en="The period ends before it begins")


async def _service(session: SessionDep) -> MeasurementService:
    return MeasurementService(session)


Measurements = Annotated[MeasurementService, Depends(_service)]


@router.get(
    "/indicators/{indicatorId}/measurements",
    name="measurements_list",
    summary="List the measurements of an indicator",
    dependencies=[AsOf],
)
async def measurements_list(
    indicator_id: IndicatorId,
    caller: GoalsRead,
    indicators: Indicators,
    measurements: Measurements,
    request: Request,
    page: PageDep,
) -> Page[MeasurementPublic]:
    """Baselines, targets and actuals as they were recorded. Values about few people are hidden, and marked."""
    hidden = await measurements.hidden(await indicators.get(indicator_id))
    after = page.keys(UUID)
    rows = await measurements.list_after(indicator_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: show_measurement(row, hidden))


@router.post(
    "/indicators/{indicatorId}/measurements",
    name="measurements_create",
    status_code=201,
    summary="Record a value",
)
async def measurements_create(
    indicator_id: IndicatorId,
    body: MeasurementCreate,
    caller: GoalsLead,
    measurements: Measurements,
    request: Request,
    response: Response,
) -> MeasurementPublic:
    """Record a baseline, a target or an actual.

    There is one baseline per indicator and scope, over before the first actual begins; 409 names what conflicts.
    """
    indicator = await measurements.lock_for_writing(indicator_id)
    demand(refusal_to_lead(caller, Scope.goals_write))
    row, _ = await measurements.put(indicator, reading_of(body), caller.subject, replaces=False)
    await measurements.told(indicator, 1)
    created(response, request, f"/projects/v1/measurements/{row.id}")
    etag(response, row.version)
    return show_measurement(row, await measurements.hidden(indicator))


@router.post(
    "/indicators/{indicatorId}/measurement-upserts",
    name="measurement_upserts_create",
    summary="Record many values",
)
async def measurement_upserts_create(
    indicator_id: IndicatorId, body: MeasurementUpserts, caller: GoalsLead, session: SessionDep, lang: LangDep
) -> UpsertResults:
    """Add or replace many values, with a result for each; usage and service-level figures come in here."""
    demand(refusal_to_lead(caller, Scope.goals_write))
    return await UpsertService(session, lang).write(indicator_id, body, caller.subject)


@router.get(
    "/measurements/{measurementId}",
    name="measurements_get",
    summary="Read a measurement",
    dependencies=[AsOf],
)
async def measurements_get(
    measurement_id: MeasurementId,
    caller: GoalsRead,
    indicators: Indicators,
    measurements: Measurements,
) -> MeasurementPublic:
    """One value. There is no ETag: what may be shown depends on the other values of its period."""
    row = await measurements.get(measurement_id)
    return show_measurement(row, await measurements.hidden(await indicators.get(row.indicator_id)))


@router.patch(
    "/measurements/{measurementId}",
    name="measurements_patch",
    summary="Correct a measurement",
    responses=problem_responses(412, 428),
)
async def measurements_patch(
    measurement_id: MeasurementId,
    body: MeasurementChange,
    caller: GoalsLead,
    version: IfMatch,
    measurements: Measurements,
    response: Response,
) -> MeasurementPublic:
    """Correct a value, its period, its source or the number of people."""
    row = await measurements.get(measurement_id)
    demand(refusal_to_lead(caller, Scope.goals_write))
    indicator = await measurements.lock_for_writing(row.indicator_id)
    check_version(version, row.version)
    given = body.model_fields_set
    reading = Reading(
        kind=MeasurementKind(row.kind),
        unit_id=row.unit_id,
        period_start=body.period_start or row.period_start,
        period_end=body.period_end or row.period_end,
        value=row.value if body.value is None else exact(body.value),
        n=body.n if "n" in given else row.n,
        source=body.source or row.source,
    )
    if reading.period_end < reading.period_start:
        raise Invalid(errors=[FieldError(pointer="#/periodEnd", detail=_BACKWARDS, code="period")])
    await measurements.change(indicator, row, reading, caller.subject)
    etag(response, row.version)
    return show_measurement(row, await measurements.hidden(indicator))


@router.delete(
    "/measurements/{measurementId}",
    name="measurements_delete",
    status_code=204,
    summary="Remove a measurement",
    responses=problem_responses(412, 428),
)
async def measurements_delete(
    measurement_id: MeasurementId, caller: GoalsLead, version: IfMatch, measurements: Measurements
) -> None:
    """Take away a value that should not have been recorded."""
    row = await measurements.get(measurement_id)
    demand(refusal_to_lead(caller, Scope.goals_write))
    indicator = await measurements.lock_for_writing(row.indicator_id)
    check_version(version, row.version)
    await measurements.remove(indicator, row)
