"""Populations over HTTP: count whom it concerns, open, close."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

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
from shared.web import Page, PageDep, SessionDep, new_router
from shared.web.reply import Reply, ReplyDep

router = new_router("populations")

OpeningId = Annotated[UUID, Path(alias="populationOpeningId", description="Id of the opening")]


@router.get("/population-openings")
async def population_openings_list(
    caller: PopulationsRead, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[PopulationOpeningPublic]:
    """Which pupils and guardians may log in, and which might once."""
    after = page.keys(UUID)
    rows = await PopulationService(session).list(page.limit + 1, after[0] if after else None)
    return reply.page(page, rows, lambda row: _show(row, caller, reply))


@router.post("/population-openings", status_code=201)
async def population_openings_create(
    body: PopulationOpeningCreate, caller: PopulationsWrite, session: SessionDep, reply: ReplyDep
) -> PopulationOpeningPublic:
    """Let pupils or guardians in, of a unit or of all. Guardians need the customer's decision."""
    opening = await PopulationService(session).open(body)
    reply.created(f"/identity/v1/population-openings/{opening.id}", opening.version)
    return _show(opening, caller, reply)


@router.post("/population-previews")
async def population_previews_create(
    body: PopulationPreviewCreate, caller: PopulationsRead, session: SessionDep
) -> PopulationPreview:
    """Count the accounts that an opening or closing would concern; nothing is changed."""
    return await PopulationService(session).preview(body.population, body.unit_id)


@router.get("/population-openings/{populationOpeningId}")
async def population_openings_get(
    opening_id: OpeningId, caller: PopulationsRead, session: SessionDep, reply: ReplyDep
) -> PopulationOpeningPublic:
    """One opening."""
    opening = await PopulationService(session).get(opening_id)
    reply.version(opening.version)
    return _show(opening, caller, reply)


@router.post("/population-openings/{populationOpeningId}/closings", status_code=201)
async def population_openings_close(
    opening_id: OpeningId, body: PopulationClosing, caller: PopulationsWrite, session: SessionDep, reply: ReplyDep
) -> PopulationOpeningPublic:
    """Close again. Whom nothing else lets in is cut off within a minute."""
    opening = await PopulationService(session).close(opening_id, body.reason)
    reply.created(f"/identity/v1/population-openings/{opening.id}", opening.version)
    return _show(opening, caller, reply)


def _show(opening: PopulationOpening, caller: Principal, reply: Reply) -> PopulationOpeningPublic:
    shown = PopulationOpeningPublic.model_validate(opening)
    over = PopulationClosedAlready.title if opening.state == "closed" else None
    path = f"/identity/v1/population-openings/{opening.id}/closings"
    refused = refusal_to_write(caller) or over
    shown.allowed_actions = [reply.action("close", "POST", path, refused=refused)]
    return shown
