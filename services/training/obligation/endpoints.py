"""`/cascades`, `/obligations`, `/attestations`: trainees who teach their colleagues [IM-T09]."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query

from services.training.obligation.auth import (
    ATTESTERS,
    KEEPERS,
    READERS,
    CascadeRead,
    CascadeWrite,
    ObligationAttest,
    ObligationRead,
    ObligationRelease,
)
from services.training.obligation.schemas import (
    AttestationCreate,
    AttestationPublic,
    AttestationsPublic,
    CascadeCreate,
    CascadePublic,
    CascadeUpdate,
    ObligationPublic,
    ReleaseCreate,
    Sight,
    State,
)
from services.training.obligation.service import CascadeService, ObligationService
from shared.auth import Principal, Scope
from shared.kit.text import Text
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router
from shared.web.actions import refusal
from shared.web.reply import Reply, ReplyDep

router = new_router("obligations")

_OVER = Text(sv="Åtagandet är avslutat", en="The obligation has ended", da="Forpligtelsen er afsluttet")
_OTHER = Text(sv="Åtagandet är inte ditt", en="The obligation is not yours", da="Forpligtelsen er ikke din")

CascadeId = Annotated[UUID, Path(alias="cascadeId")]
ObligationId = Annotated[UUID, Path(alias="obligationId")]
AttestationId = Annotated[UUID, Path(alias="attestationId")]


@router.post("/cascades", status_code=201)
async def cascades_create(
    caller: CascadeWrite, session: SessionDep, body: CascadeCreate, reply: ReplyDep
) -> CascadePublic:
    """Set a rule: who was trained teaches colleagues. Who has been trained already owes it at once."""
    row = await CascadeService(session).create(body)
    reply.created(f"/training/v1/cascades/{row.id}", row.version)
    return CascadePublic.model_validate(row)


@router.get("/cascades")
async def cascades_list(
    caller: CascadeRead, session: SessionDep, page: PageDep, reply: ReplyDep
) -> Page[CascadePublic]:
    """All rules, oldest first."""
    rows = await CascadeService(session).list(page.limit + 1, page.keys(UUID))
    return reply.page(page, rows, CascadePublic.model_validate)


@router.get("/cascades/{cascadeId}")
async def cascades_get(
    caller: CascadeRead, session: SessionDep, cascade_id: CascadeId, reply: ReplyDep
) -> CascadePublic:
    """One rule."""
    row = await CascadeService(session).get(cascade_id)
    reply.version(row.version)
    return CascadePublic.model_validate(row)


@router.patch("/cascades/{cascadeId}")
async def cascades_patch(
    caller: CascadeWrite,
    session: SessionDep,
    cascade_id: CascadeId,
    body: CascadeUpdate,
    version: IfMatch,
    reply: ReplyDep,
) -> CascadePublic:
    """Change how many colleagues are taught, how soon, or let no new obligations arise."""
    row = await CascadeService(session).change(cascade_id, body, version)
    reply.version(row.version)
    return CascadePublic.model_validate(row)


@router.get("/obligations")
async def obligations_list(
    caller: ObligationRead,
    session: SessionDep,
    page: PageDep,
    reply: ReplyDep,
    state: Annotated[State | None, Query(description="One state only")] = None,
) -> Page[ObligationPublic]:
    """Who owes teaching, and how far they are: heads see their units, people see their own."""
    service = ObligationService(session, _sight(caller, READERS))
    rows = await service.list(state, page.limit + 1, page.keys(UUID))

    def show(row: Any) -> ObligationPublic:
        return _show(row, caller, reply)

    return reply.page(page, rows, show)


@router.get("/obligations/{obligationId}")
async def obligations_get(
    caller: ObligationRead,
    session: SessionDep,
    obligation_id: ObligationId,
    reply: ReplyDep,
) -> ObligationPublic:
    """What one person owes at one unit."""
    row = await ObligationService(session, _sight(caller, READERS)).read(obligation_id)
    reply.version(row.version)
    return _show(row, caller, reply)


@router.post("/obligations/{obligationId}/attestations", status_code=201)
async def obligation_attestations_create(
    caller: ObligationAttest,
    session: SessionDep,
    obligation_id: ObligationId,
    body: AttestationCreate,
    version: IfMatch,
    reply: ReplyDep,
) -> AttestationsPublic:
    """Attest that colleagues at the unit were taught; it counts as attendance of the course."""
    service = ObligationService(session, _sight(caller, ATTESTERS))
    rows = await service.attest(obligation_id, body, version)
    standing = await service.read(obligation_id)
    reply.created(f"/training/v1/obligations/{obligation_id}/attestations", standing.version)
    shown = [AttestationPublic.model_validate(row) for row in rows]
    return AttestationsPublic(obligation=_show(standing, caller, reply), items=shown)


@router.get("/obligations/{obligationId}/attestations")
async def obligation_attestations_list(
    caller: ObligationRead, session: SessionDep, obligation_id: ObligationId, page: PageDep, reply: ReplyDep
) -> Page[AttestationPublic]:
    """Who was taught, oldest first."""
    service = ObligationService(session, _sight(caller, READERS))
    rows = await service.attestations(obligation_id, page.limit + 1, page.keys(UUID))
    return reply.page(page, rows, AttestationPublic.model_validate)


@router.delete("/attestations/{attestationId}", status_code=204)
async def attestations_delete(
    caller: ObligationAttest, session: SessionDep, attestation_id: AttestationId, version: IfMatch
) -> None:
    """Take back what was attested by mistake; the colleague counts as untrained again."""
    await ObligationService(session, _sight(caller, ATTESTERS)).withdraw(attestation_id, version)


@router.post("/obligations/{obligationId}/releases", status_code=201)
async def obligation_releases_create(
    caller: ObligationRelease,
    session: SessionDep,
    obligation_id: ObligationId,
    body: ReleaseCreate,
    version: IfMatch,
    reply: ReplyDep,
) -> ObligationPublic:
    """Expect it of this person no more."""
    service = ObligationService(session, Sight(caller.units_for(*KEEPERS), None))
    await service.release(obligation_id, body.reason, version)
    row = await service.read(obligation_id)
    reply.created(f"/training/v1/obligations/{obligation_id}", row.version)
    return _show(row, caller, reply)


def _sight(caller: Principal, roles: tuple[Any, ...]) -> Sight:
    return Sight(caller.units_for(*roles), caller.person)


def _show(row: Any, caller: Principal, reply: Reply) -> ObligationPublic:
    path = f"/training/v1/obligations/{row.id}"
    ended = _OVER if row.state in ("released", "vacant") else None
    attests = ended or (None if _is_own(row, caller) else refusal(caller, Scope.attendances_write, ATTESTERS))
    attests = attests or _elsewhere(row, caller, ATTESTERS)
    releases = ended or refusal(caller, Scope.courses_write, KEEPERS) or _elsewhere(row, caller, KEEPERS, own=False)
    return ObligationPublic.model_validate(
        dict(row._mapping)
        | {
            "left": row.left_over,
            "allowed_actions": [
                reply.action("attest", "POST", f"{path}/attestations", refused=attests),
                reply.action("release", "POST", f"{path}/releases", refused=releases),
            ],
        }
    )


def _is_own(row: Any, caller: Principal) -> bool:
    return caller.person is not None and row.person_id == caller.person


def _elsewhere(row: Any, caller: Principal, roles: tuple[Any, ...], *, own: bool = True) -> Text | None:
    """Why not here: the unit is not the caller's, nor (`own`) the obligation."""
    units = caller.units_for(*roles)
    if units is None or row.unit_id in units or (own and _is_own(row, caller)):
        return None
    return _OTHER
