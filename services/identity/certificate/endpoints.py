"""The calendar of certificates over HTTP."""

from services.identity.certificate.schemas import CertificateCalendar, CertificateEntry
from services.identity.certificate.service import CertificateService
from services.identity.dependencies import SealerDep
from services.identity.provider.auth import ProvidersRead
from shared.kit import clock
from shared.web import LangDep, SessionDep, new_router

router = new_router("certificate-calendar")


@router.get("/certificate-calendar")
async def certificate_calendar_get(
    caller: ProvidersRead, session: SessionDep, sealer: SealerDep, lang: LangDep
) -> CertificateCalendar:
    """When the certificates that the tenant's logins depend on end, and what to do. Warnings are events."""
    now = clock.now()
    return CertificateCalendar(
        items=[
            CertificateEntry(
                holder=one.holder,
                holder_id=one.holder_id,
                name=one.name,
                fingerprint=one.key,
                not_after=one.not_after,
                days=one.days(now),
                severity=one.severity(now),
                advice=one.advice.pick(lang),
            )
            for one in await CertificateService(session, sealer).calendar()
        ]
    )
