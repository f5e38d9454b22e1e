"""How the data of each unit stand, the report that its head reads, and signing it off."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.sync.settings import Settings
from services.sync.verification.auth import SignOffsWrite, VerificationRead, units_seen
from services.sync.verification.facts import Limits
from services.sync.verification.judging import judge_tenant
from services.sync.verification.limits import limits_of
from services.sync.verification.reading import read_facts
from services.sync.verification.schemas import SignOffCreate, SignOffPublic, UnitReport, VerificationPublic
from services.sync.verification.service import VerificationService, shortest
from services.sync.verification.showing import show_report, show_sign_off, show_verdict
from shared.kit.problems import NotFound
from shared.web import LangDep, Page, PageDep, SessionDep, created, make_page, new_router, runtime

router = new_router("verification")

UnitId = Annotated[UUID, Path(alias="unitId")]


async def _limits(session: SessionDep, request: Request) -> Limits:
    settings = runtime(request).settings
    if not isinstance(settings, Settings):
        raise TypeError("the settings of another service")
    return await limits_of(session, settings)


LimitsDep = Annotated[Limits, Depends(_limits)]


@router.get("/verification", summary="Read how the data of all units stand")
async def verification_get(
    caller: VerificationRead,
    session: SessionDep,
    limits: LimitsDep,
    lang: LangDep,
    unit_ids: Annotated[
        list[UUID] | None, Query(alias="unitId", max_length=500, description="Only these units, as those of a wave")
    ] = None,
) -> VerificationPublic:
    """Both legs, the drift and the days in a row that they have held, the worst unit first; a unit's head sees the own.

    `whole` is what the gates hear; of chosen units, what a gate hears that is about these alone.
    """
    service = VerificationService(session, limits)
    facts = await read_facts(session)
    verdicts, seen = await service.judge(facts), units_seen(caller)
    states, names = await service.states(), await service.unit_names()
    if unit_ids is not None:
        # A judgement of one chosen unit would tell how it stands, so of others' units nothing is judged either.
        verdicts = [one for one in verdicts if one.unit_id in unit_ids and (seen is None or one.unit_id in seen)]
    whole = judge_tenant(facts, verdicts, limits, is_part=unit_ids is not None)
    shown = [one for one in verdicts if seen is None or one.unit_id in seen]
    own = {
        one.unit_id: show_verdict(one, states.get(one.unit_id) if one.unit_id else None, names, lang) for one in shown
    }
    tenant = shortest(states, None if unit_ids is None else verdicts)
    return VerificationPublic(whole=show_verdict(whole, tenant, names, lang), units=list(own.values()))


@router.get("/units/{unitId}/verification", summary="Read a unit's report")
async def unit_verification_get(
    unit_id: UnitId,
    caller: VerificationRead,
    session: SessionDep,
    limits: LimitsDep,
    request: Request,
    lang: LangDep,
) -> UnitReport:
    """Numbers by class, year and role, here and in the platform; what differs, and who mends it."""
    _check_sees(caller, unit_id)
    service = VerificationService(session, limits)
    report = await service.report(unit_id)
    return show_report(report, (await service.states()).get(unit_id), caller, request, lang)


@router.post("/units/{unitId}/sign-offs", status_code=201, summary="Sign off a unit's data")
async def unit_sign_offs_create(
    unit_id: UnitId,
    body: SignOffCreate,
    caller: SignOffsWrite,
    session: SessionDep,
    limits: LimitsDep,
    request: Request,
    response: Response,
) -> SignOffPublic:
    """Say that the unit's data are right as its report with this hash shows them.

    By the unit's own head; where no child is enrolled, by whoever keeps the register. It lapses when a difference
    arises that the report did not show.
    """
    row = await VerificationService(session, limits).sign_off(unit_id, body.seen_hash, body.note, caller)
    created(response, request, f"/sync/v1/units/{unit_id}/sign-offs")
    return show_sign_off(row)


@router.get("/units/{unitId}/sign-offs", summary="List a unit's sign-offs")
async def unit_sign_offs_list(
    unit_id: UnitId,
    caller: VerificationRead,
    session: SessionDep,
    limits: LimitsDep,
    request: Request,
    page: PageDep,
) -> Page[SignOffPublic]:
    """Who signed what, the newest first, with those that have lapsed."""
    _check_sees(caller, unit_id)
    keys = page.keys(UUID)
    rows = await VerificationService(session, limits).sign_offs(unit_id, keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=show_sign_off)


def _check_sees(caller: VerificationRead, unit_id: UUID) -> None:
    """To whoever heads other units, this one is not there."""
    seen = units_seen(caller)
    if seen is not None and unit_id not in seen:
        raise NotFound()
