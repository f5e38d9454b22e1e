"""Who signs certificates: set by the authority, read by anybody who is shown one."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.issuer.auth import IssuerRead, IssuerWrite
from services.training.issuer.dependencies import IssuerDep
from services.training.issuer.errors import NoIssuer
from services.training.issuer.schemas import (
    BadgeIssuer,
    IssuerKeyPublic,
    IssuerProfileInput,
    IssuerProfilePublic,
    PublicJwk,
    PublicJwks,
)
from services.training.issuer.service import IssuerService
from shared.web import IfMatch, Page, PageDep, SessionDep, new_router, runtime
from shared.web.reply import ReplyDep
from shared.web.route import problem_responses

router = new_router("certificates")

IssuerId = Annotated[UUID, Path(alias="issuerId", description="Of the authority")]
_FRESH = "public, max-age=300"


@router.get("/issuer-profile")
async def issuer_profile_get(
    caller: IssuerRead, session: SessionDep, issuer: IssuerDep, reply: ReplyDep
) -> IssuerProfilePublic:
    """How the authority is called on certificates."""
    profile = await IssuerService(session, issuer).profile()
    reply.version(profile.version)
    return IssuerProfilePublic.model_validate(profile)


@router.put("/issuer-profile")
async def issuer_profile_put(
    caller: IssuerWrite,
    session: SessionDep,
    issuer: IssuerDep,
    version: IfMatch,
    body: IssuerProfileInput,
    reply: ReplyDep,
) -> IssuerProfilePublic:
    """Say how the authority is called; what was signed before keeps the former name."""
    profile = await IssuerService(session, issuer).set_profile(body, version)
    reply.version(profile.version)
    return IssuerProfilePublic.model_validate(profile)


@router.get("/issuer-keys")
async def issuer_keys_list(
    caller: IssuerRead, session: SessionDep, issuer: IssuerDep, page: PageDep, reply: ReplyDep
) -> Page[IssuerKeyPublic]:
    """The keys that sign and signed certificates."""
    after = page.keys(UUID)
    rows = [each for each in await IssuerService(session, issuer).oldest_first() if not after or each.id > after[0]]
    return reply.page(page, rows[: page.limit + 1], IssuerKeyPublic.model_validate)


@router.post("/issuer-keys", status_code=201)
async def issuer_keys_create(
    caller: IssuerWrite, session: SessionDep, issuer: IssuerDep, reply: ReplyDep
) -> IssuerKeyPublic:
    """Sign by a new key from now on. What the former one signed still verifies: it stays published."""
    key = await IssuerService(session, issuer).replace()
    reply.created("/training/v1/issuer-keys", 1)
    return IssuerKeyPublic.model_validate(key)


@router.get("/badge-issuers/{issuerId}", responses=problem_responses(404))
async def badge_issuers_get(
    issuer_id: IssuerId, issuer: IssuerDep, request: Request, response: Response
) -> BadgeIssuer:
    """Public: who issued a badge, as it names itself."""
    async with runtime(request).database.transaction(issuer_id) as session:
        service = IssuerService(session, issuer)
        if not await service.is_known():
            raise NoIssuer()
        profile = await service.profile()
        url = issuer.url(issuer_id)
        response.headers["Cache-Control"] = _FRESH
        return BadgeIssuer.model_validate(
            {
                "@context": ["https://www.w3.org/ns/credentials/v2"],
                "id": url,
                "type": ["Profile"],
                "name": profile.name,
                "url": profile.homepage or url,
                "jwks": f"{url}/keys",
            }
        )


@router.get("/badge-issuers/{issuerId}/keys", responses=problem_responses(404))
async def badge_issuer_keys_list(
    issuer_id: IssuerId, issuer: IssuerDep, request: Request, response: Response
) -> PublicJwks:
    """Public: every key of an issuer, by which anybody checks a badge."""
    async with runtime(request).database.transaction(issuer_id) as session:
        keys = await IssuerService(session, issuer).list()
    if not keys:
        raise NoIssuer()
    response.headers["Cache-Control"] = _FRESH
    return PublicJwks(keys=[PublicJwk.model_validate(each.public_jwk) for each in keys])


@router.get("/badge-issuers/{issuerId}/keys/{kid}", responses=problem_responses(404))
async def badge_issuer_keys_get(
    issuer_id: IssuerId,
    kid: Annotated[str, Path(max_length=100)],
    issuer: IssuerDep,
    request: Request,
    response: Response,
) -> PublicJwk:
    """Public: the key that a badge's signature names as its `kid`."""
    async with runtime(request).database.transaction(issuer_id) as session:
        found = next((each for each in await IssuerService(session, issuer).list() if each.kid == kid), None)
    if found is None:
        raise NoIssuer()
    response.headers["Cache-Control"] = _FRESH
    return PublicJwk.model_validate(found.public_jwk)
