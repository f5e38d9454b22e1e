"""Evidence packs: made of a unit, read as JSON, JWS or PDF, and checked by anybody who holds the published key."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.sync.evidence.auth import PacksMake, PacksRead, units_made, units_seen
from services.sync.evidence.keys import fault, published_keys
from services.sync.evidence.printing import print_pack
from services.sync.evidence.schemas import EvidenceKeys, PackCheck, PackChecked, PackCreate, PackPublic, show_pack
from services.sync.evidence.service import EvidenceService
from services.sync.evidence.signing import EvidenceKey
from services.sync.settings import Settings
from services.sync.verification.limits import limits_of
from shared.kit.problems import NotFound
from shared.web import LangDep, Page, PageDep, SessionDep, created, make_page, new_router, runtime
from shared.web.negotiation import negotiated
from shared.web.route import problem_responses

router = new_router("evidence")

PackId = Annotated[UUID, Path(alias="packId")]
_JSON, _JOSE, _PDF = "application/json", "application/jose", "application/pdf"
_OFFERS = {"json": _JSON, "jws": _JOSE, "pdf": _PDF}
_MEDIA: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "As JSON; also the signature alone as JWS, and for people as tagged PDF",
        "content": {
            _JOSE: {"schema": {"type": "string"}},
            _PDF: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


def _key(request: Request) -> EvidenceKey:
    held: EvidenceKey = runtime(request).resources[EvidenceKey]
    return held


def _settings(request: Request) -> Settings:
    settings = runtime(request).settings
    if not isinstance(settings, Settings):
        raise TypeError("the settings of another service")
    return settings


@router.post("/evidence-packs", status_code=201, summary="Make evidence of a unit", responses=problem_responses(503))
async def evidence_packs_create(
    body: PackCreate, caller: PacksMake, session: SessionDep, request: Request, response: Response
) -> PackPublic:
    """Write down how the unit's data stand now, and sign it. Numbers and ids alone: nobody's name is in it.

    The same facts give the same content and hash.
    """
    units, settings = units_made(caller), _settings(request)
    if units is not None and body.unit_id not in units:
        raise NotFound()
    pack = await EvidenceService(session).make(
        body.unit_id, caller, _key(request), await limits_of(session, settings), settings.evidence_retention_days
    )
    created(response, request, f"/sync/v1/evidence-packs/{pack.id}")
    return show_pack(pack)


@router.get("/evidence-packs", summary="List evidence")
async def evidence_packs_list(
    caller: PacksRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only of this unit")] = None,
) -> Page[PackPublic]:
    """Packs that were made, the newest first."""
    keys = page.keys(UUID)
    rows = await EvidenceService(session).list_before(
        unit_id, units_seen(caller), keys[0] if keys else None, page.limit + 1
    )
    return make_page(request, page, rows, key=lambda row: (row.id,), show=show_pack)


@router.get(
    "/evidence-packs/{packId}",
    summary="Read evidence",
    response_model=PackPublic,
    responses=_MEDIA | problem_responses(406, 503),
)
async def evidence_packs_get(
    pack_id: PackId, caller: PacksRead, session: SessionDep, request: Request, lang: LangDep
) -> Response | PackPublic:
    """The pack as JSON, its signature as JWS, or a PDF that says the same in words and names the hash."""
    media = negotiated(request, _OFFERS)
    pack = await EvidenceService(session).get(pack_id, units_seen(caller))
    if media == _JOSE:
        return Response(pack.signature, media_type=_JOSE)
    if media == _PDF:
        return Response(await print_pack(pack, lang), media_type=_PDF, headers={"Cache-Control": "no-store"})
    return show_pack(pack)


@router.post("/evidence-checks", status_code=200, summary="Check evidence")
async def evidence_checks_create(body: PackCheck, _: PacksRead, session: SessionDep, request: Request) -> PackChecked:
    """Whether a pack that somebody holds is as it was signed, also by a former key. Anybody can do the same with the
    published ones."""
    found = await fault(session, _key(request), body.content, body.signature)
    return PackChecked.model_validate({"is_genuine": found is None, "fault": found})


@router.get("/evidence-keys", summary="Read the keys that sign evidence")
async def evidence_keys_list(session: SessionDep, request: Request) -> EvidenceKeys:
    """Public: whoever is handed a pack, or the evidence of a run, checks it without asking us. The key in use, then all
    former ones."""
    return EvidenceKeys(keys=await published_keys(session, _key(request)))
