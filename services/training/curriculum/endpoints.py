"""`/curricula`."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.course.auth import may_change
from services.training.curriculum.auth import CurriculumRead, CurriculumWrite
from services.training.curriculum.schemas import CurriculumCreate, CurriculumPublic, CurriculumUpdate
from services.training.curriculum.service import CurriculumService, Listed
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("curricula")

CurriculumId = Annotated[UUID, Path(alias="curriculumId")]


@router.post("/curricula", status_code=201)
async def curricula_create(
    caller: CurriculumWrite,
    session: SessionDep,
    body: CurriculumCreate,
    request: Request,
    response: Response,
    lang: LangDep,
) -> CurriculumPublic:
    """Create a curriculum; whoever holds its role in its school form needs its modules from now on."""
    listed = await CurriculumService(session).create(body)
    created(response, request, f"/training/v1/curricula/{listed[0].id}")
    etag(response, listed[0].version)
    return _show(listed, caller, request, lang)


@router.get("/curricula")
async def curricula_list(
    caller: CurriculumRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[CurriculumPublic]:
    """All curricula, oldest first."""
    rows = await CurriculumService(session).list(page.limit + 1, page.keys(UUID))

    def show(row: Listed) -> CurriculumPublic:
        return _show(row, caller, request, lang)

    return make_page(request, page, rows, key=lambda row: [row[0].id], show=show)


@router.get("/curricula/{curriculumId}")
async def curricula_get(
    caller: CurriculumRead,
    session: SessionDep,
    curriculum_id: CurriculumId,
    request: Request,
    response: Response,
    lang: LangDep,
) -> CurriculumPublic:
    """One curriculum with its modules."""
    listed = await CurriculumService(session).get(curriculum_id)
    etag(response, listed[0].version)
    return _show(listed, caller, request, lang)


@router.patch("/curricula/{curriculumId}")
async def curricula_patch(
    caller: CurriculumWrite,
    session: SessionDep,
    curriculum_id: CurriculumId,
    body: CurriculumUpdate,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> CurriculumPublic:
    """Change a curriculum; needs and coverage follow in the same transaction."""
    listed = await CurriculumService(session).change(curriculum_id, body, version)
    etag(response, listed[0].version)
    return _show(listed, caller, request, lang)


def _show(listed: Listed, caller: Principal, request: Request, lang: Lang) -> CurriculumPublic:
    curriculum, modules = listed
    path = f"/training/v1/curricula/{curriculum.id}"
    action = allowed_action(request, lang, "change", "PATCH", path, refused=may_change(caller))
    return CurriculumPublic.model_validate(
        curriculum.model_dump() | {"course_ids": modules, "allowed_actions": [action]}
    )
