"""Bodies, their seats and members over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.projects.body.auth import BodiesRead, BodiesWrite
from services.projects.body.models import Body
from services.projects.body.schemas import (
    BodyChange,
    BodyCreate,
    BodyPublic,
    MembershipChange,
    MembershipCreate,
    MembershipPublic,
    SeatChange,
    SeatCreate,
    SeatPublic,
)
from services.projects.body.seats import SeatService
from services.projects.body.service import BodyService
from services.projects.body.view import show_body, show_seat, show_seats
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand, refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.text import Lang
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("bodies")

BodyId = Annotated[UUID, Path(alias="bodyId")]
SeatId = Annotated[UUID, Path(alias="seatId")]
MembershipId = Annotated[UUID, Path(alias="seatMembershipId")]
_VERSIONED = problem_responses(412, 428)


@router.get(
    "/projects/{projectId}/bodies", name="bodies_list", summary="List the bodies of a project", dependencies=[AsOf]
)
async def bodies_list(
    project_id: ProjectId,
    caller: BodiesRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[BodyPublic]:
    """The governance of the project: what each body is for, whether it decides, and how often it meets."""
    await projects.get(project_id)
    bodies = BodyService(session)
    rows = await bodies.list_after(project_id, page.keys(int, UUID), page.limit + 1)
    starts = await bodies.active_from(rows)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.position, row.id],
        show=lambda row: show_body(row, starts[row.id], caller, lang),
    )


@router.post("/projects/{projectId}/bodies", name="bodies_create", status_code=201, summary="Add a body")
async def bodies_create(
    project_id: ProjectId,
    body: BodyCreate,
    caller: BodiesWrite,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> BodyPublic:
    """A body with its mandate and its cadence in each stage. How the project is steered is the customer's to say."""
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.bodies_write))
    found = await BodyService(session).create(project_id, body)
    created(response, request, f"/projects/v1/bodies/{found.id}")
    return await _shown(found, session, caller, lang, response)


@router.get("/bodies/{bodyId}", name="bodies_get", summary="Read a body", dependencies=[AsOf])
async def bodies_get(
    body_id: BodyId, caller: BodiesRead, session: SessionDep, lang: LangDep, response: Response
) -> BodyPublic:
    """One body, and what the caller may do with it."""
    return await _shown(await BodyService(session).get(body_id), session, caller, lang, response)


@router.patch("/bodies/{bodyId}", name="bodies_patch", summary="Change a body", responses=_VERSIONED)
async def bodies_patch(
    body_id: BodyId,
    body: BodyChange,
    caller: BodiesWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> BodyPublic:
    """Change what a body is, how often it meets, or when it ends. One that owns decisions stays one that decides."""
    bodies = BodyService(session)
    await bodies.get(body_id)
    demand(refusal_to_lead(caller, Scope.bodies_write))
    return await _shown(await bodies.change(body_id, version, body), session, caller, lang, response)


@router.get("/bodies/{bodyId}/seats", name="seats_list", summary="List the seats of a body", dependencies=[AsOf])
async def seats_list(
    body_id: BodyId, caller: BodiesRead, session: SessionDep, request: Request, page: PageDep
) -> Page[SeatPublic]:
    """Seats with who sits in them today, and everybody who has and will; vacant ones included."""
    bodies = BodyService(session)
    found = await bodies.get(body_id)
    seats = await bodies.seats(found.project_id, body_id)
    after = page.keys(int, UUID)
    rows = [seat for seat in seats if after is None or (seat.position, seat.id) > after][: page.limit + 1]
    shown = show_seats(rows, await bodies.memberships([seat.id for seat in rows]), clock.today())
    return make_page(request, page, shown, key=lambda seat: [seat.position, seat.id], show=lambda seat: seat)


@router.post("/bodies/{bodyId}/seats", name="seats_create", status_code=201, summary="Add a seat")
async def seats_create(
    body_id: BodyId, body: SeatCreate, caller: BodiesWrite, session: SessionDep, request: Request, response: Response
) -> SeatPublic:
    """A seat for a role, and a unit or school form. A side adds its own seats, the customer any."""
    seat = await SeatService(session, caller).create(body_id, body)
    created(response, request, f"/projects/v1/bodies/{body_id}/seats")
    etag(response, seat.version)
    return show_seat(seat, [], clock.today())


@router.patch("/seats/{seatId}", name="seats_patch", summary="Change a seat", responses=_VERSIONED)
async def seats_patch(
    seat_id: SeatId, body: SeatChange, caller: BodiesWrite, version: IfMatch, session: SessionDep, response: Response
) -> SeatPublic:
    """Change what a seat stands for."""
    seat = await SeatService(session, caller).change(seat_id, version, body)
    etag(response, seat.version)
    return show_seat(seat, await BodyService(session).memberships([seat_id]), clock.today())


@router.post("/seats/{seatId}/memberships", name="seat_memberships_create", status_code=201, summary="Fill a seat")
async def seat_memberships_create(
    seat_id: SeatId,
    body: MembershipCreate,
    caller: BodiesWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> MembershipPublic:
    """Somebody sits in the seat. Answers 409 where it is taken on some of those days."""
    row = await SeatService(session, caller).sit(seat_id, body)
    created(response, request, f"/projects/v1/seat-memberships/{row.id}")
    etag(response, row.version)
    return MembershipPublic.model_validate(row)


@router.get(
    "/seat-memberships/{seatMembershipId}",
    name="seat_memberships_get",
    summary="Read a membership",
    dependencies=[AsOf],
)
async def seat_memberships_get(
    membership_id: MembershipId, caller: BodiesRead, session: SessionDep, response: Response
) -> MembershipPublic:
    """Who sits in a seat, from when to when."""
    row = await BodyService(session).membership(membership_id)
    etag(response, row.version)
    return MembershipPublic.model_validate(row)


@router.patch(
    "/seat-memberships/{seatMembershipId}",
    name="seat_memberships_patch",
    summary="Change a membership",
    responses=_VERSIONED,
)
async def seat_memberships_patch(
    membership_id: MembershipId,
    body: MembershipChange,
    caller: BodiesWrite,
    version: IfMatch,
    session: SessionDep,
    response: Response,
) -> MembershipPublic:
    """End a membership, or mend its days."""
    row = await SeatService(session, caller).move(membership_id, version, body)
    etag(response, row.version)
    return MembershipPublic.model_validate(row)


async def _shown(found: Body, session: SessionDep, caller: Principal, lang: Lang, response: Response) -> BodyPublic:
    etag(response, found.version)
    starts = await BodyService(session).active_from([found])
    return show_body(found, starts[found.id], caller, lang)
