"""Roles, assignments, vacancies and continuity over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.projects.body.auth import BodiesRead, BodiesWrite
from services.projects.body.service import BodyService
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand, refusal_to_change_row, refusal_to_lead
from services.projects.role.models import ProjectRole, RoleAssignment
from services.projects.role.service import RoleService
from services.projects.staffing.schemas import (
    AssignmentChange,
    AssignmentCreate,
    AssignmentPublic,
    ContinuityReport,
    RoleCreate,
    RolePublic,
    VacancyPublic,
)
from services.projects.staffing.service import StaffingService, lacks, shown_title
from services.projects.staffing.vacancies import vacant_seats
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.text import Lang
from shared.web import (
    AllowedAction,
    AsOf,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    created,
    etag,
    make_page,
    new_router,
)
from shared.web.route import problem_responses

router = new_router("roles")

AssignmentId = Annotated[UUID, Path(alias="assignmentId")]


@router.get(
    "/projects/{projectId}/roles", name="roles_list", summary="List the roles of a project", dependencies=[AsOf]
)
async def roles_list(
    project_id: ProjectId, caller: BodiesRead, projects: Projects, session: SessionDep, request: Request, page: PageDep
) -> Page[RolePublic]:
    """Roles that somebody must hold, and how many at each unit."""
    await projects.get(project_id)
    after = page.keys(UUID)
    roles = [role for role in await RoleService(session).roles(project_id) if after is None or role.id > after[0]]
    rows = roles[: page.limit + 1]
    return make_page(request, page, rows, key=lambda row: [row.id], show=RolePublic.model_validate)


@router.post("/projects/{projectId}/roles", name="roles_create", status_code=201, summary="Add a role")
async def roles_create(
    project_id: ProjectId,
    body: RoleCreate,
    caller: BodiesWrite,
    projects: Projects,
    session: SessionDep,
    request: Request,
    response: Response,
) -> RolePublic:
    """A role of the authority's own, beside those of the template."""
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.bodies_write))
    role = await StaffingService(session).add_role(project_id, body)
    created(response, request, f"/projects/v1/projects/{project_id}/roles")
    return RolePublic.model_validate(role)


@router.get(
    "/projects/{projectId}/role-assignments",
    name="role_assignments_list",
    summary="List who holds the roles",
    dependencies=[AsOf],
)
async def role_assignments_list(
    project_id: ProjectId,
    caller: BodiesRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[AssignmentPublic]:
    """Assignments, ended ones included, oldest first."""
    await projects.get(project_id)
    service, after = RoleService(session), page.keys(UUID)
    roles = {role.id: role for role in await service.roles(project_id)}
    rows = await service.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, roles[row.role_id], caller, lang)
    )


@router.post(
    "/projects/{projectId}/role-assignments",
    name="role_assignments_create",
    status_code=201,
    summary="Give somebody a role",
)
async def role_assignments_create(
    project_id: ProjectId,
    body: AssignmentCreate,
    caller: BodiesWrite,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> AssignmentPublic:
    """An account holds a role from a day on. Each side fills its own roles, the customer any."""
    await projects.get(project_id)
    row = await StaffingService(session).assign(project_id, body, caller)
    created(response, request, f"/projects/v1/role-assignments/{row.id}")
    return await _shown(row, session, caller, lang, response)


@router.get(
    "/role-assignments/{assignmentId}",
    name="role_assignments_get",
    summary="Read a role assignment",
    dependencies=[AsOf],
)
async def role_assignments_get(
    assignment_id: AssignmentId, caller: BodiesRead, session: SessionDep, lang: LangDep, response: Response
) -> AssignmentPublic:
    """One assignment, whether it counts today, and what it lacks."""
    return await _shown(await RoleService(session).assignment(assignment_id), session, caller, lang, response)


@router.patch(
    "/role-assignments/{assignmentId}",
    name="role_assignments_patch",
    summary="Change a role assignment",
    responses=problem_responses(412, 428),
)
async def role_assignments_patch(
    assignment_id: AssignmentId,
    body: AssignmentChange,
    caller: BodiesWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> AssignmentPublic:
    """End an assignment, name a deputy, or give it its decision and its share of the post."""
    row = await StaffingService(session).change(assignment_id, version, body, caller)
    return await _shown(row, session, caller, lang, response)


@router.get(
    "/projects/{projectId}/vacancies", name="vacancies_list", summary="List what is vacant", dependencies=[AsOf]
)
async def vacancies_list(
    project_id: ProjectId,
    caller: BodiesRead,
    projects: Projects,
    session: SessionDep,
    request: Request,
    page: PageDep,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only at this unit")] = None,
) -> Page[VacancyPublic]:
    """Roles with too few holders, by unit where they are held there, then seats in which nobody sits."""
    project = await projects.get(project_id)
    roles = [
        VacancyPublic.model_validate(
            {
                "kind": "role",
                "key": one.role.key,
                "title": one.role.title,
                "side": one.role.side,
                "role_id": one.role.id,
                "unit_id": one.unit_id,
                "body_id": None,
                "seat_id": None,
                "required": one.required,
                "missing": one.missing,
                "suggested_id": None,
            }
        )
        for one in await StaffingService(session).vacancies(project)
    ]
    rows = [row for row in [*roles, *await _vacant_seats(project_id, session)] if unit_id in (None, row.unit_id)]
    after = page.keys(str, str)
    if after is not None:
        seen = next((n for n, row in enumerate(rows, start=1) if tuple(_key(row)) == after), len(rows))
        rows = rows[seen:]
    return make_page(request, page, rows[: page.limit + 1], key=_key, show=lambda row: row)


@router.get(
    "/projects/{projectId}/continuity-reports",
    name="continuity_reports_get",
    summary="Report on the change of stage",
    dependencies=[AsOf],
)
async def continuity_reports_get(
    project_id: ProjectId,
    caller: BodiesRead,
    projects: Projects,
    session: SessionDep,
    on: Annotated[
        date | None,
        Query(
            ge=date(2000, 1, 1),
            le=date(2100, 12, 31),
            examples=["2028-08-01"],
            description="The first day of the next stage; today where it is left out",
        ),
    ] = None,
) -> ContinuityReport:
    """Who leaves, which seats are empty, and which bodies have no cadence when the next stage begins."""
    return await StaffingService(session).continuity(await projects.get(project_id), on or clock.today())


async def _vacant_seats(project_id: UUID, session: SessionDep) -> list[VacancyPublic]:
    bodies, roles, today = BodyService(session), RoleService(session), clock.today()
    ended = {body.id for body in await bodies.of_project(project_id) if body.ended_on and body.ended_on < today}
    seats = [seat for seat in await bodies.seats(project_id) if seat.body_id not in ended]
    memberships = await bodies.memberships([seat.id for seat in seats])
    holders = await roles.holders(project_id)
    by_key = {role.key: role.id for role in await roles.roles(project_id)}
    return [
        VacancyPublic(
            kind="seat",
            key=seat.key,
            title=shown_title(seat.title),
            side=seat.side,
            role_id=(role_id := by_key.get(seat.role_key or "")),
            unit_id=seat.unit_id,
            body_id=seat.body_id,
            seat_id=seat.id,
            required=1,
            missing=1,
            suggested_id=holders.get(role_id) if role_id else None,
        )
        for seat in vacant_seats(seats, memberships, today)
    ]


def _key(row: VacancyPublic) -> list[str]:
    return [str(row.seat_id or row.role_id), str(row.unit_id)]


async def _shown(
    row: RoleAssignment, session: SessionDep, caller: Principal, lang: Lang, response: Response
) -> AssignmentPublic:
    etag(response, row.version)
    return _show(row, await RoleService(session).role(row.role_id), caller, lang)


def _show(row: RoleAssignment, role: ProjectRole, caller: Principal, lang: Lang) -> AssignmentPublic:
    refusal = refusal_to_change_row(caller, role.side, Scope.bodies_write)
    change = AllowedAction(
        action="change",
        method="PATCH",
        href=f"/projects/v1/role-assignments/{row.id}",
        allowed=refusal is None,
        reason=refusal and refusal.pick(lang),
    )
    computed = {
        "role_key": role.key,
        "counts": row.counts_on(clock.today(), role),
        "lacks": lacks(row, role),
        "allowed_actions": [change],
    }
    return AssignmentPublic.model_validate(row.model_dump() | computed)
