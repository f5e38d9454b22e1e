"""Members of programmes over HTTP: who they are, how ready, entering waves, invitations, and the coverage."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.member.auth import MembersRead, MembersWrite, WaveSimulationsRead
from services.projects.member.errors import NotReady
from services.projects.member.schemas import (
    CoveragePublic,
    InvitationCreated,
    MemberChange,
    MemberCreate,
    MemberPublic,
    MemberUpsert,
    MemberUpserted,
    WaiverCreate,
    WaveSimulation,
    WaveSimulationCreate,
)
from services.projects.member.service import HandleService, MemberService, MemberView, SimulationService
from services.projects.member.view import show_coverage, show_member, show_simulation
from services.projects.programme.endpoints.programmes import ProgrammeId, Programmes
from services.projects.programme.endpoints.waves import WaveId
from services.projects.programme.rights import refusal_to_run, refusal_to_waive
from services.projects.programme.service import ProgrammeService
from services.projects.project.rights import demand
from shared.auth.principal import Principal
from shared.kit.text import Lang
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses
from shared.web.runtime import transaction_of

router = new_router("programme-members")

MemberId = Annotated[UUID, Path(alias="waveMemberId")]


async def _service(session: SessionDep) -> MemberService:
    return MemberService(session)


async def _handles(session: SessionDep) -> HandleService:
    return HandleService(session)


Members = Annotated[MemberService, Depends(_service)]
Handles = Annotated[HandleService, Depends(_handles)]


@router.get(
    "/programmes/{programmeId}/members",
    name="programme_members_list",
    summary="List the members of a programme",
    dependencies=[AsOf],
)
async def programme_members_list(
    programme_id: ProgrammeId,
    caller: MembersRead,
    programmes: Programmes,
    members: Members,
    lang: LangDep,
    request: Request,
    page: PageDep,
    wave_id: Annotated[UUID | None, Query(alias="waveId", description="Only those of this wave")] = None,
) -> Page[MemberPublic]:
    """Municipalities and units with their readiness. Aggregates alone: no persons, and no counts that show few."""
    programme = await programmes.get(programme_id)
    after = page.keys(UUID)
    views = await members.list_after(programme, wave_id, after[0] if after else None, page.limit + 1)
    gates = programme.gates_on_readiness
    return make_page(
        request,
        page,
        views,
        key=lambda view: [view.member.id],
        show=lambda view: show_member(view, caller, request, lang, gates_on_readiness=gates),
    )


@router.post(
    "/programmes/{programmeId}/members",
    name="programme_members_create",
    status_code=201,
    summary="Add a member to a programme",
)
async def programme_members_create(
    programme_id: ProgrammeId,
    body: MemberCreate,
    caller: MembersWrite,
    programmes: Programmes,
    members: Members,
    lang: LangDep,
    request: Request,
    response: Response,
) -> MemberPublic:
    """A municipality or a unit, for one audience; it is in one wave of that audience at the most."""
    await programmes.get(programme_id)
    demand(refusal_to_run(caller))
    view = await members.add(programme_id, body)
    created(response, request, f"/projects/v1/members/{view.member.id}")
    etag(response, view.member.version)
    return await _shown(view, caller, programmes, request, lang)


@router.post(
    "/programmes/{programmeId}/member-upserts",
    name="programme_member_upserts_create",
    summary="Add and change many members",
)
async def programme_member_upserts_create(
    programme_id: ProgrammeId, body: MemberUpsert, caller: MembersWrite, programmes: Programmes, members: Members
) -> MemberUpserted:
    """At most 500 at once, found by unit or code and audience. All of it or nothing; sent again it changes nothing."""
    await programmes.get(programme_id)
    demand(refusal_to_run(caller))
    added, updated, unchanged = await members.upsert(programme_id, body.items)
    return MemberUpserted(created=added, updated=updated, unchanged=unchanged)


@router.get(
    "/programmes/{programmeId}/coverage",
    name="programme_coverage_get",
    summary="Read what the waves of a programme cover",
    dependencies=[AsOf],
)
async def programme_coverage_get(
    programme_id: ProgrammeId, caller: MembersRead, programmes: Programmes, members: Members
) -> CoveragePublic:
    """Ranges of the waves against what is expected, and every member that has no wave."""
    await programmes.get(programme_id)
    return show_coverage(await members.coverage(programme_id))


@router.get(
    "/members/{waveMemberId}", name="programme_members_get", summary="Read a member of a programme", dependencies=[AsOf]
)
async def programme_members_get(
    member_id: MemberId,
    caller: MembersRead,
    programmes: Programmes,
    members: Members,
    lang: LangDep,
    request: Request,
    response: Response,
) -> MemberPublic:
    """One member, its readiness and what it pushed."""
    view = await members.get(member_id)
    etag(response, view.member.version)
    return await _shown(view, caller, programmes, request, lang)


@router.patch(
    "/members/{waveMemberId}",
    name="programme_members_patch",
    summary="Assign a member to a wave",
    responses=problem_responses(412, 428),
)
async def programme_members_patch(
    member_id: MemberId,
    body: MemberChange,
    caller: MembersWrite,
    version: IfMatch,
    programmes: Programmes,
    members: Members,
    lang: LangDep,
    request: Request,
    response: Response,
) -> MemberPublic:
    """Its wave, its project in this tenant, its name. Readiness cannot be set."""
    await members.get(member_id)
    demand(refusal_to_run(caller))
    view = await members.change(member_id, version, body)
    etag(response, view.member.version)
    return await _shown(view, caller, programmes, request, lang)


@router.delete(
    "/members/{waveMemberId}",
    name="programme_members_delete",
    status_code=204,
    summary="Remove a member",
    responses=problem_responses(412, 428),
)
async def programme_members_delete(
    member_id: MemberId, caller: MembersWrite, version: IfMatch, members: Members
) -> None:
    """Only before it entered its wave, and without a waiver."""
    await members.get(member_id)
    demand(refusal_to_run(caller))
    await members.remove(member_id, version)


@router.post("/members/{waveMemberId}/waivers", name="programme_member_waivers_create", summary="Waive readiness")
async def programme_member_waivers_create(
    member_id: MemberId,
    body: WaiverCreate,
    caller: MembersWrite,
    programmes: Programmes,
    members: Members,
    lang: LangDep,
    request: Request,
) -> MemberPublic:
    """An approver lets a member in that is not ready; who, when and why stay visible for ever."""
    await members.get(member_id)
    demand(refusal_to_waive(caller))
    return await _shown(await members.waive(member_id, body.reason, caller.subject), caller, programmes, request, lang)


@router.post("/members/{waveMemberId}/entries", name="programme_member_entries_create", summary="Enter the wave")
async def programme_member_entries_create(
    member_id: MemberId, caller: MembersWrite, lang: LangDep, request: Request
) -> MemberPublic:
    """The member enters its wave. Answers 409 with what lacks where the programme asks for readiness."""
    # In a transaction of its own: that somebody was held up is told, although the answer is a refusal.
    async with transaction_of(request, caller) as session:
        members = MemberService(session)
        await members.get(member_id)
        demand(refusal_to_run(caller))
        view, is_in = await members.enter(member_id)
        shown = await _shown(view, caller, ProgrammeService(session), request, lang)
    if not is_in:
        raise NotReady(view.readiness)
    return shown


@router.post(
    "/members/{waveMemberId}/invitations",
    name="programme_member_invitations_create",
    status_code=201,
    summary="Invite the authority of a member",
)
async def programme_member_invitations_create(
    member_id: MemberId,
    caller: MembersWrite,
    members: Members,
    handles: Handles,
    request: Request,
    response: Response,
) -> InvitationCreated:
    """A code for the authority, shown this once. A former code opens nothing from now on, accepted or not."""
    await members.get(member_id)
    demand(refusal_to_run(caller))
    handle, until = await handles.invite(member_id)
    created(response, request, f"/projects/v1/members/{member_id}")
    return InvitationCreated(member_id=member_id, code=handle.text, expires_at=until)


@router.delete(
    "/members/{waveMemberId}/invitations",
    name="programme_member_invitations_delete",
    status_code=204,
    summary="Revoke an invitation",
    responses=problem_responses(412, 428),
)
async def programme_member_invitations_delete(
    member_id: MemberId, caller: MembersWrite, version: IfMatch, members: Members, handles: Handles
) -> None:
    """The authority can neither read the task list nor report any more; what it reported stays."""
    await members.get(member_id)
    demand(refusal_to_run(caller))
    await handles.revoke(member_id, version)


@router.post(
    "/waves/{waveId}/schedule-simulations",
    name="wave_schedule_simulations_create",
    summary="Ask what moving a wave would do",
)
async def wave_schedule_simulations_create(
    wave_id: WaveId, body: WaveSimulationCreate, caller: WaveSimulationsRead, session: SessionDep
) -> WaveSimulation:
    """Open rows of the members' plans in this tenant move, pinned ones stay: what moves, which gates become late."""
    start = body.rollout.widened().start if body.rollout else None
    return show_simulation(wave_id, await SimulationService(session).simulate(wave_id, body.shift_days, start))


async def _shown(
    view: MemberView, caller: Principal, programmes: ProgrammeService, request: Request, lang: Lang
) -> MemberPublic:
    programme = await programmes.get(view.member.programme_id)
    return show_member(view, caller, request, lang, gates_on_readiness=programme.gates_on_readiness)
