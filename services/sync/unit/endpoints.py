"""Organisation units."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.sync.roster.models import Unit
from services.sync.unit.auth import UnitsRead, UnitsWrite, refusal_to_write
from services.sync.unit.schemas import UnitCreate, UnitPatch, UnitPublic
from services.sync.unit.service import UnitService, problem_with_changing
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import (
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
from shared.web.actions import allowed_action
from shared.web.route import problem_responses

router = new_router("units")

UnitId = Annotated[UUID, Path(alias="unitId")]


@router.post("/units", status_code=201, summary="Create a unit")
async def units_create(
    body: UnitCreate, caller: UnitsWrite, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> UnitPublic:
    """Enter a unit by hand. It becomes a version of the roster of its own, which the other services follow."""
    unit = await UnitService(session).create(body.model_dump(mode="json") | {"parent_id": body.parent_id})
    created(response, request, f"/sync/v1/units/{unit.id}")
    etag(response, unit.version)
    return _show(unit, caller, request, lang)


@router.get("/units", summary="List units")
async def units_list(
    caller: UnitsRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
    ended: Annotated[bool, Query(description="Also units that have ended")] = False,
) -> Page[UnitPublic]:
    """The tenant's units by name."""
    keys = page.keys(str, UUID)
    after = (keys[0], keys[1]) if keys else None
    rows = await UnitService(session).list_after(after, page.limit + 1, ended=ended)

    def show(row: Unit) -> UnitPublic:
        return _show(row, caller, request, lang)

    return make_page(request, page, rows, key=lambda row: (row.name, row.id), show=show)


@router.get("/units/{unitId}", summary="Read a unit")
async def units_get(
    unit_id: UnitId, caller: UnitsRead, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> UnitPublic:
    """One unit, an ended one too."""
    unit = await UnitService(session).get(unit_id)
    etag(response, unit.version)
    return _show(unit, caller, request, lang)


@router.patch("/units/{unitId}", summary="Change a unit", responses=problem_responses(412, 428))
async def units_patch(
    unit_id: UnitId,
    body: UnitPatch,
    caller: UnitsWrite,
    session: SessionDep,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> UnitPublic:
    """Change a unit that was entered by hand; a register's unit is changed in the register."""
    units = UnitService(session)
    unit = await units.locked(unit_id)
    check_version(version, unit.version)
    changes = body.model_dump(mode="json", exclude_unset=True)
    if "parent_id" in changes:
        changes["parent_id"] = body.parent_id
    unit = await units.change(unit, {name: value for name, value in changes.items() if _fits(name, value)})
    etag(response, unit.version)
    return _show(unit, caller, request, lang)


def _fits(name: str, value: object) -> bool:
    """Null empties what may be empty and leaves the rest."""
    return value is not None or name in ("parent_id", "code")


def _show(unit: Unit, caller: Principal, request: Request, lang: Lang) -> UnitPublic:
    shown = UnitPublic.model_validate(unit)
    problem = problem_with_changing(unit)
    refused = refusal_to_write(caller) or (problem.title if problem else None)
    shown.allowed_actions = [
        allowed_action(request, lang, "change", "PATCH", f"/sync/v1/units/{unit.id}", refused=refused)
    ]
    return shown
