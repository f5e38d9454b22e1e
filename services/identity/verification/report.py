"""The evidence report, signed by the key that signs tokens now: whoever reads it can check it by the JWK Set."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.key.ring import KeyRing
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import providers_of
from services.identity.verification.models import LoginEvidence
from services.identity.verification.schemas import EvidencePublic, EvidenceReport, MethodEvidence
from services.identity.verification.service import VerificationService
from services.identity.verification.standing import holds, missing, standing
from shared.kit import clock
from shared.kit.db import tenant_of

EVIDENCE_TYPE = "startklar-login-evidence+jwt"


async def evidence_report(session: AsyncSession, keys: KeyRing, issuer: str) -> EvidenceReport:
    """All methods of the session's tenant as they stand now, signed; the type of the JWS makes it no token."""
    providers = list(await providers_of(session))
    rows = list(await VerificationService(session).all())
    report = EvidenceReport(
        tenant_id=tenant_of(session),
        at=clock.now(),
        methods=[_method(key, providers, rows) for key in sorted({one.method for one in providers})],
        signature="",
    )
    claims = report.model_dump(mode="json", by_alias=True, exclude={"signature"})
    claims |= {"iss": issuer, "iat": int(report.at.timestamp())}
    report.signature = (await keys.signer()).sign(claims, EVIDENCE_TYPE)
    return report


def _method(key: str, providers: list[IdentityProvider], rows: list[LoginEvidence]) -> MethodEvidence:
    of_method = {one.id: one for one in providers if one.method == key}
    found = standing(key, providers, rows)
    return MethodEvidence(
        key=key,
        is_verified=found.is_verified,
        acr=found.acr,
        evidence=[_shown(row, of_method[row.provider_id]) for row in rows if row.provider_id in of_method],
        unproven=[str(one.id) for one in of_method.values() if one.state == "active" and missing(one, rows)],
    )


def _shown(row: LoginEvidence, provider: IdentityProvider) -> EvidencePublic:
    return EvidencePublic.model_validate(row.model_dump() | {"is_valid": holds(row, provider)})
