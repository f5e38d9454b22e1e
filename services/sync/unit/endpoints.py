"""Organisation units."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.sync.unit.auth import UnitsRead, UnitsWrite
from services.sync.unit.schemas import UnitCreate, UnitPatch, UnitPublic
from services.sync.unit.service import UnitService
from shared.web import (
    IfMatch,
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

router = new_router("units")

UnitId = Annotated[UUID, Path(alias="unitId")]


@router.post("/units", status_code=201, summary="Create a unit")
async def units_create(
    body: UnitCreate, _: UnitsWrite, session: SessionDep, request: Request, response: Response
) -> UnitPublic:
    """Enter a unit by hand. It becomes a version of the roster of its own, which the other services follow."""
    unit = await UnitService(session).create(body.model_dump(mode="json") | {"parent_id": body.parent_id})
    created(response, request, f"/sync/v1/units/{unit.id}")
    etag(response, unit.version)
    return UnitPublic.model_validate(unit)


@router.get("/units", summary="List units")
async def units_list(
    _: UnitsRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    ended: Annotated[bool, Query(description="Also units that have ended")] = False,
) -> Page[UnitPublic]:
    """The tenant's units by name."""
    keys = page.keys(str, UUID)
    after = (keys[0], keys[1]) if keys else None
    rows = await UnitService(session).list_after(after, page.limit + 1, ended=ended)
    return make_page(request, page, rows, key=lambda row: (row.name, row.id), show=UnitPublic.model_validate)


@router.get("/units/{unitId}", summary="Read a unit")
async def units_get(unit_id: UnitId, _: UnitsRead, session: SessionDep, response: Response) -> UnitPublic:
    """One unit, an ended one too."""
    unit = await UnitService(session).get(unit_id)
    etag(response, unit.version)
    return UnitPublic.model_validate(unit)


@router.patch("/units/{unitId}", summary="Change a unit", responses=problem_responses(412, 428))
async def units_patch(
    unit_id: UnitId, body: UnitPatch, _: UnitsWrite, session: SessionDep, version: IfMatch, response: Response
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
    return UnitPublic.model_validate(unit)


def _fits(name: str, value: object) -> bool:
    """Null empties what may be empty and leaves the rest."""
    return value is not None or name in ("parent_id", "code")
