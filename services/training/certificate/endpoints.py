"""Certificates for who holds them, and what anybody may know of a badge that they are shown."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.training.certificate.auth import REVOKERS, CertificateRead, CertificateWrite, whose
from services.training.certificate.badge import badge_url
from services.training.certificate.errors import NoCertificate
from services.training.certificate.models import Certificate
from services.training.certificate.page import badge_page
from services.training.certificate.printing import print_certificate
from services.training.certificate.schemas import BadgeState, CertificatePublic, CertificateRevoke
from services.training.certificate.service import CertificateRecords, CertificateService
from services.training.issuer.dependencies import IssuerDep
from services.training.issuer.service import Issuer, IssuerService
from shared.auth import Principal, Scope
from shared.kit.text import Text
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, new_router, runtime
from shared.web.actions import refusal
from shared.web.negotiation import negotiated
from shared.web.reply import Reply, ReplyDep
from shared.web.route import problem_responses

router = new_router("certificates")

CertificateId = Annotated[UUID, Path(alias="certificateId")]
IssuerId = Annotated[UUID, Path(alias="issuerId", description="Of the authority")]
_JSON, _PDF, _BADGE, _HTML = "application/json", "application/pdf", "application/vc+jwt", "text/html"
_MEDIA: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "As JSON; also as tagged PDF, and as Open Badge 3.0 (signed JWT)",
        "content": {
            _PDF: {"schema": {"type": "string", "format": "binary"}},
            _BADGE: {"schema": {"type": "string"}},
        },
    }
}
_LIST: dict[int | str, dict[str, Any]] = {
    200: {"description": "The list as signed JWT", "content": {_BADGE: {"schema": {"type": "string"}}}}
}
_STATE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The state, or a page for people", "content": {_HTML: {"schema": {"type": "string"}}}}
}
_REVOKED = Text(sv="Intyget är återkallat", en="The certificate is revoked", da="Beviset er tilbagekaldt")


@router.get("/certificates")
async def certificates_list(
    caller: CertificateRead,
    session: SessionDep,
    issuer: IssuerDep,
    page: PageDep,
    reply: ReplyDep,
    person_id: Annotated[UUID | None, Query(alias="personId", description="Only of this person")] = None,
) -> Page[CertificatePublic]:
    """Your own certificates; whoever leads the training sees everybody's."""
    own = whose(caller)
    if own is not None and person_id not in (None, own):
        return reply.page(page, [], lambda row: row)
    rows = await CertificateRecords(session).list(own or person_id, page.limit + 1, page.keys(UUID))
    return reply.page(page, rows, lambda row: _shown(row, caller, issuer, reply))


@router.get(
    "/certificates/{certificateId}",
    response_model=CertificatePublic,
    responses=_MEDIA | problem_responses(404, 406, 503),
)
async def certificates_get(
    caller: CertificateRead,
    session: SessionDep,
    certificate_id: CertificateId,
    issuer: IssuerDep,
    request: Request,
    reply: ReplyDep,
) -> Response | CertificatePublic:
    """A certificate: its facts, a PDF to keep, or the badge to share. Of a protected person it shows the alias."""
    held = await CertificateRecords(session).get(certificate_id, whose(caller))
    media = negotiated(request, {"json": _JSON, "pdf": _PDF, "badge": _BADGE})
    if media == _JSON:
        reply.version(held.certificate.version)
        return _shown(held.certificate, caller, issuer, reply)
    headers = {"Cache-Control": "no-store"}
    if media == _BADGE:
        if held.certificate.credential is None:
            raise NoCertificate()
        return Response(held.certificate.credential, media_type=_BADGE, headers=headers)
    profile = await IssuerService(session, issuer).profile()
    url = badge_url(issuer.url(held.certificate.tenant_id), certificate_id)
    printed = await print_certificate(held, profile.name, url, reply.lang)
    return Response(printed, media_type=_PDF, headers=headers)


@router.post("/certificates/{certificateId}/revocations", status_code=201, responses=problem_responses(404, 409))
async def certificate_revocations_create(
    caller: CertificateWrite,
    session: SessionDep,
    certificate_id: CertificateId,
    issuer: IssuerDep,
    version: IfMatch,
    body: CertificateRevoke,
    reply: ReplyDep,
) -> CertificatePublic:
    """Revoke a certificate; the public status list says so at once. It is not issued again by itself."""
    held = await CertificateRecords(session).revoke(certificate_id, version, body.reason)
    reply.created(f"/training/v1/certificates/{certificate_id}", held.certificate.version)
    return _shown(held.certificate, caller, issuer, reply)


@router.get("/badge-issuers/{issuerId}/status-lists/{listNumber}", responses=_LIST | problem_responses(404))
async def badge_status_lists_get(
    issuer_id: IssuerId,
    list_number: Annotated[int, Path(alias="listNumber", ge=0, le=10_000)],
    issuer: IssuerDep,
    request: Request,
) -> Response:
    """Public: which badges are revoked (W3C Bitstring Status List), signed by the issuer."""
    async with runtime(request).database.transaction(issuer_id) as session:
        signed = await CertificateService(session, issuer).status_list(list_number)
    return Response(signed, media_type=_BADGE, headers={"Cache-Control": "public, max-age=60"})


@router.get(
    "/badge-issuers/{issuerId}/badges/{certificateId}",
    response_model=BadgeState,
    responses=_STATE | problem_responses(404, 406),
)
async def badges_get(
    issuer_id: IssuerId, certificate_id: CertificateId, issuer: IssuerDep, request: Request, lang: LangDep
) -> Response | BadgeState:
    """Public: whether a badge holds, as JSON or as a page. Never whose it is: that its holder shows, or not."""
    async with runtime(request).database.transaction(issuer_id) as session:
        found = await CertificateRecords(session).find(certificate_id)
        if found is None:
            raise NoCertificate()
        profile = await IssuerService(session, issuer).profile()
        state = BadgeState.model_validate(
            found.model_dump(include={"kind", "title", "issued_at", "revoked_at", "revoked_reason"})
            | {"id": badge_url(issuer.url(issuer_id), found.id), "state": _state(found), "issuer": profile.name}
        )
    return badge_page(state, lang) if negotiated(request, {"json": _JSON, "html": _HTML}) == _HTML else state


def _shown(row: Certificate, caller: Principal, issuer: Issuer, reply: Reply) -> CertificatePublic:
    denied = refusal(caller, Scope.attendances_write, REVOKERS, everywhere=True)
    path = f"/training/v1/certificates/{row.id}/revocations"
    refused = denied or (_REVOKED if row.revoked_at else None)
    return CertificatePublic.model_validate(
        row.model_dump(exclude={"tenant_id", "number", "credential"})
        | {
            "state": _state(row),
            "verification_url": badge_url(issuer.url(row.tenant_id), row.id),
            "allowed_actions": [reply.action("revoke", "POST", path, refused=refused)],
        }
    )


def _state(row: Certificate) -> str:
    return "valid" if row.revoked_at is None else "revoked"
