"""Populations over HTTP: count whom it concerns, open, close."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.identity.population.auth import PopulationsRead, PopulationsWrite, refusal_to_write
from services.identity.population.errors import PopulationClosedAlready
from services.identity.population.models import PopulationOpening
from services.identity.population.schemas import (
    PopulationClosing,
    PopulationOpeningCreate,
    PopulationOpeningPublic,
    PopulationPreview,
    PopulationPreviewCreate,
)
from services.identity.population.service import PopulationService
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("populations")

OpeningId = Annotated[UUID, Path(alias="populationOpeningId", description="Id of the opening")]


@router.get("/population-openings")
async def population_openings_list(
    caller: PopulationsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[PopulationOpeningPublic]:
    """Which pupils and guardians may log in, and which might once."""
    after = page.keys(UUID)
    rows = await PopulationService(session).list(page.limit + 1, after[0] if after else None)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, caller, request, lang))


@router.post("/population-openings", status_code=201)
async def population_openings_create(
    body: PopulationOpeningCreate,
    caller: PopulationsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> PopulationOpeningPublic:
    """Let pupils or guardians in, of a unit or of all. Guardians need the customer's decision."""
    opening = await PopulationService(session).open(body)
    created(response, request, f"/identity/v1/population-openings/{opening.id}")
    etag(response, opening.version)
    return _show(opening, caller, request, lang)


@router.post("/population-previews")
async def population_previews_create(
    body: PopulationPreviewCreate, caller: PopulationsRead, session: SessionDep
) -> PopulationPreview:
    """Count the accounts that an opening or closing would concern; nothing is changed."""
    return await PopulationService(session).preview(body.population, body.unit_id)


@router.get("/population-openings/{populationOpeningId}")
async def population_openings_get(
    opening_id: OpeningId,
    caller: PopulationsRead,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> PopulationOpeningPublic:
    """One opening."""
    opening = await PopulationService(session).get(opening_id)
    etag(response, opening.version)
    return _show(opening, caller, request, lang)


@router.post("/population-openings/{populationOpeningId}/closings", status_code=201)
async def population_openings_close(
    opening_id: OpeningId,
    body: PopulationClosing,
    caller: PopulationsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> PopulationOpeningPublic:
    """Close again. Whom nothing else lets in is cut off within a minute."""
    opening = await PopulationService(session).close(opening_id, body.reason)
    created(response, request, f"/identity/v1/population-openings/{opening.id}")
    etag(response, opening.version)
    return _show(opening, caller, request, lang)


def _show(opening: PopulationOpening, caller: Principal, request: Request, lang: Lang) -> PopulationOpeningPublic:
    shown = PopulationOpeningPublic.model_validate(opening)
    over = PopulationClosedAlready.title if opening.state == "closed" else None
    path = f"/identity/v1/population-openings/{opening.id}/closings"
    refused = refusal_to_write(caller) or over
    shown.allowed_actions = [allowed_action(request, lang, "close", "POST", path, refused=refused)]
    return shown
