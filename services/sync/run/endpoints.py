"""Runs: start, follow, look through the plan and the findings, approve."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.sync.plan.models import Run
from services.sync.reading.mapping import Kind
from services.sync.rules.rule import Mender, Severity
from services.sync.run.auth import PlansRead, RunsApprove, RunsRead, RunsStart
from services.sync.run.query import FindingQuery, ItemQuery
from services.sync.run.schemas import (
    ApprovalAccepted,
    ApprovalCreate,
    FindingPublic,
    PlanItem,
    RunCreate,
    RunEvidence,
    RunPublic,
    YearRollPublic,
)
from services.sync.run.service import RunService
from services.sync.run.showing import (
    claims_of,
    finding_cells,
    finding_headings,
    show_finding,
    show_item,
    show_run,
    units_of,
)
from shared.kit.problems import NotFound
from shared.web import LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.negotiation import negotiated
from shared.web.route import problem_responses
from shared.web.sheet import FILES, FORMATS, sheet

router = new_router("runs")
_FILE_ROWS = 20_000

RunId = Annotated[UUID, Path(alias="runId")]
Op = Literal["create", "change", "end", "revive"]


def _asked(
    rule: Annotated[str | None, Query(max_length=60, description="Only findings of this rule")] = None,
    severity: Annotated[Severity | None, Query(description="Only findings of this severity")] = None,
    mender: Annotated[Mender | None, Query(description="Only findings that these can mend")] = None,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only findings about this unit")] = None,
) -> FindingQuery:
    return FindingQuery(rule, severity, mender, unit_id)


@router.post("/runs", status_code=202, summary="Start a run")
async def runs_create(
    body: RunCreate, caller: RunsStart, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> RunPublic:
    """Read an upload and plan what it would change. Nothing changes before the plan is approved.

    One thing does: a protection marking that the delivery brings takes effect as soon as it is read.
    """
    run = await RunService(session).start(body.upload_id, caller.subject)
    created(response, request, f"/sync/v1/jobs/{run.job_id}", status=202)
    return show_run(run, [], caller, request, lang)


@router.get("/runs", summary="List runs")
async def runs_list(
    caller: RunsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[RunPublic]:
    """Deliveries that were read, the newest first."""
    keys = page.keys(UUID)
    runs = RunService(session)
    rows = await runs.list_before(keys[0] if keys else None, page.limit + 1)
    units = await runs.unit_names(units_of(rows))

    def show(row: Run) -> RunPublic:
        return show_run(row, [], caller, request, lang, units)

    return make_page(request, page, rows, key=lambda row: (row.id,), show=show)


@router.get("/runs/{runId}", summary="Read a run")
async def runs_get(
    run_id: RunId, caller: RunsRead, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> RunPublic:
    """State, gross numbers per kind and unit, what the guard says, and the hash that stands for the plan."""
    runs = RunService(session)
    run, approvals = await runs.get(run_id)
    etag(response, run.version)
    return show_run(run, approvals, caller, request, lang, await runs.unit_names(units_of([run])))


@router.get("/runs/{runId}/plan-items", summary="List what a run changes")
async def run_plan_items_list(
    run_id: RunId,
    _: PlansRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    kind: Annotated[Kind | None, Query(description="Only rows of this kind")] = None,
    op: Annotated[Op | None, Query(description="Only this operation")] = None,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only rows counted under this unit")] = None,
) -> Page[PlanItem]:
    """Every row that would be or was created, changed, ended or revived, with its values before and after."""
    keys = page.keys(str, UUID)
    query = ItemQuery(kind, op, unit_id, (keys[0], keys[1]) if keys else None, page.limit + 1)
    rows, protected = await RunService(session).items(run_id, query)
    return make_page(
        request, page, rows, key=lambda row: (row[0], row[1].id), show=lambda row: show_item(*row, protected)
    )


@router.get("/runs/{runId}/findings", summary="List what is wrong in a delivery")
async def run_findings_list(
    run_id: RunId,
    _: PlansRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
    asked: Annotated[FindingQuery, Depends(_asked)],
) -> Page[FindingPublic]:
    """Each finding names file, line and column, the row's id in the register, and who mends it how.

    At most 1000 per rule are kept, all are counted.
    """
    keys = page.keys(UUID)
    rows = await RunService(session).findings(run_id, asked, keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=lambda row: show_finding(row, lang))


@router.get(
    "/runs/{runId}/findings/content",
    summary="Fetch the findings of a delivery as a file",
    response_class=Response,
    responses={**FILES, **problem_responses(406)},
)
async def run_findings_get_content(
    run_id: RunId,
    _: PlansRead,
    session: SessionDep,
    request: Request,
    lang: LangDep,
    asked: Annotated[FindingQuery, Depends(_asked)],
    wanted: Annotated[Literal["csv", "xlsx"] | None, Query(alias="format", description="Instead of Accept")] = None,
) -> Response:
    """The same as the list, to be handed to whoever mends it in the register; at most 20 000 rows."""
    media = negotiated(request, FORMATS, asked=wanted)
    rows = await RunService(session).findings(run_id, asked, None, _FILE_ROWS)
    return sheet(media, "findings", finding_headings(lang), [finding_cells(show_finding(row, lang)) for row in rows])


@router.get("/runs/{runId}/evidence", name="run_evidence_get", summary="Read the evidence of a run")
async def run_evidence_get(run_id: RunId, _: RunsRead, session: SessionDep) -> RunEvidence:
    """What was read and what came of it, signed when it was planned. 404 where it came to no plan."""
    signature = await RunService(session).evidence(run_id)
    return RunEvidence(run_id=run_id, claims=claims_of(signature), signature=signature)


@router.post("/runs/{runId}/approvals", status_code=202, summary="Approve a plan")
async def run_approvals_create(
    run_id: RunId,
    body: ApprovalCreate,
    caller: RunsApprove,
    session: SessionDep,
    request: Request,
    response: Response,
) -> ApprovalAccepted:
    """Approve exactly the plan with this hash; the customer's side alone. The last approval needed applies it.

    A held plan is released in the same way, by two persons, each with a reason; a plan from which something is missing
    by nobody.
    """
    approved = await RunService(session).approve(run_id, body.plan_hash, caller, body.reason)
    is_enough = approved.given >= approved.needed
    job_id = approved.run.job_id if is_enough else None
    created(response, request, f"/sync/v1/jobs/{job_id}" if job_id else f"/sync/v1/runs/{run_id}", status=202)
    return ApprovalAccepted(run_id=run_id, given=approved.given, needed=approved.needed, job_id=job_id)


@router.post("/runs/{runId}/cancellations", status_code=200, summary="Cancel a run")
async def run_cancellations_create(
    run_id: RunId, caller: RunsStart, session: SessionDep, request: Request, lang: LangDep
) -> RunPublic:
    """Call off a run that is queued or waits with a plan. The roster stays as it is, the upload for another run."""
    runs = RunService(session)
    run = await runs.cancel(run_id)
    return show_run(run, [], caller, request, lang, await runs.unit_names(units_of([run])))


@router.get("/runs/{runId}/year-roll", name="run_year_roll_get", summary="Read what the turn of the year explains")
async def run_year_roll_get(run_id: RunId, _: PlansRead, session: SessionDep) -> YearRollPublic:
    """Years and classes that were found again, and who was not. 404 where the run fell outside the declared days."""
    run, _approvals = await RunService(session).get(run_id)
    if run.year_roll is None:
        raise NotFound()
    return YearRollPublic.model_validate(run.year_roll)
