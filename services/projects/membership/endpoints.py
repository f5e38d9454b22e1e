"""Taking part in programmes over HTTP: joining by code, pulling the task list, pushing aggregates, leaving.

A handler works in one tenant at a time, in transactions of its own one after the other: it never holds two, and each
step can be repeated after a failure of the next one without harm.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.member.errors import HandleNotValid
from services.projects.member.service import HandleService
from services.projects.membership.auth import MembershipsRead, MembershipsWrite
from services.projects.membership.errors import ProgrammeMembershipLeft
from services.projects.membership.models import ProgrammeMembership
from services.projects.membership.schemas import (
    MembershipCreate,
    MembershipPublic,
    PulledList,
    ReportCreate,
    ReportPublic,
    TaskListPull,
    Upgradable,
)
from services.projects.membership.service import SEAL_INFO, MembershipService
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.template.auth import refusal_to_publish
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.db import TenantMissing
from shared.kit.handle import Handle
from shared.kit.sealing import Sealer
from shared.kit.text import Lang
from shared.web import (
    AsOf,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    absolute,
    created,
    etag,
    make_page,
    new_router,
    runtime,
)
from shared.web.actions import allowed_action
from shared.web.route import problem_responses
from shared.web.runtime import transaction_of

router = new_router("programme-memberships")

MembershipId = Annotated[UUID, Path(alias="programmeMembershipId")]
BASE = "/projects/v1"


async def _service(session: SessionDep) -> MembershipService:
    return MembershipService(session)


async def _sealer(request: Request) -> Sealer:
    return Sealer(runtime(request).settings.file_key_bytes(), SEAL_INFO)


Memberships = Annotated[MembershipService, Depends(_service)]
SealerDep = Annotated[Sealer, Depends(_sealer)]


@asynccontextmanager
async def _programme(request: Request, handle: Handle) -> AsyncIterator[HandleService]:
    """The programme's tenant, which the handle names. Nobody acts there by name: no account id crosses."""
    traceparent = request.scope.get("traceparent")
    async with runtime(request).database.transaction(handle.tenant, traceparent=traceparent) as session:
        yield HandleService(session)


@router.get(
    "/programme-memberships",
    name="programme_memberships_list",
    summary="List the programmes that the authority takes part in",
    dependencies=[AsOf],
)
async def programme_memberships_list(
    caller: MembershipsRead, memberships: Memberships, lang: LangDep, request: Request, page: PageDep
) -> Page[MembershipPublic]:
    """Those that it has left included."""
    after = page.keys(UUID)
    rows = await memberships.list_after(after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _shown(row, caller, request, lang))


@router.post(
    "/programme-memberships",
    name="programme_memberships_create",
    status_code=201,
    summary="Join a programme",
    responses=problem_responses(404),
)
async def programme_memberships_create(
    body: MembershipCreate,
    caller: MembershipsWrite,
    sealer: SealerDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> MembershipPublic:
    """Accept an invitation by its code, which belongs to this authority from now on; again it changes nothing."""
    demand(refusal_to_lead(caller, Scope.programmes_write))
    handle, authority = Handle.parse(body.code), _authority(caller)
    if handle is None:
        raise HandleNotValid()
    async with _programme(request, handle) as there:
        accepted = await there.accept(handle, authority)
    async with transaction_of(request, caller) as session:
        membership = await MembershipService(session).join(handle, accepted, sealer)
    created(response, request, f"{BASE}/programme-memberships/{membership.id}")
    etag(response, membership.version)
    return _shown(membership, caller, request, lang)


@router.get(
    "/programme-memberships/{programmeMembershipId}",
    name="programme_memberships_get",
    summary="Read how the authority takes part in a programme",
    dependencies=[AsOf],
)
async def programme_memberships_get(
    membership_id: MembershipId,
    caller: MembershipsRead,
    memberships: Memberships,
    lang: LangDep,
    request: Request,
    response: Response,
) -> MembershipPublic:
    """What was taken over and reported. Never the handle."""
    membership = await memberships.get(membership_id)
    etag(response, membership.version)
    return _shown(membership, caller, request, lang)


@router.delete(
    "/programme-memberships/{programmeMembershipId}",
    name="programme_memberships_delete",
    status_code=204,
    summary="Leave a programme",
    responses=problem_responses(412, 428),
)
async def programme_memberships_delete(
    membership_id: MembershipId, caller: MembershipsWrite, version: IfMatch, sealer: SealerDep, request: Request
) -> None:
    """The handle is destroyed on both sides; what was reported stays with the programme."""
    async with transaction_of(request, caller) as session:
        handle = await _handle(session, membership_id, caller, sealer)
        await MembershipService(session).leave(membership_id, version)
    async with _programme(request, handle) as there:
        await there.leave(handle, _authority(caller))


@router.post(
    "/programme-memberships/{programmeMembershipId}/task-list-pulls",
    name="task_list_pulls_create",
    summary="Take over the programme's task list",
)
async def task_list_pulls_create(
    membership_id: MembershipId, caller: MembershipsWrite, sealer: SealerDep, request: Request
) -> TaskListPull:
    """The task list in force becomes a template of the authority's own, and its projects show what would change."""
    async with transaction_of(request, caller) as session:
        handle = await _handle(session, membership_id, caller, sealer)
        demand(refusal_to_publish(caller))
    async with _programme(request, handle) as there:
        given, found = await there.task_list(handle, _authority(caller))
    async with transaction_of(request, caller) as session:
        is_new, projects = await MembershipService(session).take_over(membership_id, given, found)
    key, version = found.template.key, found.template.version
    return TaskListPull(
        number=given.number,
        template_key=key,
        template_version=version,
        digest=found.digest,
        is_new=is_new,
        template_href=absolute(request, f"{BASE}/templates/{key}/versions/{version}"),
        projects=[
            Upgradable(
                project_id=each,
                preview_href=absolute(request, f"{BASE}/projects/{each}/template-upgrade-previews"),
            )
            for each in projects
        ],
    )


@router.post(
    "/programme-memberships/{programmeMembershipId}/reports",
    name="programme_reports_create",
    summary="Report a project to the programme",
)
async def programme_reports_create(
    membership_id: MembershipId, body: ReportCreate, caller: MembershipsWrite, sealer: SealerDep, request: Request
) -> ReportPublic:
    """Aggregates are computed here and pushed; the answer is all that the programme can see. No person is in it."""
    async with transaction_of(request, caller) as session:
        handle = await _handle(session, membership_id, caller, sealer)
        standing = await MembershipService(session).standing(body.project_id)
    async with _programme(request, handle) as there:
        await there.report(handle, _authority(caller), standing)
    async with transaction_of(request, caller) as session:
        at = await MembershipService(session).note_report(membership_id, body.project_id)
    return ReportPublic(project_id=body.project_id, reported_at=at, standing=standing)


async def _handle(session: AsyncSession, membership_id: UUID, caller: Principal, sealer: Sealer) -> Handle:
    """The handle of a membership that is there, for a caller who may use it."""
    await MembershipService(session).get(membership_id)
    demand(refusal_to_lead(caller, Scope.programmes_write))
    return await MembershipService(session).handle(membership_id, sealer)


def _authority(caller: Principal) -> UUID:
    if caller.tenant is None:
        raise TenantMissing()
    return caller.tenant


def _shown(row: ProgrammeMembership, caller: Principal, request: Request, lang: Lang) -> MembershipPublic:
    path, refused = f"{BASE}/programme-memberships/{row.id}", refusal_to_lead(caller, Scope.programmes_write)
    refused = refused or (ProgrammeMembershipLeft.title if row.left_at else None)
    pulled = None
    if row.pulled_number is not None and row.pulled_key and row.pulled_version and row.pulled_at:
        pulled = PulledList(
            number=row.pulled_number,
            template_key=row.pulled_key,
            template_version=row.pulled_version,
            pulled_at=row.pulled_at,
        )
    computed = {
        "state": "left" if row.left_at else "active",
        "task_list": pulled,
        "allowed_actions": [
            allowed_action(
                request, lang, "pull", "POST", f"{path}/task-list-pulls", refused=refused or refusal_to_publish(caller)
            ),
            allowed_action(request, lang, "report", "POST", f"{path}/reports", refused=refused),
            allowed_action(request, lang, "leave", "DELETE", path, refused=refused),
        ],
    }
    return MembershipPublic.model_validate(row.model_dump() | computed)
