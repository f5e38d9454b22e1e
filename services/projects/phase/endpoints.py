"""Phases and tracks over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.projects.phase.models import Phase, Track
from services.projects.phase.schemas import (
    PhaseChange,
    PhaseCreate,
    PhaseItem,
    PhasePublic,
    TrackChange,
    TrackCreate,
    TrackItem,
    TrackPublic,
)
from services.projects.phase.service import PhaseService
from services.projects.project.auth import ProjectsRead, ProjectsWrite
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand, refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
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

router = new_router("phases")
tracks = new_router("tracks")

PhaseId = Annotated[UUID, Path(alias="phaseId")]
TrackId = Annotated[UUID, Path(alias="trackId")]
_VERSIONED = problem_responses(412, 428)


@router.get(
    "/projects/{projectId}/phases", name="phases_list", summary="List the phases of a project", dependencies=[AsOf]
)
async def phases_list(
    project_id: ProjectId,
    caller: ProjectsRead,
    projects: Projects,
    session: SessionDep,
    request: Request,
    page: PageDep,
) -> Page[PhaseItem]:
    """Phases in the order of the plan; they may overlap and leave gaps."""
    await projects.get(project_id)
    rows = await PhaseService(session).list_after(project_id, page.keys(int, UUID), page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.position, row.id], show=PhaseItem.of)


@router.post("/projects/{projectId}/phases", name="phases_create", status_code=201, summary="Add a phase")
async def phases_create(
    project_id: ProjectId,
    body: PhaseCreate,
    caller: ProjectsWrite,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> PhasePublic:
    """A phase of the authority's own; overlaps and gaps are allowed."""
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    phase = await PhaseService(session).create(project_id, body)
    created(response, request, f"/projects/v1/phases/{phase.id}")
    etag(response, phase.version)
    return _phase(phase, caller, lang)


@router.get("/phases/{phaseId}", name="phases_get", summary="Read a phase", dependencies=[AsOf])
async def phases_get(
    phase_id: PhaseId, caller: ProjectsRead, session: SessionDep, lang: LangDep, response: Response
) -> PhasePublic:
    """One phase, with what a careful reader would remark about it."""
    phase = await PhaseService(session).get(phase_id)
    etag(response, phase.version)
    return _phase(phase, caller, lang)


@router.patch("/phases/{phaseId}", name="phases_patch", summary="Change a phase", responses=_VERSIONED)
async def phases_patch(
    phase_id: PhaseId,
    body: PhaseChange,
    caller: ProjectsWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> PhasePublic:
    """Rename, move or re-time a phase. Its activities stay where they are."""
    phases = PhaseService(session)
    await phases.get(phase_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    phase = await phases.change(phase_id, version, body)
    etag(response, phase.version)
    return _phase(phase, caller, lang)


@router.delete(
    "/phases/{phaseId}", name="phases_delete", status_code=204, summary="Remove a phase", responses=_VERSIONED
)
async def phases_delete(phase_id: PhaseId, caller: ProjectsWrite, version: IfMatch, session: SessionDep) -> None:
    """Remove a phase that no activity and no gate belongs to."""
    phases = PhaseService(session)
    await phases.get(phase_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    await phases.remove(phase_id, version)


@tracks.get(
    "/projects/{projectId}/tracks", name="tracks_list", summary="List the tracks of a project", dependencies=[AsOf]
)
async def tracks_list(
    project_id: ProjectId,
    caller: ProjectsRead,
    projects: Projects,
    session: SessionDep,
    request: Request,
    page: PageDep,
) -> Page[TrackItem]:
    """The sub-projects, which group activities across the phases."""
    await projects.get(project_id)
    rows = await PhaseService(session).tracks_after(project_id, page.keys(int, UUID), page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.position, row.id], show=TrackItem.of)


@tracks.post("/projects/{projectId}/tracks", name="tracks_create", status_code=201, summary="Add a track")
async def tracks_create(
    project_id: ProjectId,
    body: TrackCreate,
    caller: ProjectsWrite,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> TrackPublic:
    """A sub-project of the authority's own."""
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    track = await PhaseService(session).create_track(project_id, body)
    created(response, request, f"/projects/v1/tracks/{track.id}")
    etag(response, track.version)
    return _track(track, caller, lang)


@tracks.get("/tracks/{trackId}", name="tracks_get", summary="Read a track", dependencies=[AsOf])
async def tracks_get(
    track_id: TrackId, caller: ProjectsRead, session: SessionDep, lang: LangDep, response: Response
) -> TrackPublic:
    """One sub-project."""
    track = await PhaseService(session).get_track(track_id)
    etag(response, track.version)
    return _track(track, caller, lang)


@tracks.patch("/tracks/{trackId}", name="tracks_patch", summary="Change a track", responses=_VERSIONED)
async def tracks_patch(
    track_id: TrackId,
    body: TrackChange,
    caller: ProjectsWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> TrackPublic:
    """Rename or move a sub-project. Its key stays: activities name it by that."""
    phases = PhaseService(session)
    await phases.get_track(track_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    track = await phases.change_track(track_id, version, body)
    etag(response, track.version)
    return _track(track, caller, lang)


@tracks.delete(
    "/tracks/{trackId}", name="tracks_delete", status_code=204, summary="Remove a track", responses=_VERSIONED
)
async def tracks_delete(track_id: TrackId, caller: ProjectsWrite, version: IfMatch, session: SessionDep) -> None:
    """Remove a sub-project that no activity belongs to."""
    phases = PhaseService(session)
    await phases.get_track(track_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    await phases.remove_track(track_id, version)


def _phase(phase: Phase, caller: Principal, lang: Lang) -> PhasePublic:
    actions = _actions(f"/projects/v1/phases/{phase.id}", caller, lang)
    return PhasePublic(**PhaseItem.of(phase).model_dump(), allowed_actions=actions)


def _track(track: Track, caller: Principal, lang: Lang) -> TrackPublic:
    actions = _actions(f"/projects/v1/tracks/{track.id}", caller, lang)
    return TrackPublic(**TrackItem.of(track).model_dump(), allowed_actions=actions)


def _actions(href: str, caller: Principal, lang: Lang) -> list[AllowedAction]:
    refusal = refusal_to_lead(caller, Scope.projects_write)
    reason = refusal and refusal.pick(lang)
    return [
        AllowedAction(action="change", method="PATCH", href=href, allowed=refusal is None, reason=reason),
        AllowedAction(action="delete", method="DELETE", href=href, allowed=refusal is None, reason=reason),
    ]
